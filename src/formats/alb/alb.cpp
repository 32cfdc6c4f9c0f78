// SPDX-License-Identifier: Apache-2.0
//
// Access logs of Application Load Balancers.
//
//   line    = type SP time SP elb SP client SP target SP seconds SP seconds SP seconds SP status SP target-status SP
//             received SP sent SP request SP agent SP cipher SP protocol SP group-arn SP trace-id SP domain SP
//             cert-arn *( SP field )                        ; 20 fields in 2016, 34 by now, new ones at the end
//   field   = DQUOTE text DQUOTE / *no-space                ; ends at the first quote before a space or the line's end
//   type    = "http" / "https" / "h2" / "grpcs" / "ws" / "wss"
//   client  = address ":" port                              ; an IPv6 address stands in brackets; target may be "-"
//   request = DQUOTE method SP url SP version DQUOTE         ; the url holds what the client sent, spaces included
//
// https 2026-03-02T09:14:07.482913Z app/shop/0f1e2d3c4b5a6978 203.0.113.9:51522 10.2.0.17:8080 0.001 0.024 0.000 200
//   200 412 5120 "GET https://shop.example.net:443/cart HTTP/1.1" "curl/8.5.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2
//   arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/cart/89abcdef01234567 "Root=1-69a5…" …
//
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html (read April 2026).
//
// A quote inside a URL is written \x22, so that nearly every line has its quotes at field borders and is split at its
// separators alone. The exact splitter reads the others: high bytes, empty fields (a status may be missing between
// two spaces), CR, quotes in odd places. It gives the same fields for every line that the fast way accepts; a CR
// before the newline sends any line the exact way, which is how the two are held against each other.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "formats/format.h"
#include "formats/lines.h"
#include "formats/object_key.h"

