// SPDX-License-Identifier: Apache-2.0
#include "formats/custom/description.h"
#include "base/toml_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>

#include "base/time.h"
#include "base/toml_text.h"

namespace otomo::formats::custom {

namespace {

struct TypeWord {
  std::string_view word;
  Type type;
};
constexpr TypeWord kTypeWords[] = {{"text", Type::kText},       {"integer", Type::kInteger},
                                   {"bigint", Type::kBigint},   {"double", Type::kDouble},
                                   {"boolean", Type::kBoolean}, {"timestamp", Type::kTimestamp}};
constexpr std::string_view kTypeHint = "the types are text, integer, bigint, double, boolean, timestamp";

struct KindWord {
  std::string_view word;
  Kind kind;
};
constexpr KindWord kKindWords[] = {
    {"regex", Kind::kRegex}, {"grok", Kind::kGrok}, {"json", Kind::kJson}, {"delimiter", Kind::kDelimiter}};

// A key of the file's first level, and the kinds that have it.
struct KeyRule {
  std::string_view key;
  std::initializer_list<Kind> kinds;  // empty: all
};
constexpr std::array<KeyRule, 16> kKeys = {{{"name", {}},
                                            {"summary", {}},
                                            {"kind", {}},
                                            {"key", {}},
                                            {"time", {}},
                                            {"account", {}},
                                            {"region", {}},
                                            {"columns", {}},
                                            {"samples", {}},
                                            {"pattern", {Kind::kRegex, Kind::kGrok}},
                                            {"record_start", {Kind::kRegex, Kind::kGrok}},
                                            {"patterns", {Kind::kGrok}},
                                            {"delimiter", {Kind::kDelimiter}},
                                            {"quote", {Kind::kDelimiter}},
                                            {"header", {Kind::kDelimiter}},
                                            {"container", {Kind::kJson}}}};
constexpr KeyRule kLines = {"lines", {Kind::kJson}};

Place place_of(const toml::source_region& source) { return {source.begin.line, source.begin.column}; }

std::string_view kind_word(Kind kind) {
  return std::find_if(std::begin(kKindWords), std::end(kKindWords),
                      [&](const KindWord& one) { return one.kind == kind; })
      ->word;
}

// Reads the tree; keeps the first thing that is wrong.
class Reader {
 public:
  Reader(const toml::table& root, Description& out) : root_(root), out_(out) {}

  Result<void> read() {
    read_kind();
    if (!error_) read_keys();
    if (!error_) read_root();
    if (!error_) read_columns();
    if (!error_) read_samples();
    if (error_) return std::unexpected(std::move(*error_));
    return {};
  }

 private:
  struct Entry {
    PlacedText key;
    const toml::node* value;
  };

  void fail(Place place, std::string_view message, std::string hint = {}) {
    if (!error_) error_ = error_at(out_.file, place, message, std::move(hint)).error();
  }
  void fail(const toml::node& node, std::string_view message, std::string hint = {}) {
    fail(place_of(node.source()), message, std::move(hint));
  }

  // A table's entries in the order in which they are written.
  static std::vector<Entry> entries(const toml::table& table) {
    std::vector<Entry> found;
    for (const auto& [key, value] : table) {
      found.push_back({{std::string(key.str()), place_of(key.source())}, &value});
    }
    std::sort(found.begin(), found.end(), [](const Entry& a, const Entry& b) {
      return std::pair(a.key.place.line, a.key.place.column) < std::pair(b.key.place.line, b.key.place.column);
    });
    return found;
  }

