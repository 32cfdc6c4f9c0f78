// SPDX-License-Identifier: Apache-2.0
//
// Base64 against the vectors of RFC 4648, section 10, and against an encoder written the other way round.
#include "base/base64.h"

#include <gtest/gtest.h>

#include <random>

namespace otomo {
namespace {

std::string encode(const std::string& bytes, bool padded) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 6) {
    unsigned value = 0;
    for (std::size_t i = bit; i < bit + 6; ++i) {
      const unsigned byte = i / 8 < bytes.size() ? static_cast<unsigned char>(bytes[i / 8]) : 0;
      value = value * 2 + ((byte >> (7 - i % 8)) & 1);
    }
    text += kAlphabet[value];
  }
  while (padded && text.size() % 4 != 0) text += '=';
  return text;
}

TEST(Base64, Vectors) {
  static constexpr std::pair<const char*, const char*> kVectors[] = {
      {"", ""},
      {"Zg==", "f"},
      {"Zm8=", "fo"},
      {"Zm9v", "foo"},
      {"Zm9vYg==", "foob"},
      {"Zm9vYmE=", "fooba"},
      {"Zm9vYmFy", "foobar"},
  };
  std::string bytes = "what was there before";
  for (const auto& [text, expected] : kVectors) {
    EXPECT_TRUE(decode_base64(text, bytes)) << text;
    EXPECT_EQ(bytes, expected);
    EXPECT_EQ(encode_base64(expected), text);
  }
}

TEST(Base64, RoundTrip) {
  std::mt19937 random(3);
  std::string decoded;
  for (std::size_t size = 0; size < 200; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(random());
    for (const bool padded : {true, false}) {
      ASSERT_TRUE(decode_base64(encode(bytes, padded), decoded)) << size;
      ASSERT_EQ(decoded, bytes);
    }
    ASSERT_EQ(encode_base64(bytes), encode(bytes, true));
  }
}

TEST(Base64, WhatIsNone) {
  std::string bytes;
  for (const char* text :
       {"Z", "Zm9vY", "Zg=", "=", "====", "Zg===", "Zm9v====", "Zm 9v", "Zm9v\n", "Zm-_", "Z=g=", "Zm9\xC3"}) {
    EXPECT_FALSE(decode_base64(text, bytes)) << text;
  }
}

}  // namespace
}  // namespace otomo
