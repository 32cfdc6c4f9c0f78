// SPDX-License-Identifier: Apache-2.0
#include "formats/json_columns.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <unordered_set>

#include "formats/json_records.h"
#include "formats/lines.h"

namespace otomo::formats {

namespace {

// Members of one record whose place is remembered; real records have some dozens.
constexpr std::size_t kPlacesMax = 512;

char canonical(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c == '-' ? '_' : c;
}

// Eight bytes at once. Additions carry into a byte's highest bit, which is taken away before and looked at after.
std::uint64_t canonical_8(const char* text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text, sizeof bytes);
  const std::uint64_t low = bytes & (kOnes * 0x7F);
  const std::uint64_t from_a = low + kOnes * (0x80 - 'A');
  const std::uint64_t behind_z = low + kOnes * (0x80 - 'Z' - 1);
  const std::uint64_t upper = from_a & ~behind_z & ~bytes & (kOnes << 7);
  const std::uint64_t not_dash = (low ^ (kOnes * '-')) + kOnes * 0x7F;
  const std::uint64_t dash = ~(not_dash | bytes) & (kOnes << 7);
  return (bytes | upper >> 2) ^ ((dash >> 7) * ('-' ^ '_'));
}

// Makes room for element `at`.
void make_room(Column& column, std::size_t at) {
  const std::size_t size = column.spec->type == Type::kText ? column.text.size() : column.valid.size();
  if (at >= size) column.resize(std::max(at + 1, 2 * size));
}

// Nothing is lost with a null; all else is a value of the wrong kind.
bool is_null_else_bad(const JsonText& json, const JsonValue& value, Batch& batch) {
  const bool is_null = json.slice(value) == "null";
  if (!is_null) ++batch.counts.bad_values;
  return is_null;
}

bool is_nested(const Column& column) { return !column.children.empty(); }

// Is something wanted that lies in an object or array inside the column's own?
bool wants_inner(const Column& column) {
  return std::any_of(column.children.begin(), column.children.end(),
                     [](const Column& child) { return child.wanted && is_nested(child); });
}

bool is_wanted_wholly(const Column& column) {
  return column.wanted && std::all_of(column.children.begin(), column.children.end(), is_wanted_wholly);
}

}  // namespace

bool names_column(std::string_view key, std::string_view column) {
  const std::size_t size = key.size();
  if (size != column.size()) return false;
  if (size > 0 && canonical(key[0]) != canonical(column[0])) return false;
  if (size < 8) {
    for (std::size_t i = 0; i < size; ++i) {
      if (canonical(key[i]) != canonical(column[i])) return false;
    }
    return true;
  }
  const auto same_8 = [&](std::size_t at) { return canonical_8(key.data() + at) == canonical_8(column.data() + at); };
  for (std::size_t at = 0; at + 8 < size; at += 8) {
    if (!same_8(at)) return false;
  }
  return same_8(size - 8);
}

bool has_member(const JsonText& json, const JsonMembers& members, std::string_view name) {
  bool found = false;
  members.of_name_size(name.size(), [&](const JsonMember& member) {
    const std::string_view key = json.key(member);
    found = same_name(key, name) || names_column(key, name);
    return found;
  });
  return found;
}

void append_member(std::string& object, std::string_view key, std::string_view json_value) {
  object += object.empty() ? "{\"" : ",\"";
  object += key;
  object += "\":";
  object += json_value;
}

