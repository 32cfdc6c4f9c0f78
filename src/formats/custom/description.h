// SPDX-License-Identifier: Apache-2.0
//
// What a user's TOML file says of a log, as plain data in which every part remembers its place in the file. Here the
// file's words are known; what they mean for reading is not. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "formats/schema.h"

namespace otomo::formats::custom {

inline constexpr std::size_t kFileBytesMax = 256 * 1024;
inline constexpr std::size_t kColumnsMax = 256;
inline constexpr std::size_t kSamplesMax = 100;
inline constexpr std::size_t kPatternBytesMax = 8 * 1024;
inline constexpr std::size_t kDelimiterBytesMax = 16;
inline constexpr std::size_t kPathPartsMax = 16;

// Both count from 1; 0: it is not in the file.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct PlacedText {
  std::string value;
  Place place;
  bool given() const { return place.line != 0; }
};

enum class Kind : std::uint8_t { kRegex, kGrok, kJson, kDelimiter };

struct ColumnDescription {
  PlacedText name;
  std::optional<Type> type;       // nullopt: text, or what the pattern says
  PlacedText time_format;         // of a timestamp
  std::vector<std::string> path;  // kJson: the members' names from the outside in
  std::string field;              // kDelimiter with a header: the name there
};

struct TimeDescription {
  std::vector<PlacedText> columns;
  PlacedText format;
};

// An instant in TOML's own writing, or a text that is to be read as one.
struct ExpectedInstant {
  std::int64_t us = 0;
};
using ExpectedValue = std::variant<std::string, std::int64_t, double, bool, ExpectedInstant>;

struct Expectation {
  PlacedText column;
  Place place;  // of the value
  ExpectedValue value;
};

struct SampleDescription {
  PlacedText text;
  std::vector<Expectation> expect;
  std::vector<PlacedText> nulls;
  bool reject = false;
};

struct Description {
  std::string file;
  PlacedText name;
  std::string summary;
  Kind kind{};
  PlacedText pattern;
  std::vector<std::pair<PlacedText, std::string>> patterns;  // the user's own, for grok
  PlacedText record_start;
  PlacedText delimiter;
  PlacedText quote;
  bool header = false;
  std::string container;
  bool lines = false;
  std::string key;
  std::vector<ColumnDescription> columns;  // in the file's order
  TimeDescription time;
  PlacedText account;
  PlacedText region;
  std::vector<SampleDescription> samples;
};

// "myapp.toml:12:8: …"
std::unexpected<Error> error_at(std::string_view file, Place place, std::string_view message, std::string hint = {});

// The word in the file for a type, and back.
std::string_view word_of(Type type);
std::optional<Type> type_of(std::string_view word);

// Letters, digits and _, no digit first.
bool is_column_name(std::string_view name);

// Everything that can be said without reading a sample: unknown keys, keys that the kind has not, wrong types, limits.
Result<Description> describe(std::string_view text, std::string_view file_name);

}  // namespace otomo::formats::custom
