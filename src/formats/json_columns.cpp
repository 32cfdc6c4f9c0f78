// SPDX-License-Identifier: Apache-2.0
#include "formats/json_columns.h"

#include <algorithm>

#include "formats/lines.h"

namespace otomo::formats {

namespace {

char canonical(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c == '-' ? '_' : c;
}

bool names_column(std::string_view key, std::string_view column) {
  return key.size() == column.size() && std::equal(key.begin(), key.end(), column.begin(),
                                                   [](char a, char b) { return canonical(a) == canonical(b); });
}

}  // namespace

void append_member(std::string& object, std::string_view key, std::string_view json_value) {
  object += object.empty() ? "{\"" : ",\"";
  object += key;
  object += "\":";
  object += json_value;
}

JsonColumns::JsonColumns(std::span<const ColumnSpec> columns, std::span<const JsonName> names, std::string_view other)
    : columns_(columns), names_(names), found_(columns.size()) {
  if (other.empty()) return;
  const auto place = std::find_if(columns.begin(), columns.end(), [&](const auto& spec) { return spec.name == other; });
  other_ = static_cast<std::size_t>(place - columns.begin());
}

void JsonColumns::begin(const Batch& batch) {
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    if (!batch.columns[column].wanted) continue;
    if (column == other_) {
      other_wanted_ = true;
    } else {
      wanted_.push_back(column);
    }
  }
}

std::size_t JsonColumns::column_of(std::string_view key) const {
  std::string_view wanted = key;
  for (const JsonName& name : names_) {
    if (name.json == key) wanted = name.column;
  }
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    if (column != other_ && names_column(wanted, columns_[column].name)) return column;
  }
  return kNoColumn;
}

void JsonColumns::look_at(const JsonText& json, const JsonMembers& members) {
  json_ = &json;
  members_ = &members;
  std::fill(found_.begin(), found_.end(), nullptr);
  std::size_t place = 0;
  for (const JsonMember& member : members) {
    const std::string_view key = json.key(member);
    if (place == seen_.size()) seen_.push_back({std::string(key), column_of(key)});
    Seen& seen = seen_[place];
    if (seen.key != key) seen = {std::string(key), column_of(key)};
    if (seen.column != kNoColumn) found_[seen.column] = &member;
    ++place;
  }
}

std::string_view JsonColumns::text(std::size_t column, Arena& arena) const {
  return found_[column] == nullptr ? std::string_view{} : json_->plain(found_[column]->value, arena);
}

void JsonColumns::put(std::size_t row, Batch& batch) {
  for (const std::size_t column : wanted_) {
    if (found_[column] == nullptr) {
      batch.columns[column].set_null(row);
    } else {
      put_value(*json_, found_[column]->value, batch.columns[column], row, batch);
    }
  }
  if (!other_wanted_) return;
  std::string other;
  std::size_t place = 0;
  for (const JsonMember& member : *members_) {
    const std::size_t column = seen_[place++].column;
    bool kept = column != kNoColumn && found_[column] == &member;
    if (kept && !columns_[column].children.empty()) {
      // Only to see whether every member below has a place.
      Column scratch(columns_[column], 1);
      scratch.want_all();
      const Counts before = batch.counts;
      kept = put_value(*json_, member.value, scratch, 0, batch) && batch.counts.bad_values == before.bad_values;
      batch.counts = before;
    }
    if (!kept) append_member(other, json_->key(member), json_->slice(member.value));
  }
  batch.columns[other_].set_text(row, other.empty() ? std::string_view{} : batch.arena.copy(other + "}"));
}

bool JsonColumns::put_value(const JsonText& json, const JsonValue& value, Column& column, std::size_t row,
                            Batch& batch) {
  switch (column.spec->type) {
    case Type::kText: column.set_text(row, json.plain(value, batch.arena)); return true;
    case Type::kStruct: return put_struct(json, value, column, row, batch);
    case Type::kList: return put_list(json, value, column, row, batch);
    case Type::kMap: put_map(json, value, column, row, batch); return true;
    default: put_number(json, value, column, row, batch); return true;
  }
}

void JsonColumns::put_number(const JsonText& json, const JsonValue& value, Column& column, std::size_t row,
                             Batch& batch) const {
  const std::string_view text = json.plain(value, batch.arena);
  if (text.empty()) {
    column.set_null(row);
  } else if (column.spec->type == Type::kBoolean) {
    if (text == "true" || text == "false") {
      column.set_integer(row, text == "true" ? 1 : 0);
      return;
    }
    column.set_null(row);
    ++batch.counts.bad_values;
  } else if (column.spec->type == Type::kDouble) {
    put_double(column, row, text, batch);
  } else if (column.spec->type == Type::kDate) {
    put_date(column, row, text, batch);
  } else {
    put_integer(column, row, text, batch);
  }
}

JsonColumns::Nested* JsonColumns::open(const JsonText& json, const JsonValue& value, char kind, Column& column,
                                       std::size_t row, Batch& batch) {
  column.set_null(row);
  const std::string_view text = json.slice(value);
  if (value.kind != kind) {
    if (text != "null") ++batch.counts.bad_values;
    return nullptr;
  }
  if (nesting_ == nested_.size()) nested_.emplace_back();
  Nested& nested = nested_[nesting_++];
  if (!nested.json.read(text, nested.members)) ++batch.counts.bad_values;
  column.valid[row] = 1;
  return &nested;
}

bool JsonColumns::put_struct(const JsonText& json, const JsonValue& value, Column& column, std::size_t row,
                             Batch& batch) {
  const Nested* nested = open(json, value, '{', column, row, batch);
  if (nested == nullptr) return json.slice(value) == "null";
  bool kept = true;
  for (const JsonMember& member : nested->members) {
    const std::string_view key = nested->json.key(member);
    const auto child = std::find_if(column.children.begin(), column.children.end(),
                                    [&](const Column& one) { return names_column(key, one.spec->name); });
    if (child == column.children.end()) {
      kept = false;
    } else if (child->wanted) {
      kept = put_value(nested->json, member.value, *child, row, batch) && kept;
    }
  }
  --nesting_;
  return kept;
}

bool JsonColumns::put_list(const JsonText& json, const JsonValue& value, Column& column, std::size_t row,
                           Batch& batch) {
  const Nested* nested = open(json, value, '[', column, row, batch);
  if (nested == nullptr) return json.slice(value) == "null";
  bool kept = true;
  std::uint32_t at = column.list_end[row];
  for (const JsonMember& element : nested->members) {
    column.children[0].resize(at + 1);
    kept = put_value(nested->json, element.value, column.children[0], at, batch) && kept;
    ++at;
  }
  --nesting_;
  column.list_end[row] = at;
  return kept;
}

void JsonColumns::put_map(const JsonText& json, const JsonValue& value, Column& column, std::size_t row, Batch& batch) {
  const Nested* nested = open(json, value, '{', column, row, batch);
  if (nested == nullptr) return;
  Column& keys = column.children[0];
  Column& values = column.children[1];
  std::uint32_t at = column.list_end[row];
  const std::uint32_t first = at;
  for (const JsonMember& member : nested->members) {
    const std::string_view key = unescape_json(nested->json.key(member), batch.arena);
    // A map has each key once; the last value counts.
    std::uint32_t place = first;
    while (place < at && keys.text[place] != key) ++place;
    if (place == at) {
      ++at;
      keys.resize(at);
      values.resize(at);
      keys.set_text(place, key);
    }
    values.set_text(place, nested->json.plain(member.value, batch.arena));
  }
  --nesting_;
  column.list_end[row] = at;
}

}  // namespace otomo::formats
