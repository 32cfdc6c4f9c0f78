// SPDX-License-Identifier: Apache-2.0
#include "formats/custom/delimiter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "formats/lines.h"

namespace otomo::formats::custom {

namespace {

struct Layout {
  std::string delimiter;
  char quote = 0;  // 0: fields are not quoted
  bool header = false;
  std::vector<std::string> fields;  // the columns' names in the header
};

struct Field {
  std::string_view written;  // without quotes
  bool doubled = false;      // holds doubled quotes
};

// Cuts a line into its fields, of which `fields` gets the first `kept_max`, and counts them. 0: `reason` says why not.
std::size_t split(const Layout& layout, std::string_view line, std::size_t kept_max, std::vector<Field>& fields,
                  RejectReason& reason) {
  fields.clear();
  std::size_t count = 0;
  const std::string& delimiter = layout.delimiter;
  while (true) {
    Field field;
    std::size_t end = 0;
    if (layout.quote != 0 && line.starts_with(layout.quote)) {
      end = 1;
      while (true) {
        end = line.find(layout.quote, end);
        if (end == std::string_view::npos) {
          reason = RejectReason::kOpenQuote;
          return 0;
        }
        if (end + 1 == line.size() || line[end + 1] != layout.quote) break;
        field.doubled = true;
        end += 2;
      }
      field.written = line.substr(1, end - 1);
      ++end;
      if (end < line.size() && line.substr(end, delimiter.size()) != delimiter) {
        reason = RejectReason::kBadStructure;
        return 0;
      }
    } else {
      end = delimiter.size() == 1 ? line.find(delimiter[0]) : line.find(delimiter);
      end = std::min(end, line.size());
      field.written = line.substr(0, end);
    }
    if (++count <= kept_max) fields.push_back(field);
    if (end == line.size()) return count;
    line.remove_prefix(end + delimiter.size());
  }
}

std::string_view text_of(const Layout& layout, const Field& field, Arena& arena) {
  if (!field.doubled) return field.written;
  char* const out = arena.allocate(field.written.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < field.written.size(); ++i) {
    out[size++] = field.written[i];
    if (field.written[i] == layout.quote) ++i;
  }
  arena.shrink_last(field.written.size(), size);
  return {out, size};
}

class DelimiterParser {
 public:
  DelimiterParser(const Layout& layout, const Columns& columns) : layout_(layout), row_(columns) {
    places_.resize(columns.specs.size());
    for (std::size_t column = 0; column < places_.size(); ++column) places_[column] = column;
    fields_count_ = places_.size();
  }

  void restart(const ObjectContext& context) {
    row_.restart(context);
    if (layout_.header) learn_header(context.head);
  }

  std::size_t read_line_at(const char* at, const char* limit, std::uint64_t offset, Batch& batch) {
    const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(limit - at)));
    const auto size = static_cast<std::size_t>((newline == nullptr ? limit : newline) - at);
    if (!layout_.header || offset != header_offset_ || !header_known_) {
      read_record(without_cr({at, size}), offset, batch);
    }
    return size;
  }

 private:
  static constexpr std::size_t kNowhere = ~std::size_t{0};

  // The header is the first line that is not blank.
  void learn_header(std::string_view head) {
    header_known_ = false;
    std::size_t at = head.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    while (head.substr(at, 1) == "\n" || head.substr(at, 2) == "\r\n") at += head[at] == '\n' ? 1 : 2;
    const std::size_t newline = head.find('\n', at);
    if (newline == std::string_view::npos && head.size() >= kDetectionBytesMax) return;  // its end was not shown
    header_offset_ = at;
    RejectReason reason{};
    const std::string_view line = without_cr(head.substr(at, newline - at));
    const std::size_t count = split(layout_, line, line.size() + 1, fields_, reason);
    if (count == 0) return;
    fields_count_ = count;
    for (std::size_t column = 0; column < places_.size(); ++column) {
      places_[column] = kNowhere;
      for (std::size_t i = 0; i < fields_.size(); ++i) {
        if (fields_[i].written == layout_.fields[column]) places_[column] = i;
      }
      header_known_ = header_known_ || places_[column] != kNowhere;
    }
  }

  void read_record(std::string_view line, std::uint64_t offset, Batch& batch) {
    if (!row_.begun()) row_.begin(batch);
    line = batch.repaired(line);
    if (layout_.header && !header_known_) {
      batch.add_reject(offset, RejectReason::kNotARecord, "the object's header names no column", line);
      return;
    }
    RejectReason reason{};
    const std::size_t count = split(layout_, line, fields_count_, fields_, reason);
    if (count == 0) {
      batch.add_reject(offset, reason, "", line);
      return;
    }
    if (count < fields_count_) {
      batch.add_reject(offset, RejectReason::kTooFewFields, "", line);
      return;
    }
    for (const std::size_t column : row_.needed()) {
      const std::size_t place = places_[column];
      row_.values[column] = place == kNowhere ? std::string_view{} : text_of(layout_, fields_[place], batch.arena);
    }
    row_.put(line, offset, batch);
    batch.counts.bad_values += count - fields_count_;
  }

  const Layout& layout_;
  RowWriter row_;
  std::vector<Field> fields_;
  std::vector<std::size_t> places_;  // the field of each column
  std::size_t fields_count_ = 0;
  std::uint64_t header_offset_ = 0;
  bool header_known_ = false;
};

class DelimiterKind final : public RecordKind {
 public:
  DelimiterKind(Layout layout, const Columns& columns) : layout_(std::move(layout)), columns_(columns) {}

  bool newline_ends_record() const override { return true; }

  std::unique_ptr<RecordReader> make_reader(const LiteralFilter& filter) const override {
    return std::make_unique<LineReader<DelimiterParser>>(filter, layout_, columns_);
  }

  // A field is a part of the line as it is, but for its doubled quotes.
  std::optional<std::string> literal_for(std::string_view value) const override {
    if (value.empty() || value.contains(kReplacement)) return {};
    if (layout_.quote != 0 && value.contains(layout_.quote)) return {};
    return std::string(value);
  }

  bool fits(std::string_view head, bool whole) const override {
    std::vector<Field> fields;
    RejectReason reason{};
    const std::size_t least = std::min<std::size_t>(layout_.header ? 2 : kColumnsMax, columns_.specs.size());
    return most_lines(head, whole,
                      [&](std::string_view line) { return split(layout_, line, 0, fields, reason) >= least; });
  }

  std::string summary() const override {
    return fmt::format("lines of fields{}{}", layout_.quote != 0 ? ", quoted where needed" : "",
                       layout_.header ? ", under a header" : "");
  }

 private:
  Layout layout_;
  const Columns& columns_;
};

}  // namespace

std::unique_ptr<RecordKind> make_delimiter(const Description& description, const Columns& columns) {
  Layout layout;
  layout.delimiter = description.delimiter.value;
  layout.quote = description.quote.given() ? description.quote.value[0] : '\0';
  layout.header = description.header;
  for (const ColumnDescription& column : description.columns) layout.fields.push_back(column.field);
  return std::make_unique<DelimiterKind>(std::move(layout), columns);
}

}  // namespace otomo::formats::custom