  PlacedText text_of(const toml::node& node, std::string_view what) {
    if (const auto* text = node.as_string()) return {text->get(), place_of(node.source())};
    fail(node, fmt::format("{} must be a text in quotes", what));
    return {};
  }
  PlacedText text(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    return node == nullptr ? PlacedText{} : text_of(*node, key);
  }
  PlacedText filled_text(const toml::table& table, std::string_view key) {
    PlacedText found = text(table, key);
    if (found.given() && found.value.empty()) fail(found.place, fmt::format("{} is empty", key));
    return found;
  }
  bool flag(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return false;
    if (const auto* value = node->as_boolean()) return value->get();
    fail(*node, fmt::format("{} must be true or false", key));
    return false;
  }
  const toml::table* table_of(const toml::node& node, std::string_view what) {
    if (const auto* table = node.as_table()) return table;
    fail(node, fmt::format("{} must be a table", what));
    return nullptr;
  }
  void only_keys(const toml::table& table, std::initializer_list<std::string_view> known, std::string_view where) {
    for (const Entry& entry : entries(table)) {
      if (std::find(known.begin(), known.end(), entry.key.value) == known.end()) {
        fail(entry.key.place, fmt::format("{} has no '{}'", where, entry.key.value),
             fmt::format("it has {}", fmt::join(known, ", ")));
      }
    }
  }

  void read_kind() {
    const toml::node* node = root_.get("kind");
    const std::string hint = "kind = \"regex\", \"grok\", \"json\" or \"delimiter\"";
    if (node == nullptr) {
      fail({1, 1}, "kind is missing: how is a line read?", hint);
      return;
    }
    const PlacedText word = text_of(*node, "kind");
    const auto* const known = std::find_if(std::begin(kKindWords), std::end(kKindWords),
                                           [&](const KindWord& one) { return one.word == word.value; });
    if (known == std::end(kKindWords)) {
      fail(*node, fmt::format("there is no kind '{}'", word.value), hint);
    } else {
      out_.kind = known->kind;
    }
  }

  bool has_key(const KeyRule& rule) const {
    return rule.kinds.size() == 0 || std::find(rule.kinds.begin(), rule.kinds.end(), out_.kind) != rule.kinds.end();
  }

  void read_keys() {
    std::vector<std::string_view> has;
    const auto each = [&](auto look) {
      std::for_each(kKeys.begin(), kKeys.end(), look);
      look(kLines);
    };
    each([&](const KeyRule& rule) {
      if (has_key(rule)) has.push_back(rule.key);
    });
    for (const Entry& entry : entries(root_)) {
      const bool known = std::find(has.begin(), has.end(), entry.key.value) != has.end();
      if (known) continue;
      bool elsewhere = false;
      each([&](const KeyRule& rule) { elsewhere = elsewhere || rule.key == entry.key.value; });
      fail(entry.key.place,
           elsewhere ? fmt::format("kind {} has no '{}'", kind_word(out_.kind), entry.key.value)
                     : fmt::format("there is no key '{}'", entry.key.value),
           fmt::format("with this kind there are {}", fmt::join(has, ", ")));
    }
  }

  void read_root() {
    out_.name = filled_text(root_, "name");
    if (!out_.name.given()) {
      fail({1, 1}, "name is missing: the word after --format and the table's name", "for example: name = \"myapp\"");
    }
    out_.summary = text(root_, "summary").value;
    out_.pattern = filled_text(root_, "pattern");
    out_.record_start = filled_text(root_, "record_start");
    for (const PlacedText* pattern : {&out_.pattern, &out_.record_start}) {
      if (pattern->value.size() > kPatternBytesMax) {
        fail(pattern->place, fmt::format("the pattern is longer than {} bytes", kPatternBytesMax));
      }
    }
    out_.delimiter = filled_text(root_, "delimiter");
    out_.quote = filled_text(root_, "quote");
    out_.header = flag(root_, "header");
    out_.container = filled_text(root_, "container").value;
    out_.lines = flag(root_, "lines");
    out_.key = filled_text(root_, "key").value;
    out_.account = filled_text(root_, "account");
    out_.region = filled_text(root_, "region");
    if (const toml::node* node = root_.get("time")) read_time(*node);
    if (const toml::node* node = root_.get("patterns")) read_patterns(*node);
    if ((out_.kind == Kind::kRegex || out_.kind == Kind::kGrok) && !out_.pattern.given()) {
      fail({1, 1}, "pattern is missing",
           out_.kind == Kind::kGrok ? "for example: pattern = '%{IP:client} %{INT:status}'"
                                    : R"(for example: pattern = '^(?P<level>\w+) ')");
    }
    if (out_.kind == Kind::kDelimiter) check_delimiter();
    if (out_.lines && !out_.container.empty()) {
      fail(*root_.get("lines"), "records in a container are not one per line", "leave lines or container away");
    }
  }