std::optional<std::string> literal_of_members(std::string_view value) {
  if (value.find_first_of("\",:{}") != std::string_view::npos) return {};
  if (value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  return std::string(value);
}

JsonColumns::JsonColumns(std::span<const ColumnSpec> columns, std::span<const JsonName> names, std::string_view other)
    : columns_(columns), names_(names), needles_(columns.size()) {
  for (std::size_t column = 0; column < columns.size(); ++column) {
    if (!other.empty() && columns[column].name == other) {
      other_ = column;
      continue;
    }
    Needles& needles = needles_[column];
    needles.name = columns[column].name;
    for (const JsonName& name : names) {
      if (name.column == needles.name) needles.exact.push_back(name.json);
      if (names_column(name.json, needles.name)) needles.is_renamed = true;
    }
  }
  assert(other.empty() || other_ != kNoColumn);
}

void JsonColumns::begin(const Batch& batch) {
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    if (column == other_ || !batch.columns[column].wanted) continue;
    wanted_.push_back(column);
    if (is_nested(batch.columns[column])) depth_ = JsonDepth::kAll;
  }
  begin_alone(other_ != kNoColumn && batch.columns[other_].wanted);
  if (!other_wanted_) return;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    if (column == other_ || columns_[column].type == Type::kText || is_wanted_wholly(batch.columns[column])) continue;
    scratch_of_[column] = &scratch_.emplace_back(columns_[column], 1);
    scratch_of_[column]->want_all();
  }
}

void JsonColumns::begin_alone(bool other_wanted) {
  other_wanted_ = other_wanted;
  if (!other_wanted_) return;
  last_.resize(columns_.size());
  kept_.resize(columns_.size());
  scratch_of_.resize(columns_.size());
}

bool JsonColumns::is_exact_name(std::string_view key) const {
  return std::any_of(names_.begin(), names_.end(), [&](const JsonName& name) { return name.json == key; });
}

bool JsonColumns::leads_to(std::string_view key, const Needles& needles) const {
  if (!key.empty() && same_name(key, needles.spelling)) return true;
  const bool leads = (names_column(key, needles.name) && !(needles.is_renamed && is_exact_name(key))) ||
                     std::any_of(needles.exact.begin(), needles.exact.end(),
                                 [&](std::string_view name) { return same_name(key, name); });
  if (leads) needles.spelling = key;
  return leads;
}

const JsonMember* JsonColumns::find(const Needles& needles, const JsonText& json, const JsonMembers& members) const {
  const JsonMember* found = nullptr;
  const auto look = [&](const JsonMember& member) {
    if ((found == nullptr || found < &member) && leads_to(json.key(member), needles)) found = &member;
    return false;
  };
  members.of_name_size(needles.name.size(), look);
  for (const std::string_view name : needles.exact) {
    if (name.size() != needles.name.size()) members.of_name_size(name.size(), look);
  }
  return found;
}

std::size_t JsonColumns::column_of(std::string_view key) const {
  for (std::size_t column = 0; column < needles_.size(); ++column) {
    if (column != other_ && leads_to(key, needles_[column])) return column;
  }
  return kNoColumn;
}

// The column of the member at `place` of its record.
std::size_t JsonColumns::column_at(std::size_t place, std::string_view key) {
  if (place >= kPlacesMax) return column_of(key);
  if (place == seen_.size()) seen_.emplace_back(std::string(key), column_of(key));
  Seen& seen = seen_[place];
  if (!same_name(seen.key, key)) {
    seen.key = key;
    seen.column = column_of(key);
  }
  return seen.column;
}

void JsonColumns::look_at(const JsonText& json, const JsonMembers& members) {
  json_ = &json;
  members_ = &members;
  if (!other_wanted_) {
    Places& places = places_[members.shape() % JsonShapes::kShapesMax];
    if (places.shape != members.shape()) {
      places.shape = members.shape();
      places.of_column.assign(columns_.size(), kUnknownPlace);
    }
    return;
  }
  if (members.shape() == 0 || members.shape() != shape_) {
    column_of_member_.clear();
    for (const JsonMember& member : members) {
      column_of_member_.push_back(column_at(column_of_member_.size(), json.key(member)));
    }
    shape_ = members.shape();
  }
  std::fill(last_.begin(), last_.end(), nullptr);
  for (std::size_t place = 0; place < members.size(); ++place) {
    const std::size_t column = column_of_member_[place];
    if (column != kNoColumn) last_[column] = members.begin() + place;
  }
}

