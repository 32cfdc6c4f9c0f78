// SPDX-License-Identifier: Apache-2.0
#include "formats/custom/pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "base/utf8.h"
#include "formats/custom/grok.h"
#include "formats/custom/grouped_pattern.h"
#include "formats/custom/multiline.h"
#include "formats/lines.h"

namespace otomo::formats::custom {

namespace {

std::unique_ptr<RE2> compile(const std::string& regex) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kRegexMemoryBytes);
  return std::make_unique<RE2>(regex, options);
}

// Is the expression found in the line as it will be read: with its bad bytes repaired? An expression's `.` is a
// character, and a bad byte is none.
bool is_found(const RE2& regex, std::string_view line) {
  std::string repaired;
  if (!utf8::is_valid(line)) {
    repaired = utf8::repaired(line);
    line = repaired;
  }
  return regex.Match(line, 0, line.size(), RE2::UNANCHORED, nullptr, 0);
}

// What a pattern's readers share: constants.
struct Compiled {
  GroupedPattern pattern;
  std::unique_ptr<RE2> regex;         // captures every group
  std::unique_ptr<RE2> record_start;  // nullptr: a line is a record
};

class PatternParser {
 public:
  PatternParser(const Compiled& compiled, const Columns& columns) : compiled_(compiled), row_(columns) {}

  void restart(const ObjectContext& context) { row_.restart(context); }

  std::size_t read_line_at(const char* at, const char* limit, std::uint64_t offset, Batch& batch) {
    const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(limit - at)));
    const auto size = static_cast<std::size_t>((newline == nullptr ? limit : newline) - at);
    read_record(without_cr({at, size}), offset, batch);
    return size;
  }

  bool starts_record(std::string_view line) const { return is_found(*compiled_.record_start, line); }

  void read_record(std::string_view text, std::uint64_t offset, Batch& batch) {
    if (!row_.begun()) begin(batch);
    text = batch.repaired(text);
    if (!regex_->Match(text, 0, text.size(), RE2::UNANCHORED, matches_.data(), static_cast<int>(matches_.size()))) {
      batch.add_reject(offset, RejectReason::kNotARecord, "the pattern does not match", text);
      return;
    }
    for (const std::size_t column : row_.needed()) row_.values[column] = {};
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      const re2::StringPiece& match = matches_[i + 1];
      std::string_view& value = row_.values[groups_[i]];
      if (value.data() == nullptr) value = {match.data(), match.size()};
    }
    row_.put(text, offset, batch);
  }

 private:
  // The expression that captures what is needed and nothing else. Each reader has its own: RE2's threads share a DFA
  // under a lock.
  void begin(const Batch& batch) {
    row_.begin(batch);
    std::vector<bool> wanted(row_.values.size());
    for (const std::size_t column : row_.needed()) wanted[column] = true;
    regex_ = compile(compiled_.pattern.write(wanted, groups_));
    matches_.resize(groups_.empty() ? 0 : groups_.size() + 1);
  }

  const Compiled& compiled_;
  RowWriter row_;
  std::unique_ptr<RE2> regex_;
  std::vector<std::size_t> groups_;  // the columns of the groups that capture
  std::vector<re2::StringPiece> matches_;
};

class PatternKind final : public RecordKind {
 public:
  PatternKind(Compiled compiled, const Columns& columns, bool grok)
      : compiled_(std::move(compiled)), columns_(columns), grok_(grok) {}

  bool newline_ends_record() const override { return compiled_.record_start == nullptr; }

  std::unique_ptr<RecordReader> make_reader(const LiteralFilter& filter) const override {
    if (newline_ends_record()) return std::make_unique<LineReader<PatternParser>>(filter, compiled_, columns_);
    return std::make_unique<MultilineReader<PatternParser>>(filter, compiled_, columns_);
  }

  // A group is a part of the record as it is.
  std::optional<std::string> literal_for(std::string_view value) const override {
    if (value.empty() || value.contains(kReplacement)) return {};
    return std::string(value);
  }

  bool fits(std::string_view head, bool whole) const override {
    if (compiled_.record_start != nullptr) {
      return any_line(head, whole, kDetectionLines,
                      [&](std::string_view line) { return is_found(*compiled_.record_start, line); });
    }
    return most_lines(head, whole, [&](std::string_view line) { return is_found(*compiled_.regex, line); });
  }

  std::string summary() const override {
    std::string text = fmt::format("{} records by {}", newline_ends_record() ? "one-line" : "multi-line",
                                   grok_ ? "a grok pattern" : "a regular expression");
    if (const int steps = compiled_.regex->ProgramSize(); steps > kRegexProgramFast) {
      text += fmt::format("\n{} steps: up to {} it is read several times faster; counted repetitions cost most", steps,
                          kRegexProgramFast);
    }
    return text;
  }

 private:
  Compiled compiled_;
  const Columns& columns_;
  bool grok_;
};

