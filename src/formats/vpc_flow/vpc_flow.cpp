// SPDX-License-Identifier: Apache-2.0
//
// VPC flow logs as text: one line per flow and capture window.
//
//   object = *( header / record )
//   header = name *( SP name )                           ; of the fields of the lines behind it, in their order
//   record = value *( SP value )                         ; as many as the header has names; "-" where there is none
//   name   = "version" / "account-id" / "interface-id" / "srcaddr" / …
//
//   version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status
//   2 111122223333 eni-0a1b2c3d4e5f67890 203.0.113.9 10.0.1.17 51341 443 6 25 4821 1772442847 1772442907 ACCEPT OK
//
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html and flow-logs-s3-path.html there (read April
// 2026).
//
// AWS writes a header into each file in S3 and none to CloudWatch Logs; a user chooses the fields and their order. A
// line is read under the nearest header before it, also in a file that was put together from several: whoever reads a
// part of a large object is given the header that holds there (last_header). Where there is none, the source's setting
// `fields` holds; it may be the flow log's format string ("${version} ${srcaddr} …"). Without either, only the default
// format is read, which proves itself: AWS writes as `version` the highest of the chosen fields' versions, so that a
// line of the default format begins with 2.
//
// A header line is one that consists of names, the first of them and at least half of all known: no value that AWS
// writes looks so, and of a user's own words (tags, ECS services) a flow log of nothing else would have to be made up.
// Transit gateways' flow logs have half of the names, too; they count other packets, so their lines are rejects.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "formats/json_walk.h"
#include "formats/lines.h"
#include "formats/object_key.h"
#include "formats/vpc_flow_fields.h"

namespace otomo::formats::vpc_flow {

namespace {

// A longer line is no header: all names of today are 900 bytes.
constexpr std::size_t kHeaderBytesMax = 16 * 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

// Looks like a field's name.
bool is_name(std::string_view text) {
  return !text.empty() && is_lower(text[0]) && std::all_of(text.begin(), text.end(), [](char c) {
    return is_lower(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

enum class LineKind : std::uint8_t { kRecord, kHeader, kTransitGatewayHeader };

// A file that was put together may have a byte order mark inside.
std::string_view without_mark(std::string_view line) {
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  return line;
}

// REQUIRES: neither mark nor CR.
LineKind kind_of(std::string_view line, FieldCensus& census) {
  if (line.empty() || !is_lower(line[0]) || line.size() > kHeaderBytesMax) return LineKind::kRecord;
  for (bool first = true; !line.empty(); first = false) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view name = line.substr(0, end);
    if (first && column_of(name) == kNoColumn && !is_transit_gateway_field(name)) return LineKind::kRecord;
    if (!is_name(name)) return LineKind::kRecord;
    census.add(name);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  if (census.is_transit_gateway()) return LineKind::kTransitGatewayHeader;
  return census.may_be_ours() ? LineKind::kHeader : LineKind::kRecord;
}

LineKind kind_of(std::string_view line) {
  FieldCensus census;
  return kind_of(line, census);
}

// May a line that begins with this byte be a header?
bool may_begin_header(char c) { return is_lower(c) || c == kByteOrderMark[0]; }

// Calls `look(line)` for each line of `text` that begins as a header may, without mark and CR. REQUIRES: a line starts
// at its first byte; kBlockPaddingBytes readable bytes behind it.
template <class Look>
void each_header_like(std::string_view text, Look look) {
  const char* const end = text.data() + text.size();
  const auto find_name_line = simd::kernels().find_name_line;
  const char* at = text.data();
  if (at != end && !may_begin_header(*at)) at = find_name_line(at, end);
  while (at != end) {
    const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    const char* const line_end = newline == nullptr ? end : newline;
    if (may_begin_header(*at)) look(without_cr(without_mark({at, static_cast<std::size_t>(line_end - at)})));
    at = find_name_line(line_end, end);
  }
}

// The first line of `head` that is not blank, without mark and CR; it may be cut.
std::string_view first_line(std::string_view head) {
  std::string_view first;
  any_line(without_mark(head), true, 1, [&](std::string_view line) {
    first = without_mark(line);
    return true;
  });
  return first;
}

// The fields' names of a header, or of the setting: separated by spaces or commas, perhaps each as "${name}".
std::vector<std::string_view> names_of(std::string_view text) {
  constexpr std::string_view kSeparators = " ,\t\r\n";
  std::vector<std::string_view> names;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kSeparators), text.size()));
    if (text.empty()) return names;
    const std::size_t end = std::min(text.find_first_of(kSeparators), text.size());
    std::string_view name = text.substr(0, end);
    if (name.starts_with("${") && name.ends_with('}')) name = name.substr(2, name.size() - 3);
    names.push_back(name);
    text.remove_prefix(end);
  }
}

// The fields between the spaces of a line.
void split_at_spaces(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  while (true) {
    const std::size_t end = line.find(' ');
    fields.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

// Do these fields, as many as the default format has, prove to be of it?
template <class FieldAt>
bool is_default_record(FieldAt field_at) {
  const std::string_view account = field_at(1);
  const std::string_view interface = field_at(2);
  return field_at(0) == "2" && (is_account_id(account) || account == "unknown" || account == "-") &&
         (interface.starts_with("eni-") || interface == "-");
}

class Parser {
 public:
  void restart(const ObjectContext& context) {
    const std::string_view line = first_line(context.head);
    const LineKind kind = kind_of(line);
    if (kind != LineKind::kRecord) {
      read_under(kind, line);
    } else {
      order_from(context.settings->fields.empty() ? Order::kDefault : Order::kNames, context.settings->fields);
    }
  }

  // How many of the lines are headers.
  std::size_t pass_over(std::string_view lines) {
    std::size_t headers = 0;
    each_header_like(lines, [&](std::string_view line) {
      const LineKind kind = kind_of(line);
      if (kind == LineKind::kRecord) return;
      read_under(kind, line);
      if (kind == LineKind::kHeader) ++headers;
    });
    return headers;
  }

  std::size_t read_line_at(const char* at, const char* limit, std::uint64_t offset, Batch& batch) {
    split_fields_(at, limit, ' ', split_);
    const std::string_view line(at, split_.length);
    if (may_begin_header(*at) && read_header(line, offset, batch)) return line.size();
    if (plan_is_old_) make_plan(batch);
    const auto field = [this, line](std::size_t i) { return field_at(line, i); };
    if (split_.plain && split_.separators + 1 == field_count_ && split_.separators <= simd::kFieldSeparatorsMax &&
        (order_ == Order::kNames || is_default_record(field))) {
      put_row(line, offset, batch, field);
    } else {
      read_exactly(line, offset, batch);
    }
    return line.size();
  }

 private:
  // Where the order of the fields is from.
  enum class Order : std::uint8_t {
    kNames,           // a header or the setting
    kDefault,         // neither: a line must prove that it is of the default format
    kTransitGateway,  // a header of that log
  };
  // What fills a wanted column.
  struct Filled {
    std::size_t column;
    std::size_t field;
  };
  struct Extra {
    std::string name;  // as JSON
    std::size_t field;
  };

  std::string_view field_at(std::string_view line, std::size_t field) const {
    const std::size_t begin = field == 0 ? 0 : split_.places[field - 1] + 1;
    const std::size_t end = field + 1 < field_count_ ? split_.places[field] : line.size();
    return line.substr(begin, end - begin);
  }

  void read_under(LineKind kind, std::string_view header) {
    order_from(kind == LineKind::kHeader ? Order::kNames : Order::kTransitGateway, header);
  }

  bool read_header(std::string_view line, std::uint64_t offset, Batch& batch) {
    const std::string_view header = without_cr(without_mark(line));
    const LineKind kind = kind_of(header);
    if (kind == LineKind::kRecord) return false;
    read_under(kind, header);
    if (kind == LineKind::kTransitGatewayHeader) {
      batch.add_reject(offset, RejectReason::kNotARecord, "the header of a transit gateway's flow log", line);
    }
    return true;
  }

  void order_from(Order order, std::string_view names) {
    if (order == order_ && names == names_text_) return;
    order_ = order;
    names_text_ = names;
    std::fill(std::begin(field_of_), std::end(field_of_), kNoField);
    extras_.clear();
    field_count_ = 0;
    plan_is_old_ = true;
    if (order == Order::kTransitGateway) return;
    if (order == Order::kDefault) {
      for (; field_count_ < kDefaultFields; ++field_count_) field_of_[field_count_] = field_count_;
      return;
    }
    for (const std::string_view name : names_of(names_text_)) {
      const std::size_t column = column_of(name);
      if (column != kNoColumn && field_of_[column] == kNoField) {
        field_of_[column] = field_count_;
      } else {
        append_json_string(extras_.emplace_back("", field_count_).name, name);
      }
      ++field_count_;
    }
  }

  // What the question needs of lines in this order.
  void make_plan(const Batch& batch) {
    texts_.clear();
    numbers_.clear();
    missing_.clear();
    for (std::size_t column = 0; column < kExtraColumn; ++column) {
      if (!batch.columns[column].wanted) continue;
      if (field_of_[column] == kNoField) {
        missing_.push_back(column);
      } else {
        (kColumns[column].type == Type::kText ? texts_ : numbers_).push_back({column, field_of_[column]});
      }
    }
    extra_wanted_ = batch.columns[kExtraColumn].wanted;
    common_wanted_ = batch.event_time.wanted || batch.account_id.wanted || batch.region.wanted;
    time_field_ = field_of_[field_of_[kStartColumn] == kNoField ? kEndColumn : kStartColumn];
    plan_is_old_ = false;
  }

  // Any number of fields, any bytes.
  void read_exactly(std::string_view line, std::uint64_t offset, Batch& batch) {
    line = batch.repaired(without_cr(line));
    if (order_ == Order::kTransitGateway) {
      batch.add_reject(offset, RejectReason::kNotARecord, "behind the header of a transit gateway's flow log", line);
      return;
    }
    split_at_spaces(line, fields_);
    const auto at = [this](std::size_t field) { return fields_[field]; };
    const bool named = order_ == Order::kNames;
    if (fields_.size() < field_count_) {
      batch.add_reject(
          offset, RejectReason::kTooFewFields,
          named ? "fewer fields than are named" : "no header, and fewer fields than the default format has", line);
    } else if (fields_.size() > field_count_) {
      batch.add_reject(offset, RejectReason::kBadStructure,
                       named ? "more fields than are named" : "no header, and more fields than the default format has",
                       line);
    } else if (!named && !is_default_record(at)) {
      batch.add_reject(offset, RejectReason::kBadStructure, "no header, and not of the default format", line);
    } else {
      put_row(line, offset, batch, at);
    }
  }

  template <class FieldAt>
  void put_row(std::string_view line, std::uint64_t offset, Batch& batch, FieldAt at) {
    const std::size_t row = batch.begin_row(offset, line);
    for (const auto& [column, field] : texts_) batch.columns[column].set_text(row, at(field));
    for (const auto& [column, field] : numbers_) {
      const std::string_view text = at(field);
      if (text.data() + text.size() - line.data() >= 8) {
        put_integer_inside(batch.columns[column], row, text, batch);
      } else {
        put_integer(batch.columns[column], row, text, batch);
      }
    }
    for (const std::size_t column : missing_) batch.columns[column].set_null(row);
    if (common_wanted_) {
      const auto text_of = [&](std::size_t field) { return field == kNoField ? std::string_view{} : at(field); };
      put_common(batch, row, text_of(time_field_), text_of(field_of_[kAccountIdColumn]),
                 text_of(field_of_[kRegionColumn]));
    }
    if (extra_wanted_) put_extra(row, batch, at);
  }

  template <class FieldAt>
  void put_extra(std::size_t row, Batch& batch, FieldAt at) {
    std::string_view extra;
    if (!extras_.empty()) {
      json_.clear();
      for (const auto& [name, field] : extras_) {
        json_ += json_.empty() ? '{' : ',';
        json_ += name;
        json_ += ':';
        append_json_string(json_, at(field));
      }
      json_ += '}';
      extra = batch.arena.copy(json_);
    }
    batch.columns[kExtraColumn].set_text(row, extra);
  }

  static constexpr std::size_t kNoField = ~std::size_t{0};

  decltype(simd::Kernels::split_fields) split_fields_ = simd::kernels().split_fields;
  simd::FieldSplit split_;
  std::vector<std::string_view> fields_;
  std::string json_;

  // Of the lines that are read now.
  Order order_ = Order::kTransitGateway;
  std::string names_text_;
  std::size_t field_count_ = 0;
  std::size_t field_of_[kExtraColumn] = {};
  std::vector<Extra> extras_;

  // Of the question, for lines in that order.
  bool plan_is_old_ = true;
  std::vector<Filled> texts_;
  std::vector<Filled> numbers_;
  std::vector<std::size_t> missing_;
  std::size_t time_field_ = kNoField;
  bool extra_wanted_ = false;
  bool common_wanted_ = false;
};

bool proves_default_format(std::string_view line) {
  std::vector<std::string_view> fields;
  split_at_spaces(line, fields);
  if (fields.size() != kDefaultFields || !is_default_record([&](std::size_t field) { return fields[field]; })) {
    return false;
  }
  const std::string_view action = fields[12];
  const std::string_view status = fields[13];
  return instant_of(fields[kStartColumn]) && instant_of(fields[kEndColumn]) &&
         (action == "ACCEPT" || action == "REJECT" || action == "-") &&
         (status == "OK" || status == "NODATA" || status == "SKIPDATA");
}

// Has it a value that is usual in flow logs?
bool looks_like_record(std::string_view line) {
  std::vector<std::string_view> fields;
  split_at_spaces(line, fields);
  return fields.size() > 1 && std::any_of(fields.begin(), fields.end(), [](std::string_view field) {
           return field.starts_with("eni-") || field == "ACCEPT" || field == "REJECT" || field == "NODATA" ||
                  field == "SKIPDATA";
         });
}

// May this header, whose names are all ours, be of any other log? Not if one of them is no English word.
bool is_unmistakable(std::string_view header) {
  return header.find('-') != std::string_view::npos || header.find("addr") != std::string_view::npos;
}

Verdict detect(std::string_view head, bool whole) {
  const std::string_view first = first_line(head);
  if (first.empty()) return Verdict::kMaybe;
  FieldCensus census;
  switch (kind_of(first, census)) {
    case LineKind::kHeader:
      return census.is_ours() || (census.all_are_ours() && is_unmistakable(first)) ? Verdict::kYes : Verdict::kMaybe;
    case LineKind::kTransitGatewayHeader: return Verdict::kNo;
    case LineKind::kRecord: break;
  }
  constexpr std::size_t kLinesMax = 8;
  if (any_line(head, whole, kLinesMax, proves_default_format)) return Verdict::kYes;
  return any_line(head, true, kLinesMax, looks_like_record) ? Verdict::kMaybe : Verdict::kNo;
}

std::vector<std::string> unknown_fields(std::string_view fields) {
  std::vector<std::string> unknown;
  for (const std::string_view name : names_of(fields)) {
    if (column_of(name) == kNoColumn) unknown.emplace_back(name);
  }
  return unknown;
}

std::string_view last_header(std::string_view text) {
  std::string_view last;
  each_header_like(text, [&](std::string_view line) {
    if (kind_of(line) != LineKind::kRecord) last = line;
  });
  return last;
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "vpc_flow",
    .table = "vpc_flow_logs",
    .summary = "VPC flow logs",
    .columns = kColumns,
    .partitions = kPartitions,
    .newline_ends_record = true,
    .read_key = [](std::string_view key) { return read_key(key, Delivery::kText); },
    .key_day_slack_us = 0,
    .late_us = kMicrosecondsPerDay,
    .detect = detect,
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<LineReader<Parser>>(filter);
    },
    .literal_for = [](std::size_t column, Match /*match*/, std::string_view value) -> std::optional<std::string> {
      if (!holds_as_written(column, value)) return {};
      return std::string(value);
    },
    .last_header = last_header,
    .unknown_fields = unknown_fields,
};

}  // namespace otomo::formats::vpc_flow