namespace otomo::formats::alb {

namespace {

constexpr ColumnSpec kColumns[] = {
    {"type"},
    {"time"},
    {"elb"},
    {"client_ip"},
    {"client_port", Type::kInteger},
    {"target_ip"},
    {"target_port", Type::kInteger},
    {"request_processing_time", Type::kDouble},
    {"target_processing_time", Type::kDouble},
    {"response_processing_time", Type::kDouble},
    {"elb_status_code", Type::kInteger},
    {"target_status_code"},
    {"received_bytes", Type::kBigint},
    {"sent_bytes", Type::kBigint},
    {"request_verb"},
    {"request_url"},
    {"request_proto"},
    {"user_agent"},
    {"ssl_cipher"},
    {"ssl_protocol"},
    {"target_group_arn"},
    {"trace_id"},
    {"domain_name"},
    {"chosen_cert_arn"},
    {"matched_rule_priority"},
    {"request_creation_time"},
    {"actions_executed"},
    {"redirect_url"},
    {"lambda_error_reason"},
    {"target_port_list"},
    {"target_status_code_list"},
    {"classification"},
    {"classification_reason"},
    {"conn_trace_id"},
    {"transformed_host"},
    {"transformed_uri"},
    {"request_transform_status"},
    {"ip_address"},
    {"extra"},
};

// Columns that are more than one field's text.
enum ColumnIndex : std::size_t {
  kClientIpColumn = 3,
  kClientPortColumn = 4,
  kTargetIpColumn = 5,
  kTargetPortColumn = 6,
  kVerbColumn = 14,
  kUrlColumn = 15,
  kProtoColumn = 16,
  kExtraColumn = 38,
};

// Fields by their place in the line.
enum Field : std::size_t {
  kTime = 1,
  kClient = 3,
  kTarget = 4,
  kRequest = 12,
  kTargetGroupArn = 16,
};
constexpr std::size_t kFieldsMin = 20;
constexpr std::size_t kFieldsKnown = 34;

// The field that holds a column; REQUIRES: column != kExtraColumn.
constexpr std::size_t field_of(std::size_t column) {
  if (column <= kClientIpColumn) return column;
  if (column <= kTargetIpColumn) return column - 1;
  if (column <= kVerbColumn) return column - 2;
  if (column <= kProtoColumn) return kRequest;
  return column - 4;
}
static_assert(std::size(kColumns) == kExtraColumn + 1);
static_assert(field_of(kClientPortColumn) == kClient && field_of(kTargetIpColumn) == kTarget &&
              field_of(kTargetPortColumn) == kTarget && field_of(kVerbColumn) == kRequest &&
              field_of(kExtraColumn - 1) == kFieldsKnown - 1);

// AWS's documented table is partitioned by `day`; the other two are parts of it.
constexpr PartitionColumn kPartitions[] = {{"day", "Y/M/D"}, {"year", "Y"}, {"month", "M"}};

// The fields as the line has them, quotes kept; views into the line.
struct Line {
  std::array<std::string_view, kFieldsKnown> fields;  // data() == nullptr: the line ends before it
  std::string_view rest;                              // what stands behind the last known field; null: nothing
};

bool is_type(std::string_view text) {
  return text == "http" || text == "https" || text == "h2" || text == "grpcs" || text == "ws" || text == "wss";
}

// AWS added the fields in groups; a line that ends inside a group was cut.
bool ends_inside_group(std::size_t fields) {
  return fields == 21 || fields == 22 || fields == 26 || fields == 28 || fields == 31 || fields == 32;
}

// The quote that ends the quoted field at `begin`: the first one before a space or the line's end, or npos.
std::size_t closing_quote(std::string_view line, std::size_t begin) {
  std::size_t quote = line.find('"', begin + 1);
  while (quote != std::string_view::npos && quote + 1 < line.size() && line[quote + 1] != ' ') {
    quote = line.find('"', quote + 1);
  }
  return quote;
}

// Splits a line without its newline and CR. False: it is a reject for `reason`. One space at the line's end separates
// nothing; every other doubled space holds an empty field.
bool split_exactly(std::string_view line, Line& out, RejectReason& reason) {
  out = {};
  if (!is_type(line.substr(0, line.find(' ')))) {
    reason = RejectReason::kNotARecord;
    return false;
  }
  if (line.ends_with(' ')) line.remove_suffix(1);
  std::size_t count = 0;
  std::size_t begin = 0;
  while (true) {
    if (count == kFieldsKnown) {
      out.rest = line.substr(begin);
      return true;
    }
    std::size_t end = line.find(' ', begin);
    if (begin < line.size() && line[begin] == '"') {
      const std::size_t quote = closing_quote(line, begin);
      if (quote == std::string_view::npos) {
        reason = RejectReason::kOpenQuote;
        return false;
      }
      end = quote + 1;
    }
    end = std::min(end, line.size());
    out.fields[count++] = line.substr(begin, end - begin);
    if (end == line.size()) break;
    begin = end + 1;
  }
  if (count < kFieldsMin || ends_inside_group(count)) {
    reason = count < kFieldsMin ? RejectReason::kTooFewFields : RejectReason::kTorn;
    return false;
  }
  return true;
}

std::string_view unquoted(std::string_view field) {
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"') return field.substr(1, field.size() - 2);
  return field;
}

struct Endpoint {
  std::string_view address;
  std::string_view port;
};

// "10.0.0.1:80", "[2001:db8::1]:443" or "-": split at the last colon that is not inside brackets. What has none is an
// address alone.
Endpoint split_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find(']', colon) != std::string_view::npos) return {text, "-"};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

struct Request {
  std::string_view verb;
  std::string_view url;
  std::string_view proto;
};

// "GET http://example.com:80/ HTTP/1.1": the method ends at the first space, the version starts behind the last, and
// whatever stands between is the URL. A request that could not be read is "- - -" or "- http://example.com:80- -"; a
// part that is missing is a dash too.
Request split_request(std::string_view text) {
  const std::size_t last = text.find_last_not_of(' ');
  if (text.find_first_not_of("- ") == std::string_view::npos) return {"-", "-", "-"};
  text = text.substr(0, last + 1);
  const std::size_t first_space = text.find(' ');
  if (first_space == std::string_view::npos) return {"-", text, "-"};
  const std::string_view verb = text.substr(0, first_space);
  const std::size_t last_space = text.rfind(' ');
  const std::string_view tail = text.substr(last_space + 1);
  if (first_space != last_space) return {verb, text.substr(first_space + 1, last_space - first_space - 1), tail};
  if (tail.starts_with("HTTP/")) return {verb, "-", tail};
  return {verb, tail, "-"};
}

struct ArnOwner {
  std::string_view region;      // null where it has not the form of one
  std::string_view account_id;  // the same
};

// Who owns "arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID"; a load balancer and its target groups
// share account and Region.
ArnOwner owner_of(std::string_view arn) {
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    const std::size_t colon = arn.find(':');
    part = arn.substr(0, colon);
    arn.remove_prefix(colon == std::string_view::npos ? arn.size() : colon + 1);
  }
  ArnOwner owner;
  if (parts[0] != "arn" || !parts[1].starts_with("aws") || parts[2] != "elasticloadbalancing") return owner;
  if (is_region(parts[3])) owner.region = parts[3];
  if (is_account_id(parts[4])) owner.account_id = parts[4];
  return owner;
}

