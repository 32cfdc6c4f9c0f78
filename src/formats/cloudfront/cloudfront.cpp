// SPDX-License-Identifier: Apache-2.0
//
// CloudFront's access logs as text: standard logs, and standard logging v2 in its forms w3c, plain and raw.
//
//   object  = *( comment / header / record )
//   comment = "#" text
//   header  = "#Fields:" *( SP name )                    ; what the fields of the lines behind it are
//   record  = value *( delimiter value )                 ; as many as the header names
//   value   = *no-delimiter                              ; URL-encoded by AWS, and left so; "-" is none
//
//   #Version: 1.0
//   #Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status …
//   2026-03-02<TAB>09:14:07<TAB>NRT57-P3<TAB>4821<TAB>203.0.113.9<TAB>GET<TAB>d111111abcdef8.cloudfront.net<TAB>/…
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html and
// standard-logging.html there (read April 2026).
//
// AWS has added fields over the years, and v2 writes those that the user chose, in any order. So a line is read under
// the nearest header before it, also in a file that was put together from several; under the source's setting `fields`
// where none stands before it; and never by position: without either, it is a reject. A line with another number of
// fields is a reject, too. Whoever reads a part of a large object is given the header that holds there (last_header).
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "formats/cloudfront_fields.h"
#include "formats/json_walk.h"
#include "formats/lines.h"

namespace otomo::formats::cloudfront {

namespace {

constexpr std::string_view kHeaderStart = "#Fields:";
// Files that were put together may have one inside, too: then before a comment.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
// AWS has about 75 names. A header with more than this is not one of CloudFront's.
constexpr std::size_t kFieldsMax = simd::kFieldSeparatorsMax + 1;

// The names of a header line, or of the setting `fields`, which may have commas.
std::vector<std::string> names_of(std::string_view text) {
  if (text.starts_with(kHeaderStart)) text.remove_prefix(kHeaderStart.size());
  std::vector<std::string> names;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(", \t\r"), text.size()));
    if (text.empty()) return names;
    const std::size_t end = std::min(text.find_first_of(", \t\r"), text.size());
    names.push_back(utf8::repaired(text.substr(0, end)));
    text.remove_prefix(end);
  }
}

// The first line that is no comment, or the header before it.
struct Start {
  std::string_view header;  // empty: there is none
  std::string_view record;  // the same
};

Start start_of(std::string_view head, bool whole) {
  Start start;
  any_line(head, whole, head.size(), [&](std::string_view line) {
    if (line.starts_with(kHeaderStart)) {
      start.header = line;
    } else if (!line.starts_with('#')) {
      start.record = line;
    } else {
      return false;
    }
    return true;
  });
  return start;
}

class Parser {
 public:
  void restart(const ObjectContext& context) {
    const SourceSettings& settings = *context.settings;
    delimiter_ = settings.delimiter.empty() ? "\t" : settings.delimiter;
    const char first = delimiter_[0];
    is_simple_ = delimiter_.size() == 1 && first >= 0 && first != '\n' && first != '\r';
    const std::string_view header = start_of(context.head, context.head.size() < kDetectionBytesMax).header;
    set_fields(header.empty() ? settings.fields : header);
  }

  std::size_t read_line_at(const char* at, const char* limit, std::uint64_t offset, Batch& batch) {
    if (!wanted_known_) find_wanted(batch);
    if (*at == '#') return read_comment(at, limit);
    if (*at == kByteOrderMark[0] && std::string_view(at, limit).starts_with("\xEF\xBB\xBF#")) {
      return kByteOrderMark.size() + read_comment(at + kByteOrderMark.size(), limit);
    }
    split_fields_(at, limit, is_simple_ ? delimiter_[0] : '\t', split_);
    const std::string_view line(at, split_.length);
    if (is_simple_ && split_.plain && split_.separators + 1 == field_count_) {
      put_row(line, offset, batch, [&](std::size_t field) {
        const std::size_t begin = field == 0 ? 0 : split_.places[field - 1] + 1;
        const std::size_t end = field + 1 < field_count_ ? split_.places[field] : line.size();
        return line.substr(begin, end - begin);
      });
    } else {
      read_exactly(line, offset, batch);
    }
    return split_.length;
  }

 private:
  // What fills a wanted column.
  struct Filled {
    std::size_t column;
    std::size_t field;
    Type type;
  };
  struct Extra {
    std::string name;  // as JSON
    std::size_t field;
  };
  // A field that is needed, or none.
  struct Needed {
    bool is_there = false;
    std::size_t field = 0;
  };

  void find_wanted(const Batch& batch) {
    for (std::size_t column = 0; column < kExtraColumn; ++column) {
      if (batch.columns[column].wanted) wanted_.push_back(column);
    }
    extra_wanted_ = batch.columns[kExtraColumn].wanted;
    wanted_known_ = true;
    make_plan();
  }

