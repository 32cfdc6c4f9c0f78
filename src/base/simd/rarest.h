// SPDX-License-Identifier: Apache-2.0
//
// Which bytes of a literal to look for first. A guess about logs, not a property of them: a wrong one costs time,
// never an answer. Any thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

namespace otomo::simd {

// Roughly how common a byte is in AWS's logs: 0 rare, 7 common.
inline int byte_frequency(char c) {
  if (c == ' ' || c == '"' || c == '0' || c == '1' || c == 'e' || c == 'a') return 7;
  if (c == '-' || c == '/' || c == '.' || c == ':' || c == ',' || (c >= '2' && c <= '9')) return 6;
  if (c == 's' || c == 't' || c == 'o' || c == 'n' || c == 'r' || c == 'i' || c == 'c') return 6;
  if (c >= 'a' && c <= 'z') return 5;
  if (c == 'A' || c == 'S' || c == 'E' || c == 'T') return 4;
  if (c >= 'A' && c <= 'Z') return 3;
  return 1;
}

// The places of the two rarest bytes of `literal` (the same place twice where it has one byte).
inline std::pair<std::size_t, std::size_t> rarest_pair(std::string_view literal) {
  std::size_t first = 0;
  for (std::size_t i = 1; i < literal.size(); ++i) {
    if (byte_frequency(literal[i]) < byte_frequency(literal[first])) first = i;
  }
  std::size_t second = first == 0 ? literal.size() - 1 : 0;
  for (std::size_t i = 0; i < literal.size(); ++i) {
    if (i != first && byte_frequency(literal[i]) < byte_frequency(literal[second])) second = i;
  }
  return {first, second};
}

}  // namespace otomo::simd