class LineParser {
 public:
  std::size_t read_line_at(const char* at, const char* limit, std::uint64_t offset, Batch& batch) {
    if (!wanted_known_) find_wanted(batch);
    split_line_(at, limit, split_);
    const std::string_view line(at, split_.length);
    if (!split_.regular || !read_regular(line, offset, batch)) read_exactly(line, offset, batch);
    return split_.length;
  }

 private:
  struct Plain {
    std::size_t column;
    std::size_t field;
  };

  // What the question needs, once.
  void find_wanted(const Batch& batch) {
    std::array<bool, kFieldsKnown> needed{};
    for (std::size_t column = 0; column < kExtraColumn; ++column) {
      if (!batch.columns[column].wanted) continue;
      const std::size_t field = field_of(column);
      needed[field] = true;
      if (field == kClient) {
        client_wanted_ = true;
      } else if (field == kTarget) {
        target_wanted_ = true;
      } else if (field == kRequest) {
        request_wanted_ = true;
      } else if (kColumns[column].type == Type::kText) {
        texts_.push_back({column, field});
      } else {
        numbers_.push_back({column, field});
      }
    }
    if (batch.event_time.wanted) needed[kTime] = true;
    if (batch.account_id.wanted || batch.region.wanted) needed[kTargetGroupArn] = true;
    for (std::size_t field = 0; field < kFieldsKnown; ++field) {
      if (!needed[field]) continue;
      needed_fields_.push_back(field);
    }
    wanted_known_ = true;
  }

  bool read_regular(std::string_view line, std::uint64_t offset, Batch& batch) {
    const std::size_t count = split_.separators + 1;
    if (count < kFieldsMin || ends_inside_group(count)) return false;
    const auto* places = split_.places;
    if (!is_type(line.substr(0, places[0]))) return false;
    for (const std::size_t i : needed_fields_) {
      if (i >= count) {
        line_.fields[i] = {};
        continue;
      }
      const std::size_t begin = i == 0 ? 0 : places[i - 1] + 1;
      const std::size_t end = i + 1 < count ? places[i] : line.size();
      line_.fields[i] = line.substr(begin, end - begin);
    }
    line_.rest = {};
    if (count > kFieldsKnown) line_.rest = line.substr(places[kFieldsKnown - 1] + 1);
    put_row(line, offset, batch);
    return true;
  }

  void read_exactly(std::string_view line, std::uint64_t offset, Batch& batch) {
    line = batch.repaired(without_cr(line));
    RejectReason reason{};
    if (split_exactly(line, line_, reason)) {
      put_row(line, offset, batch);
    } else {
      batch.add_reject(offset, reason, "", line);
    }
  }

  void put_row(std::string_view raw, std::uint64_t offset, Batch& batch) const {
    const std::size_t row = batch.rows++;
    ++batch.counts.records;
    if (batch.offsets_wanted) batch.offsets[row] = offset;
    if (batch.raw_wanted) batch.raw[row] = raw;
    if (batch.event_time.wanted) {
      const std::string_view time = line_.fields[kTime];
      if (const auto instant = parse_iso_instant(time)) {
        batch.event_time.set_integer(row, *instant);
      } else {
        batch.event_time.set_null(row);
        if (time != "-") ++batch.counts.bad_values;
      }
    }
    if (batch.account_id.wanted || batch.region.wanted) {
      const ArnOwner owner = owner_of(unquoted(line_.fields[kTargetGroupArn]));
      if (batch.account_id.wanted) batch.account_id.set_text(row, owner.account_id);
      if (batch.region.wanted) batch.region.set_text(row, owner.region);
    }
    auto& columns = batch.columns;
    for (const auto [column, field] : texts_) columns[column].set_text(row, unquoted(line_.fields[field]));
    for (const auto [column, field] : numbers_) {
      const std::string_view text = unquoted(line_.fields[field]);
      if (kColumns[column].type == Type::kDouble) {
        put_double(columns[column], row, text, batch);
      } else {
        put_integer(columns[column], row, text, batch);
      }
    }
    if (client_wanted_) put_endpoint(kClient, kClientIpColumn, kClientPortColumn, row, batch);
    if (target_wanted_) put_endpoint(kTarget, kTargetIpColumn, kTargetPortColumn, row, batch);
    if (request_wanted_) {
      const Request request = split_request(unquoted(line_.fields[kRequest]));
      if (columns[kVerbColumn].wanted) columns[kVerbColumn].set_text(row, request.verb);
      if (columns[kUrlColumn].wanted) columns[kUrlColumn].set_text(row, request.url);
      if (columns[kProtoColumn].wanted) columns[kProtoColumn].set_text(row, request.proto);
    }
    if (columns[kExtraColumn].wanted) columns[kExtraColumn].set_text(row, line_.rest);
  }