  void check_delimiter() {
    if (!out_.delimiter.given()) {
      fail({1, 1}, "delimiter is missing", R"(for example: delimiter = "\t")");
      return;
    }
    const std::string& delimiter = out_.delimiter.value;
    if (delimiter.size() > kDelimiterBytesMax) {
      fail(out_.delimiter.place, fmt::format("the delimiter is longer than {} bytes", kDelimiterBytesMax));
    }
    if (delimiter.find_first_of("\r\n") != std::string::npos) {
      fail(out_.delimiter.place, "a delimiter cannot hold the end of a line");
    }
    if (!out_.quote.given()) return;
    const std::string& quote = out_.quote.value;
    if (quote.size() != 1 || static_cast<unsigned char>(quote[0]) >= 0x80 || quote == "\n" || quote == "\r") {
      fail(out_.quote.place, "quote must be one ASCII character", "for example: quote = '\"'");
    } else if (delimiter.contains(quote[0])) {
      fail(out_.quote.place, "quote and delimiter share a character");
    }
  }

  void read_time(const toml::node& node) {
    const auto add = [&](const toml::node& one) { out_.time.columns.push_back(text_of(one, "the time's column")); };
    if (node.is_string()) {
      add(node);
      return;
    }
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      fail(node, "time must name a column", R"(time = "COLUMN", or time = { column = "COLUMN", format = "iso" })");
      return;
    }
    only_keys(*table, {"column", "format"}, "time");
    out_.time.format = filled_text(*table, "format");
    const toml::node* column = table->get("column");
    if (column == nullptr) {
      fail(node, "time names no column", R"(time = { column = "COLUMN", format = "iso" })");
    } else if (const auto* list = column->as_array()) {
      for (const toml::node& one : *list) add(one);
      if (list->empty()) fail(*column, "time names no column");
    } else {
      add(*column);
    }
  }

  void read_patterns(const toml::node& node) {
    const toml::table* table = table_of(node, "patterns");
    if (table == nullptr) return;
    for (const Entry& entry : entries(*table)) {
      PlacedText pattern = text_of(*entry.value, entry.key.value);
      if (pattern.value.size() > kPatternBytesMax) {
        fail(pattern.place, fmt::format("the pattern is longer than {} bytes", kPatternBytesMax));
      }
      out_.patterns.emplace_back(entry.key, std::move(pattern.value));
    }
  }

  void read_columns() {
    const bool needed = out_.kind == Kind::kJson || out_.kind == Kind::kDelimiter;
    const toml::node* node = root_.get("columns");
    const toml::table* table = node == nullptr ? nullptr : table_of(*node, "columns");
    if (table == nullptr || table->empty()) {
      if (needed) fail({1, 1}, "there are no [columns]", "one line each, for example: status = \"integer\"");
      return;
    }
    if (table->size() > kColumnsMax) {
      fail(*node, fmt::format("there are more than {} columns", kColumnsMax));
      return;
    }
    for (const Entry& entry : entries(*table)) read_column(entry);
  }

