// SPDX-License-Identifier: Apache-2.0
//
// UTF-8: is it valid, and what becomes of it where it is not. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace otomo::utf8 {

bool is_valid(std::string_view text);

struct Repair {
  std::size_t size_bytes = 0;  // written
  std::size_t bad_bytes = 0;   // bytes of the input that were no part of a character
};

// The most bytes that repair() writes for `size_bytes` of input.
inline std::size_t repaired_size_max(std::size_t size_bytes) { return size_bytes * 3; }

// Copies `text` to `out`, each maximal ill-formed subsequence replaced by one U+FFFD, as Java's and Hadoop's
// decoders do (Unicode 15, section 3.9, "U+FFFD Substitution of Maximal Subparts").
// REQUIRES: `out` has room for repaired_size_max(text.size()) bytes.
Repair repair(std::string_view text, char* out);
// The same, as a text of its own.
std::string repaired(std::string_view text);

// Bytes of the character at the beginning of `text` that a terminal obeys instead of showing, or 0: control characters,
// those of eight bits (C2 80 to C2 9F) too, and what turns the direction of writing (U+202A to U+202E, U+2066 to
// U+2069).
std::size_t control_bytes(std::string_view text);

}  // namespace otomo::utf8