  void put_endpoint(std::size_t field, std::size_t address_column, std::size_t port_column, std::size_t row,
                    Batch& batch) const {
    const Endpoint endpoint = split_endpoint(unquoted(line_.fields[field]));
    if (batch.columns[address_column].wanted) batch.columns[address_column].set_text(row, endpoint.address);
    if (batch.columns[port_column].wanted) put_integer(batch.columns[port_column], row, endpoint.port, batch);
  }

  decltype(simd::Kernels::split_line) split_line_ = simd::kernels().split_line;
  simd::LineSplit split_;
  Line line_;
  std::vector<Plain> texts_;
  std::vector<Plain> numbers_;
  std::vector<std::size_t> needed_fields_;
  bool client_wanted_ = false;
  bool target_wanted_ = false;
  bool request_wanted_ = false;
  bool wanted_known_ = false;
};

// "20260302T0915Z"
bool is_end_time(std::string_view text) {
  return text.size() == 14 && all_digits(text.substr(0, 8), 8) && text[8] == 'T' && all_digits(text.substr(9, 4), 4) &&
         text[13] == 'Z';
}

// `[prefix/]AWSLogs/[o-ORG/]ACCT/elasticloadbalancing/REGION/YYYY/MM/DD/NAME`, where NAME is
// `ACCT_elasticloadbalancing_REGION_app.LB.ID_END_IP_RANDOM.log.gz`. The name alone tells the format; it stays when
// objects are copied into one folder. Connection logs begin with `conn_log_`, Network Load Balancers are `net.`, and
// the names of Classic ones hold no dot.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html (read April 2026)
std::optional<KeyFacts> read_key(std::string_view key) {
  std::string_view name = key_name(key);
  if (name.ends_with(".gz")) name.remove_suffix(3);
  if (!name.ends_with(".log")) return {};
  name.remove_suffix(4);
  std::array<std::string_view, 7> tokens;  // account, service, Region, load balancer, end, address, random
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::size_t end = i + 1 == tokens.size() ? name.size() : name.find('_');
    if (end == std::string_view::npos || end == 0) return {};
    tokens[i] = name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  if (!is_account_id(tokens[0]) || tokens[1] != "elasticloadbalancing" || !is_region(tokens[2]) ||
      !tokens[3].starts_with("app.") || !is_end_time(tokens[4])) {
    return {};
  }
  KeyFacts facts;
  facts.account_id = tokens[0];
  facts.region = tokens[2];
  const auto parts = key_parts(key);
  const std::size_t n = parts.size();
  if (n >= 6 && parts[n - 6] == "elasticloadbalancing" && parts[n - 5] == tokens[2]) {
    set_key_date(parts[n - 4], parts[n - 3], parts[n - 2], facts);
  }
  return facts;
}

Verdict detect(std::string_view head, bool whole) {
  if (head.empty()) return Verdict::kMaybe;
  const bool reads = any_line(head, whole, 8, [](std::string_view line) {
    Line fields;
    RejectReason reason{};
    return split_exactly(line, fields, reason) && parse_iso_instant(fields.fields[kTime]);
  });
  if (reads) return Verdict::kYes;
  // A line that was cut: by the end of the head, or in the log.
  const bool begins = any_line(head, true, 8, [](std::string_view line) {
    const std::size_t type_end = line.find(' ');
    if (type_end == std::string_view::npos || !is_type(line.substr(0, type_end))) return false;
    const std::string_view left = line.substr(type_end + 1);
    return parse_iso_instant(left.substr(0, left.find(' '))).has_value();
  });
  return begins ? Verdict::kMaybe : Verdict::kNo;
}

std::unique_ptr<RecordReader> make_reader(const LiteralFilter& filter) {
  return std::make_unique<LineReader<LineParser>>(filter);
}

std::optional<std::string> literal_for(std::size_t column, Match /*match*/, std::string_view value) {
  // Every text column is a part of the line as it is, but for the dash of what a request lacks. Numbers have many
  // spellings. A U+FFFD may have been put in by the repair.
  if (kColumns[column].type != Type::kText || value.empty() || value == "-") return {};
  if (value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  return std::string(value);
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "alb",
    .table = "alb_access_logs",
    .summary = "Application Load Balancer access logs",
    .columns = kColumns,
    .partitions = kPartitions,
    .newline_ends_record = true,
    .read_key = read_key,
    .detect = detect,
    .make_reader = make_reader,
    .literal_for = literal_for,
};

}  // namespace otomo::formats::alb