  void read_column(const Entry& entry) {
    ColumnDescription column;
    column.name = entry.key;
    if (!is_column_name(column.name.value)) {
      fail(column.name.place, fmt::format("'{}' is no name for a column", column.name.value),
           out_.kind == Kind::kJson ? "letters, digits and _; where the log has another name: NAME = { path = \"…\" }"
                                    : "letters, digits and _");
    }
    column.path = {column.name.value};
    column.field = column.name.value;
    if (entry.value->is_string()) {
      read_type(*entry.value, column);
    } else if (const toml::table* table = entry.value->as_table()) {
      if (out_.kind == Kind::kJson) {
        only_keys(*table, {"type", "format", "path"}, "a column");
      } else if (out_.header) {
        only_keys(*table, {"type", "format", "field"}, "a column");
      } else {
        only_keys(*table, {"type", "format"}, "a column");
      }
      column.time_format = filled_text(*table, "format");
      if (const toml::node* type = table->get("type")) read_type(*type, column);
      if (const toml::node* path = table->get("path")) read_path(*path, column);
      if (const PlacedText field = filled_text(*table, "field"); field.given()) column.field = field.value;
      if (column.time_format.given()) {
        if (!column.type) column.type = Type::kTimestamp;
        if (column.type != Type::kTimestamp) {
          fail(column.time_format.place, "only a timestamp has a format");
        }
      }
    } else {
      fail(*entry.value, fmt::format("column {} must be a type or a table", column.name.value), std::string(kTypeHint));
    }
    out_.columns.push_back(std::move(column));
  }

  void read_type(const toml::node& node, ColumnDescription& column) {
    const PlacedText word = text_of(node, "a type");
    if (!word.given()) return;
    column.type = type_of(word.value);
    if (!column.type) fail(node, fmt::format("there is no type '{}'", word.value), std::string(kTypeHint));
  }

  void read_path(const toml::node& node, ColumnDescription& column) {
    column.path.clear();
    if (const auto* list = node.as_array()) {
      for (const toml::node& part : *list) column.path.push_back(text_of(part, "a path's part").value);
    } else {
      const std::string path = text_of(node, "path").value;
      for (std::size_t at = 0; at <= path.size();) {
        const std::size_t dot = std::min(path.find('.', at), path.size());
        column.path.push_back(path.substr(at, dot - at));
        at = dot + 1;
      }
    }
    const bool empty = std::any_of(column.path.begin(), column.path.end(), [](const auto& one) { return one.empty(); });
    if (column.path.empty() || empty) {
      fail(node, "the path has an empty part", R"(for example: path = "request.host", or path = ["a.b", "c"])");
    }
    if (column.path.size() > kPathPartsMax) fail(node, fmt::format("the path has more than {} parts", kPathPartsMax));
  }

  void read_samples() {
    const toml::node* node = root_.get("samples");
    const toml::array* list = node == nullptr ? nullptr : node->as_array();
    if (list == nullptr || list->empty()) {
      fail(node == nullptr ? Place{1, 1} : place_of(node->source()), "there are no [[samples]]",
           "a format is checked against at least one record: [[samples]], text = '…', expect = { COLUMN = VALUE }");
      return;
    }
    if (list->size() > kSamplesMax) {
      fail(*node, fmt::format("there are more than {} samples", kSamplesMax));
      return;
    }
    for (const toml::node& one : *list) {
      const toml::table* table = table_of(one, "a sample");
      if (table != nullptr) read_sample(*table);
    }
    const bool record =
        std::any_of(out_.samples.begin(), out_.samples.end(), [](const auto& one) { return !one.reject; });
    if (!record) fail(*node, "every sample is to be rejected", "one at least must show a record");
  }

