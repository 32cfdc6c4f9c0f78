// SPDX-License-Identifier: Apache-2.0
//
// Records by a regular expression: a line, or the lines from one that starts a record to the next, is a record where
// the expression matches anywhere in it; its named groups are the columns. A group that took no part is NULL.
#pragma once

#include <memory>

#include "formats/custom/kind.h"

namespace otomo::formats::custom {

// RE2's time is linear in the text; the program's size is the factor before it, and bounds the memory of its DFA.
inline constexpr int kRegexProgramMax = 10'000;
// Up to here RE2 captures by its faster engines (prog.cc, Prog::Flatten): measured, five times faster.
inline constexpr int kRegexProgramFast = 512;
inline constexpr std::int64_t kRegexMemoryBytes = 16 * 1024 * 1024;

// What a pattern says of itself before there are columns.
class Pattern {
 public:
  virtual ~Pattern() = default;
  // The columns of its groups, in their order, with the types that grok or [columns] give them.
  virtual const std::vector<ColumnDescription>& columns() const = 0;
  virtual std::unique_ptr<RecordKind> make(const Columns& columns) && = 0;
};

// Of kind regex or grok.
Result<std::unique_ptr<Pattern>> make_pattern(const Description& description);

}  // namespace otomo::formats::custom
