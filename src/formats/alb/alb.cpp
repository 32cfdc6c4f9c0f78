// SPDX-License-Identifier: Apache-2.0
//
// Application Load Balancer access logs.
//
//   line  = type SP time SP elb SP client SP target SP request-time SP target-time SP response-time SP elb-status SP
//           target-status SP received SP sent SP request SP agent SP cipher SP protocol SP group SP trace SP domain SP
//           certificate [ SP priority SP created SP actions [ SP redirect [ SP reason [ SP targets SP statuses
//           [ SP classification SP classification-reason [ SP connection [ SP host SP uri SP transform
//           [ SP node *( SP new ) ] ] ] ] ] ] ] ]
//   a field is free of spaces (it may be empty) or stands in quotes; a quote inside is written \x22
//
//   h2 2026-10-14T01:02:03.456789Z app/shop/50dc6c495c0c9188 192.0.2.1:48160 10.0.0.66:80 0.000 0.002 0.000 200 200 5 257
//   "GET https://shop.example.com:443/ HTTP/2.0" "curl/8.5.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2
//   arn:aws:elasticloadbalancing:us-east-2:111122223333:targetgroup/web/73e2d6bc24d8a067 "Root=1-58337327-72bd00b0"
//   "shop.example.com" "-" 1 2026-10-14T01:02:03.454000Z "forward" "-" "-" "10.0.0.66:80" "200" "-" "-" TID_… "-" "-" "-"
//
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html (read April 2026).
//
// As in s3_access, a line with all its quotes at field borders is split at its separators; any other goes to the exact
// splitter. Here both follow the same rule, because ALB escapes quotes; only empty fields and odd bytes need the second.
#include <algorithm>
#include <array>

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

// Fields by their place in the line.
enum Field : std::size_t {
  kFieldType = 0,
  kFieldTime = 1,
  kFieldClient = 3,
  kFieldTarget = 4,
  kFieldRequest = 12,
  kFieldTargetGroup = 16,
  kFieldsMin = 20,
  kFieldsKnown = 34,
};

// What a column shows of its field.
enum class Part : std::uint8_t { kWhole, kIp, kPort, kVerb, kUrl, kProtocol, kRest };

struct Source {
  std::uint8_t field;
  Part part = Part::kWhole;
};

// In the order of kColumns.
constexpr Source kSources[] = {
    {0},  {1},  {2},  {3, Part::kIp}, {3, Part::kPort}, {4, Part::kIp}, {4, Part::kPort}, {5}, {6}, {7}, {8}, {9}, {10},
    {11}, {12, Part::kVerb}, {12, Part::kUrl}, {12, Part::kProtocol}, {13}, {14}, {15}, {16}, {17}, {18}, {19}, {20},
    {21}, {22}, {23}, {24}, {25}, {26}, {27}, {28}, {29}, {30}, {31}, {32}, {33}, {34, Part::kRest},
};
static_assert(std::size(kSources) == std::size(kColumns));

constexpr PartitionColumn kPartitions[] = {{"day", "Y/M/D"}, {"year", "Y"}, {"month", "M"}};