  void read_sample(const toml::table& table) {
    only_keys(table, {"text", "expect", "null", "reject"}, "a sample");
    SampleDescription sample;
    sample.text = filled_text(table, "text");
    if (!sample.text.given()) fail(table, "the sample has no text");
    sample.reject = flag(table, "reject");
    if (const toml::node* node = table.get("expect")) {
      if (const toml::table* expect = table_of(*node, "expect")) {
        for (const Entry& entry : entries(*expect)) read_expectation(entry, sample);
      }
    }
    if (const toml::node* node = table.get("null")) {
      if (const auto* list = node->as_array()) {
        for (const toml::node& one : *list) sample.nulls.push_back(text_of(one, "a column that is NULL"));
      } else {
        sample.nulls.push_back(text_of(*node, "a column that is NULL"));
      }
    }
    if (sample.reject && (!sample.expect.empty() || !sample.nulls.empty())) {
      fail(table, "a sample that is to be rejected has no columns", "leave expect and null away");
    }
    out_.samples.push_back(std::move(sample));
  }

  void read_expectation(const Entry& entry, SampleDescription& sample) {
    Expectation expectation{entry.key, place_of(entry.value->source()), {}};
    if (const auto* text = entry.value->as_string()) {
      expectation.value = text->get();
    } else if (const auto* integer = entry.value->as_integer()) {
      expectation.value = integer->get();
    } else if (const auto* number = entry.value->as_floating_point()) {
      expectation.value = number->get();
    } else if (const auto* boolean = entry.value->as_boolean()) {
      expectation.value = boolean->get();
    } else if (entry.value->is_date() || entry.value->is_time()) {
      fail(*entry.value, "an expected time needs date, time and zone", "for example: 2026-03-02T09:14:07Z");
    } else if (const auto* instant = entry.value->as_date_time()) {
      const toml::date_time& at = instant->get();
      if (!at.offset) {
        fail(*entry.value, "an expected time needs date, time and zone", "for example: 2026-03-02T09:14:07Z");
      }
      const std::int64_t days = days_from_civil(at.date.year, at.date.month, at.date.day);
      const std::int64_t minutes = at.time.hour * 60 + at.time.minute - (at.offset ? at.offset->minutes : 0);
      expectation.value =
          ExpectedInstant{days * kMicrosecondsPerDay + (minutes * 60 + at.time.second) * kMicrosecondsPerSecond +
                          at.time.nanosecond / 1000};
    } else {
      fail(*entry.value, fmt::format("what is expected of {} must be one value", entry.key.value));
    }
    sample.expect.push_back(std::move(expectation));
  }

  const toml::table& root_;
  Description& out_;
  std::optional<Error> error_;
};

}  // namespace

std::unexpected<Error> error_at(std::string_view file, Place place, std::string_view message, std::string hint) {
  return usage_error(fmt::format("{}:{}:{}: {}", file, place.line, place.column, message), std::move(hint));
}

std::string_view word_of(Type type) {
  for (const TypeWord& one : kTypeWords) {
    if (one.type == type) return one.word;
  }
  return {};
}

std::optional<Type> type_of(std::string_view word) {
  for (const TypeWord& one : kTypeWords) {
    if (one.word == word) return one.type;
  }
  return {};
}

bool is_column_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::all_of(name.begin(), name.end(), fits);
}

Result<Description> describe(std::string_view text, std::string_view file_name) {
  Description description;
  description.file = file_name;
  if (text.size() > kFileBytesMax) {
    return usage_error(fmt::format("{}: longer than {} bytes", file_name, kFileBytesMax));
  }
  if (const std::size_t line = toml_line_of_deep_key(text); line > 0) {
    return usage_error(fmt::format("{}:{}:1: more than {} dots on one line", file_name, line, kTomlLineDotsMax),
                       "a key has at most two parts; many numbers with a point go on lines of their own");
  }
  // The library says what is wrong by an exception; it ends here.
  try {
    const toml::table root = toml::parse(text);
    if (auto read = Reader(root, description).read(); !read) return std::unexpected(std::move(read.error()));
  } catch (const toml::parse_error& wrong) {
    return error_at(file_name, place_of(wrong.source()), wrong.description());
  }
  return description;
}

}  // namespace otomo::formats::custom