  // `text`: a header line, or the setting.
  void set_fields(std::string_view text) {
    if (text == fields_text_) return;
    fields_text_ = text;
    std::vector<std::string> names = names_of(text);
    field_count_ = names.size() <= kFieldsMax ? names.size() : 0;
    std::fill(std::begin(field_of_), std::end(field_of_), Needed{});
    extra_.clear();
    for (std::size_t field = field_count_; field-- > 0;) {
      // Of two fields for one column, the last has it, as in JSON.
      const std::size_t column = column_of(names[field]);
      if (column != kNoColumn && !field_of_[column].is_there) {
        field_of_[column] = {true, field};
        continue;
      }
      std::string name;
      append_json_string(name, names[field]);
      extra_.push_back({std::move(name), field});
    }
    std::reverse(extra_.begin(), extra_.end());
    make_plan();
  }

  // Which fields fill which of the wanted columns.
  void make_plan() {
    filled_.clear();
    missing_.clear();
    for (const std::size_t column : wanted_) {
      if (field_of_[column].is_there) {
        filled_.push_back({column, field_of_[column].field, kColumns[column].type});
      } else {
        missing_.push_back(column);
      }
    }
  }

  std::size_t read_comment(const char* at, const char* limit) {
    const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(limit - at)));
    const std::string_view line(at, static_cast<std::size_t>((newline == nullptr ? limit : newline) - at));
    if (line.starts_with(kHeaderStart)) set_fields(without_cr(line));
    return line.size();
  }

  // Any delimiter, any bytes.
  void read_exactly(std::string_view line, std::uint64_t offset, Batch& batch) {
    line = batch.repaired(without_cr(line));
    if (field_count_ == 0) {
      batch.add_reject(offset, RejectReason::kBadStructure, "nothing says what its fields are", line);
      return;
    }
    fields_.clear();
    std::size_t begin = 0;
    while (fields_.size() <= field_count_) {
      const std::size_t end = line.find(delimiter_, begin);
      fields_.push_back(line.substr(begin, end - begin));
      if (end == std::string_view::npos) break;
      begin = end + delimiter_.size();
    }
    if (fields_.size() == field_count_) {
      put_row(line, offset, batch, [&](std::size_t field) { return fields_[field]; });
    } else if (fields_.size() < field_count_) {
      batch.add_reject(offset, RejectReason::kTooFewFields, "fewer fields than its header names", line);
    } else {
      batch.add_reject(offset, RejectReason::kBadStructure, "more fields than its header names", line);
    }
  }

  template <class FieldAt>
  void put_row(std::string_view line, std::uint64_t offset, Batch& batch, FieldAt field_at) {
    const std::size_t row = batch.begin_row(offset, line);
    if (batch.event_time.wanted) {
      const auto text_of = [&](std::size_t column) {
        return field_of_[column].is_there ? field_at(field_of_[column].field) : std::string_view{};
      };
      const auto instant =
          event_instant(dates_, text_of(kDateColumn), text_of(kTimeColumn), text_of(kTimestampMsColumn),
                        text_of(kTimestampColumn), batch.counts.bad_values);
      if (instant) {
        batch.event_time.set_integer(row, *instant);
      } else {
        batch.event_time.set_null(row);
      }
    }
    // CloudFront is global, and no field names the account.
    if (batch.account_id.wanted) batch.account_id.set_null(row);
    if (batch.region.wanted) batch.region.set_null(row);
    for (const auto& [column, field, type] : filled_) {
      const std::string_view text = field_at(field);
      if (type == Type::kText) {
        batch.columns[column].set_text(row, text);
      } else {
        put_value(batch.columns[column], type, row, text, line, batch);
      }
    }
    for (const std::size_t column : missing_) batch.columns[column].set_null(row);
    if (extra_wanted_) batch.columns[kExtraColumn].set_text(row, extra_of(field_at, batch));
  }

  void put_value(Column& column, Type type, std::size_t row, std::string_view text, std::string_view line,
                 Batch& batch) {
    if (type == Type::kDouble) {
      put_double(column, row, text, batch);
    } else if (type == Type::kDate) {
      if (const auto days = dates_.days(text)) {
        column.set_integer(row, *days);
      } else {
        put_date(column, row, text, batch);
      }
    } else if (text.data() + text.size() - line.data() >= 8) {
      put_integer_inside(column, row, text, batch);
    } else {
      put_integer(column, row, text, batch);
    }
  }

  template <class FieldAt>
  std::string_view extra_of(FieldAt field_at, Batch& batch) {
    if (extra_.empty()) return {};
    json_.clear();
    for (const auto& [name, field] : extra_) {
      json_ += json_.empty() ? '{' : ',';
      json_ += name;
      json_ += ':';
      append_json_string(json_, field_at(field));
    }
    json_ += '}';
    return batch.arena.copy(json_);
  }

  decltype(simd::Kernels::split_fields) split_fields_ = simd::kernels().split_fields;
  simd::FieldSplit split_;
  std::vector<std::string_view> fields_;
  std::string json_;
  Dates dates_;

  // Of the question.
  bool wanted_known_ = false;
  std::vector<std::size_t> wanted_;
  bool extra_wanted_ = false;

  // Of the lines that are read now.
  std::string delimiter_;
  bool is_simple_ = false;  // the delimiter is one that the kernel takes
  std::string fields_text_;
  std::size_t field_count_ = 0;  // 0: unknown
  Needed field_of_[kExtraColumn];
  std::vector<Extra> extra_;
  std::vector<Filled> filled_;
  std::vector<std::size_t> missing_;
};