class DescribedPattern final : public Pattern {
 public:
  DescribedPattern(Compiled compiled, std::vector<ColumnDescription> columns, bool grok)
      : compiled_(std::move(compiled)), columns_(std::move(columns)), grok_(grok) {}

  const std::vector<ColumnDescription>& columns() const override { return columns_; }
  std::unique_ptr<RecordKind> make(const Columns& columns) && override {
    return std::make_unique<PatternKind>(std::move(compiled_), columns, grok_);
  }

 private:
  Compiled compiled_;
  std::vector<ColumnDescription> columns_;
  bool grok_;
};

}  // namespace

Result<std::unique_ptr<Pattern>> make_pattern(const Description& description) {
  const bool grok = description.kind == Kind::kGrok;
  const auto wrong = [&](Place place, std::string_view message, std::string hint = {}) {
    return error_at(description.file, place, message, std::move(hint));
  };
  std::map<std::string, std::string, std::less<>> own;
  for (const auto& [name, expression] : description.patterns) own.emplace(name.value, expression);
  const auto regex_of = [&](const PlacedText& text) -> std::expected<GrokExpansion, std::string> {
    if (grok) return expand_grok(text.value, own);
    return GrokExpansion{text.value, {}};
  };
  const auto checked = [&](const std::string& regex, Place place) -> Result<std::unique_ptr<RE2>> {
    auto compiled = compile(regex);
    if (!compiled->ok()) {
      const bool look_around = regex.contains("(?=") || regex.contains("(?!") || regex.contains("(?<");
      return wrong(place, fmt::format("the pattern is no regular expression: {}", compiled->error()),
                   look_around ? "the syntax is RE2's, which has no look-around" : "the syntax is RE2's");
    }
    if (compiled->ProgramSize() > kRegexProgramMax) {
      return wrong(place,
                   fmt::format("the pattern is too large: {} steps, and {} are the most", compiled->ProgramSize(),
                               kRegexProgramMax),
                   "counted repetitions cost most");
    }
    return compiled;
  };
  const auto grouped = [&](const PlacedText& text) -> Result<std::pair<GroupedPattern, GrokExpansion>> {
    auto expansion = regex_of(text);
    if (!expansion) {
      return wrong(text.place, expansion.error(), grok ? "names of your own go into [patterns]" : "");
    }
    auto pattern = GroupedPattern::parse(expansion->regex);
    if (!pattern) return wrong(text.place, pattern.error(), "letters, digits and _");
    return std::pair(std::move(*pattern), std::move(*expansion));
  };

  auto parsed = grouped(description.pattern);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  auto& [pattern, expansion] = *parsed;
  if (pattern.names().empty()) {
    return wrong(description.pattern.place, "the pattern names no column",
                 grok ? "name what a reference takes: %{INT:status}" : R"(name a group: (?P<status>\d+))");
  }
  if (pattern.names().size() > kColumnsMax) {
    return wrong(description.pattern.place, fmt::format("the pattern names more than {} columns", kColumnsMax));
  }
  std::vector<std::size_t> groups;
  const std::vector<bool> all(pattern.names().size(), true);
  auto capturing = checked(pattern.write(all, groups), description.pattern.place);
  if (!capturing) return std::unexpected(std::move(capturing.error()));
  if ((*capturing)->NumberOfCapturingGroups() != static_cast<int>(groups.size())) {
    return wrong(description.pattern.place, "the groups of the pattern cannot be told apart");
  }
  Compiled compiled{pattern, std::move(*capturing), nullptr};
  if (description.record_start.given()) {
    auto start = grouped(description.record_start);
    if (!start) return std::unexpected(std::move(start.error()));
    const std::vector<bool> none(start->first.names().size());
    auto regex = checked(start->first.write(none, groups), description.record_start.place);
    if (!regex) return std::unexpected(std::move(regex.error()));
    compiled.record_start = std::move(*regex);
  }

  std::vector<ColumnDescription> columns;
  for (const std::string& name : pattern.names()) {
    ColumnDescription column;
    column.name = {name, description.pattern.place};
    if (const auto type = expansion.types.find(name); type != expansion.types.end()) column.type = type->second;
    columns.push_back(std::move(column));
  }
  for (const ColumnDescription& described : description.columns) {
    const auto group = std::find_if(columns.begin(), columns.end(), [&](const ColumnDescription& column) {
      return column.name.value == described.name.value;
    });
    if (group == columns.end()) {
      return wrong(described.name.place, fmt::format("the pattern has no group '{}'", described.name.value));
    }
    if (described.type && group->type && *described.type != *group->type) {
      return wrong(described.name.place, fmt::format("the pattern says another type for {}: {}", described.name.value,
                                                     word_of(*group->type)));
    }
    if (!described.type && group->type) continue;
    *group = described;
  }
  return std::make_unique<DescribedPattern>(std::move(compiled), std::move(columns), grok);
}

}  // namespace otomo::formats::custom
