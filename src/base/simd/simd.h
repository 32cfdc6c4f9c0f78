// SPDX-License-Identifier: Apache-2.0
//
// The loops that touch every byte of a log, once per instruction set. Each kernel is the same algorithm (scan.inl)
// over other registers; the scalar one is written apart from it and is the reference that the tests hold the others
// against. kernels() is the best for this processor. Pure functions; any thread.
//
// All loads may read up to kBlockPaddingBytes behind the end that they are given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace otomo::simd {

// Separators whose places one line can report; lines with more count on without them.
inline constexpr std::uint32_t kSeparatorsMax = 48;

// One line of space-separated fields with quoted ones among them.
struct LineSplit {
  std::uint32_t length = 0;  // bytes before the newline, or up to the end where there is none
  bool complete = false;     // a newline was found
  // Nothing but quotes that open behind a space and close before one (or at the line's ends), no space next to
  // another outside quotes, none at the line's ends, no byte of 0x80 or more, no control character: a line that can be
  // split at its separators alone.
  bool regular = false;
  std::uint32_t quotes = 0;      // double quotes in the line
  std::uint32_t separators = 0;  // spaces outside quotes
  // Of the first kSeparatorsMax separators; a kernel may write anything behind them.
  std::uint32_t places[kSeparatorsMax + 64];
};

// Separators whose places split_fields can report; lines with more count on without them.
inline constexpr std::uint32_t kFieldSeparatorsMax = 128;

// One line of fields between single separators, none of them quoted.
struct FieldSplit {
  std::uint32_t length = 0;  // bytes before the newline, or up to the end where there is none
  bool complete = false;     // a newline was found
  bool plain = false;        // no byte of 0x80 or more, no control character but separators
  std::uint32_t separators = 0;
  // Of the first kFieldSeparatorsMax separators; a kernel may write anything behind them.
  std::uint32_t places[kFieldSeparatorsMax + 64];
};

// What is carried from one call of index_json to the next.
struct JsonCarry {
  std::int64_t depth = 0;       // open brackets
  std::uint64_t in_string = 0;  // all ones inside a string
  std::uint64_t escaped = 0;    // 1: the next byte is escaped
  std::uint64_t high = 0;       // not 0: a byte of 0x80 or more was seen
  std::uint64_t backslash = 0;  // not 0: one was seen
};

struct Kernels {
  std::string_view name;
  bool (*supported)();
  // Splits the line that starts at `line`.
  void (*split_line)(const char* line, const char* end, LineSplit& split);
  // Splits the line that starts at `line` at every `separator`, which is neither newline nor of 0x80 or more.
  void (*split_fields)(const char* line, const char* end, char separator, FieldSplit& split);
  std::size_t (*count_newlines)(const char* text, std::size_t size_bytes);
  // The first place at or behind `text` where `literal` stands, or `end`. REQUIRES: literal not empty.
  const char* (*find_literal)(const char* text, const char* end, std::string_view literal);
  // The first place behind `text` at which a line starts (behind a newline) with a byte of 'a' or above, or `end`:
  // where names may stand in a log whose records start with digits.
  const char* (*find_name_line)(const char* text, const char* end);
  // Writes the places (plus `base`) of what has to be known to find the members of an object that starts at depth 0,
  // for `size_bytes` bytes from `text`, and returns their number: of { } [ ] outside strings where the depth on either
  // side is at most 1, and of every quote that opens a string at such a depth. REQUIRES: room for size_bytes rounded up
  // to 64 places; size_bytes a multiple of 64 unless it is the last call.
  std::size_t (*index_json)(const char* text, std::size_t size_bytes, std::uint32_t base, JsonCarry& carry,
                            std::uint32_t* places);
};

// Every kernel that was compiled, the best first, the scalar one last.
std::span<const Kernels* const> all_kernels();
// The best that this processor runs, or the one that the environment variable OTOMO_KERNEL names.
const Kernels& kernels();

}  // namespace otomo::simd