std::size_t JsonColumns::place_of(std::size_t column) const {
  const JsonMember* found = find(needles_[column], *json_, *members_);
  return found == nullptr ? kNoColumn : static_cast<std::size_t>(found - members_->begin());
}

std::string_view JsonColumns::text(std::size_t column, Arena& arena) const {
  const JsonMember* found = member(column);
  return found == nullptr ? std::string_view{} : json_->plain(found->value, arena);
}

void JsonColumns::put(std::size_t row, Batch& batch) {
  for (const std::size_t column : wanted_) {
    const JsonMember* found = member(column);
    if (found == nullptr) {
      batch.columns[column].set_null(row);
      continue;
    }
    const bool kept = put_value(*json_, found->value, batch.columns[column], row, batch);
    if (other_wanted_) kept_[column] = kept ? 1 : 0;
  }
  if (other_wanted_) batch.columns[other_].set_text(row, other(batch));
}

// Members without a column, those that another of the same name follows, and those that their column does not hold.
std::string_view JsonColumns::other(Batch& batch) {
  other_text_.clear();
  std::size_t place = 0;
  for (const JsonMember& member : *members_) {
    const std::size_t column = column_of_member_[place++];
    bool kept = column != kNoColumn && last_[column] == &member;
    if (kept && columns_[column].type != Type::kText) {
      kept = kept_[column] != 0;
      if (Column* scratch = scratch_of_[column]) {
        const std::uint64_t bad_values = batch.counts.bad_values;
        kept = put_value(*json_, member.value, *scratch, 0, batch);
        batch.counts.bad_values = bad_values;
      }
    }
    if (!kept) append_member(other_text_, json_->key(member), json_->slice(member.value));
  }
  if (other_text_.empty()) return {};
  other_text_ += '}';
  return batch.arena.copy(other_text_);
}

bool JsonColumns::put_value(const JsonText& json, const JsonValue& value, Column& column, std::size_t row,
                            Batch& batch) {
  switch (column.spec->type) {
    case Type::kText: column.set_text(row, json.plain(value, batch.arena)); return true;
    case Type::kStruct: return put_struct(json, value, column, row, batch);
    case Type::kList: return put_list(json, value, column, row, batch);
    case Type::kMap: return put_map(json, value, column, row, batch);
    default: return put_number(json, value, column, row, batch);
  }
}