bool is_known_type(std::string_view type) {
  static constexpr std::string_view kTypes[] = {"http", "https", "h2", "grpcs", "ws", "wss"};
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

// The numbers of fields with which no version of the log ends: a line of so many is torn.
bool is_torn(std::size_t fields) {
  return fields == 21 || fields == 22 || fields == 26 || fields == 28 || fields == 31 || fields == 32;
}

struct Line {
  std::array<std::string_view, kFieldsKnown> fields;  // without quotes; data() == nullptr: not there
  std::string_view rest;                              // behind the last known field
  std::size_t count = 0;
};

std::string_view unquoted(std::string_view field) {
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"') return field.substr(1, field.size() - 2);
  return field;
}

// Checks what does not depend on how the line was split.
bool accept(const Line& line, RejectReason& reason) {
  if (!is_known_type(line.fields[kFieldType])) {
    reason = line.count < kFieldsMin ? RejectReason::kTooFewFields : RejectReason::kNotARecord;
    return false;
  }
  if (line.count < kFieldsMin) {
    reason = RejectReason::kTooFewFields;
    return false;
  }
  reason = RejectReason::kTorn;
  return !is_torn(line.count);
}

// Splits a line without its newline and CR: a field that starts with a quote ends at the next quote before a space or
// the line's end. False: an open quote.
bool split_exactly(std::string_view text, Line& line) {
  line = {};
  while (text.ends_with(' ')) text.remove_suffix(1);
  std::size_t at = 0;
  while (at <= text.size()) {
    std::size_t end = 0;
    if (at < text.size() && text[at] == '"') {
      end = text.find('"', at + 1);
      while (end != std::string_view::npos && end + 1 < text.size() && text[end + 1] != ' ') {
        end = text.find('"', end + 1);
      }
      if (end == std::string_view::npos) return false;
      ++end;
    } else {
      end = std::min(text.find(' ', at), text.size());
    }
    if (line.count < kFieldsKnown) {
      line.fields[line.count] = unquoted(text.substr(at, end - at));
    } else if (line.count == kFieldsKnown) {
      line.rest = text.substr(at);
    }
    ++line.count;
    at = end + 1;
  }
  return true;
}

// "192.0.2.1:80" and "[2001:db8::1]:80" at the last colon; what has none is an address alone.
std::string_view ip_of(std::string_view endpoint) {
  const std::size_t colon = endpoint.rfind(':');
  if (colon == std::string_view::npos || endpoint.find(']', colon) != std::string_view::npos) return endpoint;
  return endpoint.substr(0, colon);
}
std::string_view port_of(std::string_view endpoint) {
  const std::string_view ip = ip_of(endpoint);
  return ip.size() == endpoint.size() ? "-" : endpoint.substr(ip.size() + 1);
}

// METHOD URL PROTOCOL: the method before the first space, the protocol behind the last; a request of dashes and spaces
// alone gives dashes.
std::string_view request_part(std::string_view request, Part part) {
  if (request.find_first_not_of("- ") == std::string_view::npos) return "-";
  const std::size_t first = request.find(' ');
  if (first == std::string_view::npos) return part == Part::kUrl ? request : "-";
  const std::size_t last = request.rfind(' ');
  if (part == Part::kVerb) return request.substr(0, first);
  if (first == last) return part == Part::kUrl ? request.substr(first + 1) : "-";
  if (part == Part::kProtocol) return request.substr(last + 1);
  return request.substr(first + 1, last - first - 1);
}

class LineParser {
 public:
  std::size_t read_line_at(const char* at, const char* limit, std::uint64_t offset, Batch& batch) {
    if (!wanted_known_) find_wanted(batch);
    split_line_(at, limit, separators_wanted_, split_);
    const std::string_view text(at, split_.length);
    if (split_.regular) {
      read_regular(text, offset, batch);
    } else {
      read_exactly(text, offset, batch);
    }
    return split_.length;
  }

 private:
  void find_wanted(const Batch& batch) {
    std::array<bool, kFieldsKnown> needed{};
    needed[kFieldType] = true;
    for (std::size_t i = 0; i < std::size(kColumns); ++i) {
      if (!batch.columns[i].wanted) continue;
      wanted_columns_.push_back(i);
      if (kSources[i].field < kFieldsKnown) {
        needed[kSources[i].field] = true;
      } else {
        rest_wanted_ = true;
      }
    }
    if (batch.event_time.wanted) needed[kFieldTime] = true;
    if (batch.account_id.wanted || batch.region.wanted) needed[kFieldTargetGroup] = true;
    for (std::size_t i = 0; i < kFieldsKnown; ++i) {
      if (!needed[i]) continue;
      needed_fields_.push_back(i);
      separators_wanted_ = static_cast<std::uint32_t>(i) + 1;
    }
    if (rest_wanted_) separators_wanted_ = kFieldsKnown;
    wanted_known_ = true;
  }

  std::string_view field(std::string_view text, std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : split_.places[index - 1] + 1;
    const std::size_t end = index < split_.separators ? split_.places[index] : text.size();
    return text.substr(begin, end - begin);
  }

  void read_regular(std::string_view text, std::uint64_t offset, Batch& batch) {
    line_.count = split_.separators + 1;
    for (const std::size_t i : needed_fields_) {
      line_.fields[i] = i < line_.count ? unquoted(field(text, i)) : std::string_view{};
    }
    line_.rest = {};
    if (rest_wanted_ && line_.count > kFieldsKnown) line_.rest = text.substr(split_.places[kFieldsKnown - 1] + 1);
    put(text, offset, batch);
  }

  void read_exactly(std::string_view text, std::uint64_t offset, Batch& batch) {
    text = batch.repaired(without_cr(text));
    if (split_exactly(text, line_)) {
      put(text, offset, batch);
    } else {
      batch.add_reject(offset, RejectReason::kOpenQuote, "", text);
    }
  }

  void put(std::string_view text, std::uint64_t offset, Batch& batch) const {
    RejectReason reason{};
    if (!accept(line_, reason)) {
      batch.add_reject(offset, reason, "", text);
      return;
    }
    const std::size_t row = batch.rows++;
    ++batch.counts.records;
    if (batch.offsets_wanted) batch.offsets[row] = offset;
    if (batch.raw_wanted) batch.raw[row] = text;
    if (batch.event_time.wanted) {
      if (const auto instant = parse_iso_instant(line_.fields[kFieldTime])) {
        batch.event_time.set_integer(row, *instant);
      } else {
        batch.event_time.set_null(row);
        ++batch.counts.bad_values;
      }
    }
    if (batch.account_id.wanted || batch.region.wanted) put_place(row, batch);
    for (const std::size_t i : wanted_columns_) {
      Column& column = batch.columns[i];
      const std::string_view value = value_of(kSources[i]);
      if (column.spec->type == Type::kText) {
        column.set_text(row, value);
      } else if (value.data() == nullptr) {
        column.set_null(row);
      } else if (column.spec->type == Type::kDouble) {
        put_double(column, row, value, batch);
      } else {
        put_integer(column, row, value, batch);
      }
    }
  }

  std::string_view value_of(const Source& source) const {
    if (source.part == Part::kRest) return line_.rest.empty() ? std::string_view{} : line_.rest;
    const std::string_view text = line_.fields[source.field];
    if (text.data() == nullptr) return {};
    switch (source.part) {
      case Part::kIp: return ip_of(text);
      case Part::kPort: return port_of(text);
      case Part::kVerb:
      case Part::kUrl:
      case Part::kProtocol: return request_part(text, source.part);
      default: return text;
    }
  }

  // arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/…: the target group lives where the load balancer does.
  void put_place(std::size_t row, Batch& batch) const {
    std::string_view region;
    std::string_view account;
    std::string_view arn = line_.fields[kFieldTargetGroup];
    if (arn.starts_with("arn:")) {
      for (int part = 0; part < 3; ++part) arn.remove_prefix(std::min(arn.find(':'), arn.size() - 1) + 1);
      region = arn.substr(0, arn.find(':'));
      arn.remove_prefix(std::min(region.size() + 1, arn.size()));
      account = arn.substr(0, arn.find(':'));
    }
    if (batch.region.wanted) batch.region.set_text(row, is_region(region) ? region : std::string_view{});
    if (batch.account_id.wanted) batch.account_id.set_text(row, is_account_id(account) ? account : std::string_view{});
  }

  decltype(simd::Kernels::split_line) split_line_ = simd::kernels().split_line;
  simd::LineSplit split_;
  Line line_;
  std::vector<std::size_t> wanted_columns_;
  std::vector<std::size_t> needed_fields_;
  std::uint32_t separators_wanted_ = 0;
  bool rest_wanted_ = false;
  bool wanted_known_ = false;
};

// `[prefix/]AWSLogs/[o-ORG/]ACCOUNT/elasticloadbalancing/REGION/YYYY/MM/DD/
//  ACCOUNT_elasticloadbalancing_REGION_app.LB-ID_ENDTIME_IP_RANDOM.log.gz`
std::optional<KeyFacts> read_key(std::string_view key) {
  const std::string_view name = key_name(key);
  constexpr std::string_view kService = "_elasticloadbalancing_";
  if (name.size() < 12 + kService.size() || !is_account_id(name.substr(0, 12)) ||
      name.substr(12, kService.size()) != kService) {
    return {};
  }
  const std::string_view rest = name.substr(12 + kService.size());
  const std::string_view region = rest.substr(0, rest.find('_'));
  if (!is_region(region) || !rest.substr(region.size()).starts_with("_app.")) return {};
  // The end time is the first part of the form 20140215T2340Z behind the load balancer's name.
  KeyFacts facts;
  facts.account_id = name.substr(0, 12);
  facts.region = region;
  std::string_view left = rest.substr(region.size() + 1);
  while (!left.empty()) {
    const std::string_view part = left.substr(0, left.find('_'));
    left.remove_prefix(std::min(part.size() + 1, left.size()));
    if (part.size() == 14 && part[8] == 'T' && part[13] == 'Z' && all_digits(part.substr(9, 4), 4) &&
        set_key_date(part.substr(0, 4), part.substr(4, 2), part.substr(6, 2), facts)) {
      facts.hour = part.substr(9, 2);
      return facts;
    }
  }
  return {};
}

Verdict detect(std::string_view head, bool whole) {
  if (head.empty()) return Verdict::kMaybe;
  const bool reads = any_line(head, whole, 8, [](std::string_view text) {
    Line line;
    RejectReason reason{};
    return split_exactly(text, line) && accept(line, reason) && parse_iso_instant(line.fields[kFieldTime]);
  });
  if (reads) return Verdict::kYes;
  const bool begins = any_line(head, true, 1, [](std::string_view text) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos || !is_known_type(text.substr(0, space))) return false;
    const std::string_view rest = text.substr(space + 1);
    return parse_iso_instant(rest.substr(0, rest.find(' '))).has_value();
  });
  return begins ? Verdict::kMaybe : Verdict::kNo;
}

std::unique_ptr<RecordReader> make_reader(const LiteralFilter& filter) {
  return std::make_unique<LineReader<LineParser>>(filter);
}

std::optional<std::string> literal_for(std::size_t column, Match /*match*/, std::string_view value) {
  // "-" may be made up (a missing port, an empty request); a U+FFFD may have been put in by the repair.
  if (kColumns[column].type != Type::kText || value == "-" || value.find("\xEF\xBF\xBD") != std::string_view::npos) {
    return {};
  }
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
