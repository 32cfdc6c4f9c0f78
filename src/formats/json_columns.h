// SPDX-License-Identifier: Apache-2.0
//
// Fills a batch's columns from the members of JSON records, by name, as Athena's JSON SerDe does: without regard to
// case, "-" standing for "_". Nested columns of any depth; members without a column can be kept as JSON.
//
//   text     a string without its escapes; null and what is missing is NULL; all else as it is written
//   numbers  a JSON number, or a string that holds one; "-" and "" are NULL, what does not fit is NULL and counted
//   date     a string such as "2026-11-23"; "-" and "" are NULL, what is no date is NULL and counted
//   boolean  true or false, also as a string
//   struct, list, map  of an object, array, object; another value is NULL and counted
//
// Of members that lead to the same column the last counts; a map has each key once, with its last value.
// One per reader and thread.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/batch.h"
#include "formats/json_walk.h"

namespace otomo::formats {

// A member whose column has another name than its own. Exact: case matters.
struct JsonName {
  std::string_view json;
  std::string_view column;
};

class JsonColumns {
 public:
  static constexpr std::size_t kNoColumn = ~std::size_t{0};

  // `other`: the name of a text column that takes all members without a column, and those that their column does not
  // hold wholly (a nested member other than null lacks a place, a value does not fit), as one JSON object; NULL where
  // there is none. Empty: none does. All arguments must stay.
  JsonColumns(std::span<const ColumnSpec> columns, std::span<const JsonName> names, std::string_view other);

  // Learns what is wanted. Once, before the first look_at().
  void begin(const Batch& batch);

  // The depth to which records should be indexed for put(), once begin() was called.
  JsonDepth depth() const { return depth_; }

  // Instead of begin(), for a format that fills its columns itself: then put() is not to be called.
  void begin_alone(bool other_wanted);

  // Finds the record's members; the format may ask for them then, and puts the row. Members with a shape must all have
  // theirs from the same JsonShapes.
  void look_at(const JsonText& json, const JsonMembers& members);
  // The member of that column (an index into `columns`), the last where there are several; nullptr: there is none.
  const JsonMember* member(std::size_t column) const {
    if (other_wanted_) return last_[column];
    if (members_->shape() == 0) return find(needles_[column], *json_, *members_);
    std::size_t& place = places_[members_->shape() % JsonShapes::kShapesMax].of_column[column];
    if (place == kUnknownPlace) place = place_of(column);
    return place == kNoColumn ? nullptr : members_->begin() + place;
  }
  // Its text as a text column would have it; data() == nullptr: NULL.
  std::string_view text(std::size_t column, Arena& arena) const;
  // Fills the wanted columns of the record that was looked at.
  void put(std::size_t row, Batch& batch);
  // What `other` holds of it, for a column of that name that is no column of the batch. REQUIRES: it is wanted.
  std::string_view other(Batch& batch);

  // Fills one column, and all that is wanted below it, from a value. False: something of it has no place there.
  bool put_value(const JsonText& json, const JsonValue& value, Column& column, std::size_t row, Batch& batch);

 private:
  // Where the members of objects of one shape go in a struct.
  struct Children {
    std::uint32_t shape = 0;
    const ColumnSpec* of = nullptr;
    std::vector<std::size_t> of_member;  // kNoColumn: nowhere
  };
  struct Nested {
    JsonText own;                    // where the value lies in a text that tells nothing of its inside
    const JsonText* json = nullptr;  // what `members` are places in
    JsonMembers members;
    JsonShapes shapes;
    std::array<Children, JsonShapes::kShapesMax> children;
    std::vector<std::uint8_t> seen;      // of a struct: by column, whether it had a value
    std::vector<std::string_view> keys;  // of a map
  };
  // What the members of one column are called. Names without regard to case have the size of the column's.
  struct Needles {
    std::string_view name;    // empty: this is `other`
    bool is_renamed = false;  // a member of that very name belongs to another column
    std::vector<std::string_view> exact;
    mutable std::string spelling;  // of the last member found: a log writes its records alike
  };

  // Where the columns' members are in objects of one shape.
  struct Places {
    std::uint32_t shape = 0;
    std::vector<std::size_t> of_column;
  };
  static constexpr std::size_t kUnknownPlace = kNoColumn - 1;

  std::size_t place_of(std::size_t column) const;
  bool is_exact_name(std::string_view key) const;
  bool leads_to(std::string_view key, const Needles& needles) const;
  const JsonMember* find(const Needles& needles, const JsonText& json, const JsonMembers& members) const;
  std::size_t column_of(std::string_view key) const;
  std::size_t column_at(std::size_t place, std::string_view key);
  bool put_number(const JsonText& json, const JsonValue& value, Column& column, std::size_t row, Batch& batch) const;
  bool put_struct(const JsonText& json, const JsonValue& value, Column& column, std::size_t row, Batch& batch);
  static const std::vector<std::size_t>& children_of(Nested& nested, const Column& column);
  bool put_list(const JsonText& json, const JsonValue& value, Column& column, std::size_t row, Batch& batch);
  static void mark_last_values(Nested& nested, Arena& arena);
  bool put_map(const JsonText& json, const JsonValue& value, Column& column, std::size_t row, Batch& batch);
  // nullptr: it is no valid object or array of that kind.
  Nested* open(const JsonText& json, const JsonValue& value, char kind, const Column& column);
  void close() { --nesting_; }

  std::span<const ColumnSpec> columns_;
  std::span<const JsonName> names_;
  std::vector<Needles> needles_;  // by column
  std::size_t other_ = kNoColumn;
  bool other_wanted_ = false;
  std::vector<std::size_t> wanted_;
  JsonDepth depth_ = JsonDepth::kTop;
  // Where `other` is wanted: columns to see whether they hold a value wholly, for those that were not asked for with
  // all that is below them.
  std::deque<Column> scratch_;
  std::vector<Column*> scratch_of_;  // by column; nullptr: the batch's own tells

  // A log writes its records alike: what the last record had at the same place is tried first.
  struct Seen {
    std::string key;
    std::size_t column = kNoColumn;
  };
  std::vector<Seen> seen_;

  const JsonText* json_ = nullptr;
  const JsonMembers* members_ = nullptr;
  mutable std::array<Places, JsonShapes::kShapesMax> places_;
  std::uint32_t shape_ = 0;  // of column_of_member_
  // Where `other` is wanted: the column of each member, and the last member and what became of it for each column.
  std::vector<std::size_t> column_of_member_;
  std::vector<const JsonMember*> last_;
  std::vector<std::uint8_t> kept_;
  std::string other_text_;
  std::deque<Nested> nested_;  // one per depth; references to it stay
  std::size_t nesting_ = 0;
};

// The same name to JsonColumns: without regard to case, "-" standing for "_".
bool names_column(std::string_view key, std::string_view column);

// Is there a member of that name, in any case? Quickest as it is mostly written.
bool has_member(const JsonText& json, const JsonMembers& members, std::string_view name);

// Appends a member to an open JSON object: "{" or "," first. `key` and `json_value` as they are written.
void append_member(std::string& object, std::string_view key, std::string_view json_value);

// The bytes that a record must contain if a text that append_member() made is to match `value`, for
// Format::literal_for: only what lies within one name or one scalar surely stands in the record as it is.
std::optional<std::string> literal_of_members(std::string_view value);

}  // namespace otomo::formats
