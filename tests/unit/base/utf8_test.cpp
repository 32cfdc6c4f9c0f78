// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

namespace otomo::utf8 {
namespace {

struct Repaired {
  std::string text;
  std::size_t bad_bytes;
};

Repaired repaired(std::string_view text) {
  // Exactly the room that the contract asks for.
  const auto room = std::make_unique_for_overwrite<char[]>(repaired_size_max(text.size()));
  const Repair result = repair(text, room.get());
  return {std::string(room.get(), result.size_bytes), result.bad_bytes};
}

// U+FFFD as R, to be read by people.
std::string shown(std::string_view text) {
  std::string out = repaired(text).text;
  for (std::size_t at = 0; (at = out.find("\xEF\xBF\xBD", at)) != std::string::npos;) out.replace(at, 3, "R");
  return out;
}

TEST(Utf8Repair, WellFormedTextStays) {
  for (const std::string_view text :
       {"", "abc", "caf\xC3\xA9", "\xE6\x97\xA5\xE6\x9C\xAC", "\xF0\x9F\x90\x8E", "\xEF\xBF\xBD", "\xED\x9F\xBF",
        "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xC2\x80", "\xE0\xA0\x80", "\xF0\x90\x80\x80"}) {
    EXPECT_TRUE(is_valid(text)) << text;
    EXPECT_EQ(repaired(text).text, text);
    EXPECT_EQ(repaired(text).bad_bytes, 0U);
  }
  const std::string_view with_nul("a\0b", 3);
  EXPECT_EQ(repaired(with_nul).text, with_nul);
}

// The examples of Unicode 15, tables 3-8 to 3-11.
TEST(Utf8Repair, OneReplacementForEachMaximalSubpart) {
  EXPECT_EQ(shown("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"), "RRRRRRRRA");
  EXPECT_EQ(shown("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"), "RRRRRRRRA");
  EXPECT_EQ(shown("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"), "RRRRRARRB");
  EXPECT_EQ(shown("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), "RRRRA");
  EXPECT_EQ(shown("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64"), "aRRRbRcRRd");
}

TEST(Utf8Repair, TextThatEndsInsideACharacter) {
  EXPECT_EQ(shown("a\xE2\x82"), "aR");
  EXPECT_EQ(shown("a\xF0\x9F\x90"), "aR");
  EXPECT_EQ(shown("a\xC3"), "aR");
  EXPECT_EQ(repaired("a\xF0\x9F\x90").bad_bytes, 3U);
  EXPECT_EQ(repaired("caf\xE9 au lait").bad_bytes, 1U);
}

TEST(Utf8Repair, RandomBytesBecomeValidAndOnlyInvalidOnesChange) {
  std::mt19937 random(5);
  for (int round = 0; round < 50'000; ++round) {
    std::string text(random() % 40, '\0');
    for (char& c : text) {
      static constexpr unsigned char kEdges[] = {0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2,
                                                 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF};
      c = static_cast<char>(kEdges[random() % std::size(kEdges)]);
    }
    const Repaired result = repaired(text);
    ASSERT_TRUE(is_valid(result.text));
    ASSERT_EQ(is_valid(text), result.bad_bytes == 0);
    ASSERT_EQ(is_valid(text), result.text == text);
    ASSERT_EQ(repaired(result.text).text, result.text);
  }
}

TEST(Utf8ControlBytes, AreOfWhatATerminalObeys) {
  for (const char* text : {"\x1B", "\n", "\x7F", "\xC2\x9B", "\xE2\x80\xAE", "\xE2\x81\xA6"}) {
    EXPECT_EQ(control_bytes(text), std::string_view(text).size());
    EXPECT_EQ(control_bytes(std::string(text) + "31m"), std::string_view(text).size());
  }
  for (const char* text : {"", "a", "\xC2", "\xC2\xA0", "\xE2\x80", "\xE2\x80\xA9", "\xE6\x97\xA5"}) {
    EXPECT_EQ(control_bytes(text), 0U);
  }
}

}  // namespace
}  // namespace otomo::utf8
