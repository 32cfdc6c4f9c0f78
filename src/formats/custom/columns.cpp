// SPDX-License-Identifier: Apache-2.0
#include "formats/custom/columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "formats/lines.h"

namespace otomo::formats::custom {

namespace {

// What every table has.
constexpr std::string_view kTakenNames[] = {"event_time", "account_id", "region", "source_name"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// SQL does not tell upper and lower case apart.
bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

// A record's text that stands for no value.
bool says_nothing(std::string_view text) { return text.empty() || text == "-"; }

std::optional<double> number_of(std::string_view text) {
  // The library knows nan and inf, too.
  if (text.find_first_not_of("+-.0123456789eE") != std::string_view::npos) return {};
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

std::optional<bool> boolean_of(std::string_view text) {
  if (same_word(text, "true") || text == "1") return true;
  if (same_word(text, "false") || text == "0") return false;
  return {};
}

std::string list_of(const Columns& columns) {
  return fmt::format("the columns are {}", fmt::join(columns.names, ", "));
}

}  // namespace

std::size_t Columns::index_of(std::string_view name) const {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (same_word(names[i], name)) return i;
  }
  return kNone;
}

Result<void> make_columns(const Description& description, const std::vector<ColumnDescription>& described,
                          Columns& out) {
  const auto wrong = [&](Place place, std::string_view message, std::string hint) {
    return error_at(description.file, place, message, std::move(hint));
  };
  for (const ColumnDescription& column : described) {
    const std::string& name = column.name.value;
    for (const std::string_view taken : kTakenNames) {
      if (!same_word(taken, name)) continue;
      const bool mapped = taken == "event_time" || taken == "account_id" || taken == "region";
      const std::string_view key = taken == "event_time" ? "time" : (taken == "account_id" ? "account" : "region");
      return wrong(
          column.name.place, fmt::format("every table has a column {} already", taken),
          mapped ? fmt::format("give yours another name, and say {} = \"THAT NAME\"", key) : "give yours another name");
    }
    if (out.index_of(name) != Columns::kNone) {
      return wrong(column.name.place, fmt::format("there are two columns '{}'", name),
                   "names differ in more than case");
    }
    const Type type = column.type.value_or(Type::kText);
    out.names.push_back(name);
    out.specs.push_back({out.names.back(), type});
    out.forms.emplace_back();
    if (type != Type::kTimestamp) continue;
    auto form = TimeForm::parse(column.time_format.given() ? column.time_format.value : "iso");
    if (!form) {
      return wrong(column.time_format.place, form.error(),
                   "iso, clf, unix, unix_ms, unix_us, unix_ns, or a form like \"%d/%b/%Y %H:%M:%S\"");
    }
    out.forms.back() = std::move(*form);
  }
  const TimeDescription& time = description.time;
  for (const PlacedText& name : time.columns) {
    const std::size_t column = out.index_of(name.value);
    if (column == Columns::kNone) {
      return wrong(name.place, fmt::format("time names a column '{}' that is not there", name.value), list_of(out));
    }
    out.time_columns.push_back(column);
  }
  if (!out.time_columns.empty()) {
    const auto& own = out.forms[out.time_columns[0]];
    if (out.time_columns.size() == 1 && own && !time.format.given()) {
      out.time = *own;
    } else {
      auto form = TimeForm::parse(time.format.given() ? time.format.value : "iso");
      if (!form) {
        return wrong(time.format.place, form.error(),
                     "iso, clf, unix, unix_ms, unix_us, unix_ns, or a form like \"%d/%b/%Y %H:%M:%S\"");
      }
      out.time = std::move(*form);
    }
  }
  const auto find_text = [&](const PlacedText& name, std::string_view key, std::size_t& column) -> Result<void> {
    if (!name.given()) return {};
    column = out.index_of(name.value);
    if (column == Columns::kNone) {
      return wrong(name.place, fmt::format("{} names a column '{}' that is not there", key, name.value), list_of(out));
    }
    if (out.specs[column].type != Type::kText) {
      return wrong(name.place, fmt::format("{} is no text", name.value), fmt::format("{} must be a text column", key));
    }
    return {};
  };
  if (auto found = find_text(description.account, "account", out.account); !found) return found;
  return find_text(description.region, "region", out.region);
}

void RowWriter::begin(const Batch& batch) {
  std::vector<bool> needs(columns_.specs.size());
  for (std::size_t column = 0; column < needs.size(); ++column) {
    if (!batch.columns[column].wanted) continue;
    wanted_.push_back(column);
    needs[column] = true;
  }
  if (batch.event_time.wanted) {
    for (const std::size_t column : columns_.time_columns) needs[column] = true;
    counts_time_ = !(columns_.time_columns.size() == 1 && columns_.forms[columns_.time_columns[0]] &&
                     batch.columns[columns_.time_columns[0]].wanted);
  }
  if (batch.account_id.wanted && columns_.account != Columns::kNone) needs[columns_.account] = true;
  if (batch.region.wanted && columns_.region != Columns::kNone) needs[columns_.region] = true;
  for (std::size_t column = 0; column < needs.size(); ++column) {
    if (needs[column]) needed_.push_back(column);
  }
  begun_ = true;
}

void RowWriter::put(std::string_view raw, std::uint64_t offset, Batch& batch) {
  const std::size_t row = batch.begin_row(offset, raw);
  for (const std::size_t column : wanted_) put_value(column, row, batch);
  if (batch.event_time.wanted) put_time(row, batch);
  // What says nothing leaves the word to the object's key.
  const auto put_owner = [&](std::size_t column, Column& out) {
    if (!out.wanted) return;
    const std::string_view text = column == Columns::kNone ? std::string_view{} : values[column];
    out.set_text(row, says_nothing(text) ? std::string_view{} : text);
  };
  put_owner(columns_.account, batch.account_id);
  put_owner(columns_.region, batch.region);
}

void RowWriter::put_value(std::size_t index, std::size_t row, Batch& batch) const {
  Column& column = batch.columns[index];
  const std::string_view text = values[index];
  const Type type = column.spec->type;
  if (type == Type::kText) {
    column.set_text(row, text);
    return;
  }
  if (says_nothing(text)) {
    column.set_null(row);
    return;
  }
  if (type == Type::kInteger || type == Type::kBigint) {
    put_integer(column, row, text, batch);
    return;
  }
  if (type == Type::kDouble) {
    if (const auto value = number_of(text)) {
      column.set_double(row, *value);
      return;
    }
  } else if (type == Type::kBoolean) {
    if (const auto value = boolean_of(text)) {
      column.set_integer(row, *value ? 1 : 0);
      return;
    }
  } else if (const auto instant = columns_.forms[index]->instant(text, context_)) {
    column.set_integer(row, *instant);
    return;
  }
  column.set_null(row);
  ++batch.counts.bad_values;
}

void RowWriter::put_time(std::size_t row, Batch& batch) {
  std::string_view text;
  if (columns_.time_columns.size() == 1) {
    text = values[columns_.time_columns[0]];
    if (says_nothing(text)) text = {};
  } else if (!columns_.time_columns.empty()) {
    joined_.clear();
    bool nothing = false;
    for (const std::size_t column : columns_.time_columns) {
      if (!joined_.empty()) joined_ += ' ';
      joined_ += values[column];
      nothing = nothing || says_nothing(values[column]);
    }
    if (!nothing) text = joined_;
  }
  if (text.empty()) {
    batch.event_time.set_null(row);
  } else if (const auto instant = columns_.time.instant(text, context_)) {
    batch.event_time.set_integer(row, *instant);
  } else {
    batch.event_time.set_null(row);
    if (counts_time_) ++batch.counts.bad_values;
  }
}

}  // namespace otomo::formats::custom