// Lines, of which a filter must not pass over the comments: one of them may be a header.
class Reader final : public RecordReader {
 public:
  explicit Reader(const LiteralFilter& filter) : filter_(filter), lines_(filter_) {
    if (!filter_.any_of.empty()) filter_.any_of.emplace_back("#");
  }

  void restart(const ObjectContext& context) override { lines_.restart(context); }
  std::size_t read(std::string_view bytes, std::uint64_t offset, bool last, Batch& batch) override {
    return lines_.read(bytes, offset, last, batch);
  }

 private:
  LiteralFilter filter_;
  LineReader<Parser> lines_;
};

// "2026-03-02<TAB>": what a standard log without its header begins with.
bool starts_with_date(std::string_view line) {
  constexpr std::string_view kForm = "0000-00-00\t";
  if (line.size() < kForm.size()) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = line[i] >= '0' && line[i] <= '9';
    if (kForm[i] == '0' ? !digit : line[i] != kForm[i]) return false;
  }
  return true;
}

Verdict detect(std::string_view head, bool whole) {
  const Start start = start_of(head, whole);
  if (!start.header.empty()) {
    const auto names = names_of(start.header);
    if (std::any_of(names.begin(), names.end(), is_telling)) return Verdict::kYes;
    const auto is_known = [](std::string_view name) { return column_of(name) != kNoColumn; };
    return std::all_of(names.begin(), names.end(), is_known) ? Verdict::kMaybe : Verdict::kNo;
  }
  if (!start.record.empty()) return starts_with_date(start.record) ? Verdict::kMaybe : Verdict::kNo;
  // Nothing, or comments: those of an object that breaks off there.
  const std::size_t first = head.find_first_not_of("\xEF\xBB\xBF\r\n");
  return first == std::string_view::npos || head[first] == '#' || starts_with_date(head.substr(first)) ? Verdict::kMaybe
                                                                                                       : Verdict::kNo;
}

// The names of Common Media Client Data are many, and all go to `extra`.
std::vector<std::string> unknown_fields(std::string_view fields) {
  std::vector<std::string> unknown = names_of(fields);
  std::erase_if(unknown,
                [](std::string_view name) { return column_of(name) != kNoColumn || name.starts_with("cmcd-"); });
  return unknown;
}

std::string_view last_header(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  std::string_view last;
  for (const char* at = begin; at != end;) {
    // AWS writes a # in a value as %23, so that looking for this one byte is enough: 11 instead of 38 us for 512 KiB.
    at = static_cast<const char*>(std::memchr(at, kHeaderStart[0], static_cast<std::size_t>(end - at)));
    if (at == nullptr) break;
    if (!std::string_view(at, end).starts_with(kHeaderStart)) {
      ++at;
      continue;
    }
    const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    const std::string_view line(at, static_cast<std::size_t>((newline == nullptr ? end : newline) - at));
    std::string_view before(begin, static_cast<std::size_t>(at - begin));
    if (before.ends_with(kByteOrderMark)) before.remove_suffix(kByteOrderMark.size());
    if ((before.empty() || before.ends_with('\n')) && line.size() < kRecordBytesMax) last = without_cr(line);
    at += line.size();
  }
  return last;
}

std::optional<std::string> literal_for(std::size_t column, Match /*match*/, std::string_view value) {
  // Every text column but the last is a field as it stands in the line. A U+FFFD may have been put in by the repair.
  if (column == kExtraColumn || kColumns[column].type != Type::kText || value.empty()) return {};
  if (value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  return std::string(value);
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "cloudfront",
    .table = "cloudfront_standard_logs",
    .summary = "CloudFront access logs",
    .columns = kColumns,
    .partitions = kPartitions,
    .newline_ends_record = true,
    .read_key = read_key,
    .detect = detect,
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>(filter);
    },
    .literal_for = literal_for,
    .last_header = last_header,
    .unknown_fields = unknown_fields,
};

}  // namespace otomo::formats::cloudfront
