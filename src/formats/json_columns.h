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
// One per reader and thread.
#pragma once

#include <deque>
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

  // `other`: the name of a text column that takes all members without a column, and those whose nested members lack
  // one, as one JSON object; NULL where there is none. Empty: none does. All arguments must stay.
  JsonColumns(std::span<const ColumnSpec> columns, std::span<const JsonName> names, std::string_view other);

  // Learns what is wanted. Once, before the first put().
  void begin(const Batch& batch);

  // Finds the record's members; the format may ask for them then, and puts the row.
  void look_at(const JsonText& json, const JsonMembers& members);
  // The member of that column (an index into `columns`), the last where there are several; nullptr: there is none.
  const JsonMember* member(std::size_t column) const { return found_[column]; }
  // Its text as a text column would have it; data() == nullptr: NULL.
  std::string_view text(std::size_t column, Arena& arena) const;
  // Fills the wanted columns of the record that was looked at.
  void put(std::size_t row, Batch& batch);

  // Fills one column, and all that is wanted below it, from a value. False: a nested member had no place.
  bool put_value(const JsonText& json, const JsonValue& value, Column& column, std::size_t row, Batch& batch);

 private:
  struct Nested {
    JsonText json;
    JsonMembers members;
  };

  std::size_t column_of(std::string_view key) const;
  void put_number(const JsonText& json, const JsonValue& value, Column& column, std::size_t row, Batch& batch) const;
  bool put_struct(const JsonText& json, const JsonValue& value, Column& column, std::size_t row, Batch& batch);
  bool put_list(const JsonText& json, const JsonValue& value, Column& column, std::size_t row, Batch& batch);
  void put_map(const JsonText& json, const JsonValue& value, Column& column, std::size_t row, Batch& batch);
  // nullptr: it is not an object or array of that kind; NULL then, and counted unless it is null.
  Nested* open(const JsonText& json, const JsonValue& value, char kind, Column& column, std::size_t row, Batch& batch);

  std::span<const ColumnSpec> columns_;
  std::span<const JsonName> names_;
  std::size_t other_ = kNoColumn;
  bool other_wanted_ = false;
  std::vector<std::size_t> wanted_;

  // A log writes its records alike: what the last record had at the same place is tried first.
  struct Seen {
    std::string key;
    std::size_t column;
  };
  std::vector<Seen> seen_;

  const JsonText* json_ = nullptr;
  const JsonMembers* members_ = nullptr;
  std::vector<const JsonMember*> found_;
  std::deque<Nested> nested_;  // one per depth; references to it stay
  std::size_t nesting_ = 0;
};

// Appends a member to an open JSON object: "{" or "," first. `key` and `json_value` as they are written.
void append_member(std::string& object, std::string_view key, std::string_view json_value);

}  // namespace otomo::formats
