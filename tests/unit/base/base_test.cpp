// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/arena.h"
#include "base/time.h"
#include "base/utf8.h"

namespace otomo {
namespace {

std::string repaired(std::string_view text) {
  std::string out(utf8::repaired_size_max(text.size()), '\0');
  out.resize(utf8::repair(text, out.data()).size_bytes);
  return out;
}

TEST(Utf8, ReplacesMaximalSubparts) {
  EXPECT_EQ(repaired("plain \xC3\xA9"), "plain \xC3\xA9");
  EXPECT_EQ(repaired("caf\xE9."), "caf\xEF\xBF\xBD.");
  // Unicode 15, table 3-8: 61 F1 80 80 E1 80 C2 62 80 63 80 BF 64.
  EXPECT_EQ(repaired("a\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64"),
            "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
            "b\xEF\xBF\xBD"
            "c\xEF\xBF\xBD\xEF\xBF\xBD"
            "d");
  EXPECT_EQ(repaired("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a surrogate
  EXPECT_TRUE(utf8::is_valid(repaired("\xC0\xAF\xF8\xFF")));
}

TEST(Time, Civil) {
  EXPECT_EQ(days_from_civil(1970, 1, 1), 0);
  EXPECT_EQ(days_from_civil(2000, 3, 1), 11017);
  EXPECT_EQ(days_from_civil(2026, 11, 23), 20780);
  EXPECT_TRUE(is_date(2024, 2, 29));
  EXPECT_FALSE(is_date(2026, 2, 29));
  EXPECT_FALSE(is_date(2026, 13, 1));
}

TEST(Time, Iso) {
  EXPECT_EQ(parse_iso_instant("1970-01-01T00:00:01Z"), 1'000'000);
  EXPECT_EQ(parse_iso_instant("1970-01-01T00:00:00.123456789Z"), 123'456);
  EXPECT_EQ(parse_iso_instant("1970-01-01T09:00:00+09:00"), 0);
  EXPECT_EQ(parse_iso_instant("2016-12-31T23:59:60Z"), parse_iso_instant("2017-01-01T00:00:00Z"));
  for (const char* bad : {"", "1970-01-01", "1970-01-01T00:00:00", "1970-02-30T00:00:00Z", "1970-01-01T25:00:00Z",
                          "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00Zx", "197x-01-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_iso_instant(bad)) << bad;
  }
}

TEST(Time, Clf) {
  EXPECT_EQ(parse_clf_instant("06/Feb/2019:00:00:38 +0000"), 1549411238LL * 1'000'000);
  EXPECT_EQ(parse_clf_instant("06/Feb/2019:09:00:38 +0900"), 1549411238LL * 1'000'000);
  EXPECT_FALSE(parse_clf_instant("06/Fev/2019:00:00:38 +0000"));
  EXPECT_FALSE(parse_clf_instant("31/Feb/2019:00:00:38 +0000"));
  EXPECT_FALSE(parse_clf_instant("-"));
}

TEST(Arena, KeepsTextUntilCleared) {
  Arena arena;
  std::vector<std::string_view> views;
  for (int i = 0; i < 20000; ++i) views.push_back(arena.copy("text " + std::to_string(i)));
  for (int i = 0; i < 20000; ++i) ASSERT_EQ(views[static_cast<std::size_t>(i)], "text " + std::to_string(i));
  EXPECT_NE(arena.copy("").data(), nullptr);
  arena.clear();
  EXPECT_EQ(arena.copy(std::string(10'000'000, 'x')).size(), 10'000'000U);
}

}  // namespace
}  // namespace otomo
