// SPDX-License-Identifier: Apache-2.0
//
// A way of reading records that a user can describe, made ready: what a Format needs beside its names and columns.
// Constants once made, so any thread; the Columns that one was made for must stay.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "formats/custom/columns.h"
#include "formats/format.h"
#include "formats/lines.h"

namespace otomo::formats::custom {

class RecordKind {
 public:
  virtual ~RecordKind() = default;
  virtual bool newline_ends_record() const = 0;
  // As Format::make_reader and Format::literal_for, of a text column.
  virtual std::unique_ptr<RecordReader> make_reader(const LiteralFilter& filter) const = 0;
  virtual std::optional<std::string> literal_for(std::string_view value) const = 0;
  // Could these be the first bytes of such an object? The key has said yes already.
  virtual bool fits(std::string_view head, bool whole) const = 0;
  // One line for people: how a record is found and taken apart.
  virtual std::string summary() const = 0;
};

// Lines that a detector looks at.
inline constexpr std::size_t kDetectionLines = 8;

// Do most of the first lines fit?
template <class Fits>
bool most_lines(std::string_view head, bool whole, Fits fits) {
  std::size_t lines = 0;
  std::size_t fitting = 0;
  any_line(head, whole, kDetectionLines, [&](std::string_view line) {
    ++lines;
    if (fits(line)) ++fitting;
    return false;
  });
  return 2 * fitting > lines;
}

// U+FFFD, which may stand for bytes that were repaired.
inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

}  // namespace otomo::formats::custom
