// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <simdjson.h>

#include <cstring>

namespace otomo::utf8 {

namespace {

// Length of the well-formed character at `at`, or, where `well_formed` comes back false, of the maximal
// ill-formed subsequence (at least 1). Unicode 15, table 3-7.
std::size_t sequence_length(const unsigned char* at, std::size_t left, bool& well_formed) {
  const unsigned char lead = at[0];
  well_formed = false;
  if (lead < 0x80) {
    well_formed = true;
    return 1;
  }
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 1;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= left || at[i] < low || at[i] > high) return i;
    low = 0x80;
    high = 0xBF;
  }
  well_formed = true;
  return length;
}

}  // namespace

bool is_valid(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

Repair repair(std::string_view text, char* out) {
  Repair result;
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t left = text.size();
  while (left > 0) {
    bool well_formed = false;
    const std::size_t length = sequence_length(at, left, well_formed);
    if (well_formed) {
      std::memcpy(out + result.size_bytes, at, length);
      result.size_bytes += length;
    } else {
      std::memcpy(out + result.size_bytes, "\xEF\xBF\xBD", 3);
      result.size_bytes += 3;
      result.bad_bytes += length;
    }
    at += length;
    left -= length;
  }
  return result;
}

std::string repaired(std::string_view text) {
  if (is_valid(text)) return std::string(text);
  std::string out(repaired_size_max(text.size()), '\0');
  out.resize(repair(text, out.data()).size_bytes);
  return out;
}

std::size_t control_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  if (text.empty()) return 0;
  if (byte(0) < 0x20 || byte(0) == 0x7F) return 1;
  if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) < 0xA0) return 2;
  const bool turns = byte(0) == 0xE2 && ((byte(1) == 0x80 && byte(2) >= 0xAA && byte(2) <= 0xAE) ||
                                         (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9));
  return turns ? 3 : 0;
}

}  // namespace otomo::utf8