bool JsonColumns::put_number(const JsonText& json, const JsonValue& value, Column& column, std::size_t row,
                             Batch& batch) const {
  const std::string_view text = json.plain(value, batch.arena);
  const std::uint64_t bad_values = batch.counts.bad_values;
  if (text.empty()) {
    column.set_null(row);
  } else if (column.spec->type == Type::kBoolean) {
    if (text == "true" || text == "false") {
      column.set_integer(row, text == "true" ? 1 : 0);
      return true;
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
  return batch.counts.bad_values == bad_values;
}

JsonColumns::Nested* JsonColumns::open(const JsonText& json, const JsonValue& value, char kind, const Column& column) {
  if (value.kind != kind) return nullptr;
  if (nesting_ == nested_.size()) nested_.emplace_back();
  Nested& nested = nested_[nesting_];
  if (json.depth() == JsonDepth::kAll) {
    nested.json = &json;
    if (!json.read(value, nested.shapes, nested.members)) return nullptr;
  } else {
    nested.json = &nested.own;
    const JsonDepth depth = wants_inner(column) ? JsonDepth::kAll : JsonDepth::kTop;
    if (!nested.own.read(json.slice(value), nested.shapes, nested.members, depth)) return nullptr;
  }
  ++nesting_;
  return &nested;
}

// By member, the child of the struct that it goes to.
const std::vector<std::size_t>& JsonColumns::children_of(Nested& nested, const Column& column) {
  const std::uint32_t shape = nested.members.shape();
  Children& children = nested.children[shape % JsonShapes::kShapesMax];
  if (shape != 0 && children.shape == shape && children.of == column.spec) return children.of_member;
  children.shape = shape;
  children.of = column.spec;
  children.of_member.clear();
  for (const JsonMember& member : nested.members) {
    const auto child = std::find_if(column.children.begin(), column.children.end(), [&](const Column& each) {
      return names_column(nested.json->key(member), each.spec->name);
    });
    children.of_member.push_back(
        child == column.children.end() ? kNoColumn : static_cast<std::size_t>(child - column.children.begin()));
  }
  return children.of_member;
}

bool JsonColumns::put_struct(const JsonText& json, const JsonValue& value, Column& column, std::size_t row,
                             Batch& batch) {
  column.set_null(row);
  Nested* nested = open(json, value, '{', column);
  if (nested == nullptr) return is_null_else_bad(json, value, batch);
  column.valid[row] = 1;
  std::vector<Column>& children = column.children;
  nested->seen.assign(children.size(), 0);
  const std::vector<std::size_t>& child_of = children_of(*nested, column);
  bool kept = true;
  std::size_t place = 0;
  for (const JsonMember& member : nested->members) {
    const std::size_t child = child_of[place++];
    if (child == kNoColumn) {
      kept = kept && nested->json->slice(member.value) == "null";
      continue;
    }
    if (nested->seen[child] != 0) kept = false;
    nested->seen[child] = 1;
    if (children[child].wanted) kept = put_value(*nested->json, member.value, children[child], row, batch) && kept;
  }
  close();
  return kept;
}

bool JsonColumns::put_list(const JsonText& json, const JsonValue& value, Column& column, std::size_t row,
                           Batch& batch) {
  column.set_null(row);
  const Nested* nested = open(json, value, '[', column);
  if (nested == nullptr) return is_null_else_bad(json, value, batch);
  column.valid[row] = 1;
  bool kept = true;
  std::uint32_t at = column.list_end[row];
  for (const JsonMember& element : nested->members) {
    make_room(column.children[0], at);
    kept = put_value(*nested->json, element.value, column.children[0], at, batch) && kept;
    ++at;
  }
  close();
  column.list_end[row] = at;
  return kept;
}

// Fills `keys`, and `seen` with 1 for each member that one with the same name follows.
void JsonColumns::mark_last_values(Nested& nested, Arena& arena) {
  const std::size_t size = nested.members.size();
  nested.keys.clear();
  for (const JsonMember& member : nested.members) {
    nested.keys.push_back(unescape_json(nested.json->key(member), arena));
  }
  nested.seen.assign(size, 0);
  constexpr std::size_t kFewKeys = 32;
  if (size <= kFewKeys) {
    for (std::size_t i = 0; i < size; ++i) {
      const auto behind = nested.keys.begin() + static_cast<std::ptrdiff_t>(i) + 1;
      nested.seen[i] = std::find(behind, nested.keys.end(), nested.keys[i]) != nested.keys.end() ? 1 : 0;
    }
    return;
  }
  std::unordered_set<std::string_view> later;
  for (std::size_t i = size; i-- > 0;) nested.seen[i] = later.insert(nested.keys[i]).second ? 0 : 1;
}

bool JsonColumns::put_map(const JsonText& json, const JsonValue& value, Column& column, std::size_t row, Batch& batch) {
  column.set_null(row);
  Nested* nested = open(json, value, '{', column);
  if (nested == nullptr) return is_null_else_bad(json, value, batch);
  column.valid[row] = 1;
  mark_last_values(*nested, batch.arena);
  Column& keys = column.children[0];
  Column& values = column.children[1];
  bool kept = true;
  std::uint32_t at = column.list_end[row];
  std::size_t place = 0;
  for (const JsonMember& member : nested->members) {
    const std::string_view key = nested->keys[place];
    if (nested->seen[place++] != 0) {
      kept = false;
      continue;
    }
    make_room(keys, at);
    make_room(values, at);
    keys.set_text(at, key);
    kept = put_value(*nested->json, member.value, values, at, batch) && kept;
    ++at;
  }
  close();
  column.list_end[row] = at;
  return kept;
}

}  // namespace otomo::formats
