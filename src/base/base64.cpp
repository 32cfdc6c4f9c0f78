// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <array>
#include <cstdint>

namespace otomo {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t kInvalid = 1U << 24;

// The bits of a character at each of the four places of a group, so that a group is an OR of four: an invalid character
// sets a bit that no other does.
constexpr auto kBits = [] {
  std::array<std::array<std::uint32_t, 256>, 4> bits;
  for (auto& place : bits) place.fill(kInvalid);
  for (std::uint32_t value = 0; value < kAlphabet.size(); ++value) {
    const auto c = static_cast<unsigned char>(kAlphabet[value]);
    for (std::uint32_t place = 0; place < 4; ++place) bits[place][c] = value << (18 - 6 * place);
  }
  return bits;
}();

}  // namespace

bool decode_base64(std::string_view text, std::string& bytes) {
  if (text.size() % 4 == 0) {
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  }
  const std::size_t rest = text.size() % 4;
  if (rest == 1) return false;
  bytes.resize(text.size() / 4 * 3 + (rest == 0 ? 0 : rest - 1));
  const auto bits_of = [&](std::size_t at, std::size_t place) {
    return kBits[place][static_cast<unsigned char>(text[at + place])];
  };
  char* out = bytes.data();
  std::uint32_t seen = 0;
  std::size_t at = 0;
  for (; at + 4 <= text.size(); at += 4) {
    const std::uint32_t bits = bits_of(at, 0) | bits_of(at, 1) | bits_of(at, 2) | bits_of(at, 3);
    seen |= bits;
    *out++ = static_cast<char>(bits >> 16);
    *out++ = static_cast<char>(bits >> 8);
    *out++ = static_cast<char>(bits);
  }
  if (rest != 0) {
    const std::uint32_t bits = bits_of(at, 0) | bits_of(at, 1) | (rest == 3 ? bits_of(at, 2) : 0);
    seen |= bits;
    *out++ = static_cast<char>(bits >> 16);
    if (rest == 3) *out++ = static_cast<char>(bits >> 8);
  }
  return (seen & kInvalid) == 0;
}

std::string encode_base64(std::string_view bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = (group << 8U) | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += at + i > bytes.size() ? '=' : kLetters[(group >> (18U - 6U * static_cast<unsigned>(i))) & 63U];
    }
  }
  return text;
}

}  // namespace otomo
