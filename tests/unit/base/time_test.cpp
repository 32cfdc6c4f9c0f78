// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

namespace otomo {
namespace {

constexpr std::int64_t kSecond = kMicrosecondsPerSecond;

TEST(Days, AgreeWithTheCLibraryFrom1600To2400) {
  for (std::int64_t day = -135'140; day <= 157'054; ++day) {
    const std::time_t seconds = day * 86'400;
    std::tm parts{};
    ASSERT_NE(gmtime_r(&seconds, &parts), nullptr);
    ASSERT_TRUE(is_date(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday));
    ASSERT_EQ(days_from_civil(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday), day);
  }
}

TEST(Days, WhatIsNoDate) {
  EXPECT_TRUE(is_date(2024, 2, 29));
  EXPECT_TRUE(is_date(2000, 2, 29));
  EXPECT_FALSE(is_date(2023, 2, 29));
  EXPECT_FALSE(is_date(1900, 2, 29));
  EXPECT_FALSE(is_date(2026, 0, 1));
  EXPECT_FALSE(is_date(2026, 13, 1));
  EXPECT_FALSE(is_date(2026, 4, 31));
  EXPECT_FALSE(is_date(2026, 4, 0));
  EXPECT_FALSE(is_date(-1, 4, 1));
}

TEST(IsoDate, Forms) {
  EXPECT_EQ(parse_iso_date("1970-01-01"), 0);
  EXPECT_EQ(parse_iso_date("2026-11-23"), 20'780);
  EXPECT_EQ(parse_iso_date("1969-12-31"), -1);
  for (const std::string_view text : {"", "-", "2026-11-31", "2026-1-01", "2026/11/23", "2026-11-23 ", "20261123",
                                      "2026-11-2x", "x026-11-23", "2026-+1-23"}) {
    EXPECT_EQ(parse_iso_date(text), std::nullopt) << text;
  }
}

TEST(IsoTime, Forms) {
  EXPECT_EQ(parse_iso_time("00:00:00"), 0);
  EXPECT_EQ(parse_iso_time("15:48:07"), (15 * 3600 + 48 * 60 + 7) * kSecond);
  EXPECT_EQ(parse_iso_time("23:59:60"), 86'400 * kSecond);
  for (const std::string_view text :
       {"", "-", "24:00:00", "12:60:00", "12:00:61", "1:00:00", "12:00:00Z", "12-00-00"}) {
    EXPECT_EQ(parse_iso_time(text), std::nullopt) << text;
  }
}

TEST(IsoInstant, Forms) {
  EXPECT_EQ(parse_iso_instant("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_iso_instant("2026-11-23T15:48:00Z"), 1'795'448'880 * kSecond);
  EXPECT_EQ(parse_iso_instant("1970-01-01T00:00:00.5Z"), 500'000);
  EXPECT_EQ(parse_iso_instant("1970-01-01T00:00:00.000001Z"), 1);
  EXPECT_EQ(parse_iso_instant("1970-01-01T00:00:00.123456789Z"), 123'456);
  EXPECT_EQ(parse_iso_instant("1970-01-01T09:00:00+09:00"), 0);
  EXPECT_EQ(parse_iso_instant("1970-01-01T09:00:00+0900"), 0);
  EXPECT_EQ(parse_iso_instant("1969-12-31T19:00:00-05:00"), 0);
  EXPECT_EQ(parse_iso_instant("1969-12-31T23:59:59Z"), -kSecond);
  EXPECT_EQ(parse_iso_instant("2016-12-31T23:59:60Z"), parse_iso_instant("2017-01-01T00:00:00Z"));
}

TEST(IsoInstant, WhatIsNone) {
  for (const std::string_view text : {"",
                                      "-",
                                      "2026-11-23",
                                      "2026-11-23T15:48:00",
                                      "2026-11-23T15:48Z",
                                      "2026-11-23 15:48:00Z",
                                      "2026-11-23T15:48:00z",
                                      "2026-13-23T15:48:00Z",
                                      "2026-02-30T15:48:00Z",
                                      "2026-11-23T24:00:00Z",
                                      "2026-11-23T15:60:00Z",
                                      "2026-11-23T15:48:61Z",
                                      "2026-11-23T15:48:00.Z",
                                      "2026-11-23T15:48:00.1234567890Z",
                                      "2026-11-23T15:48:00+9:00",
                                      "2026-11-23T15:48:00+24:00",
                                      "2026-11-23T15:48:00+09:60",
                                      "2026-11-23T15:48:00Z ",
                                      " 2026-11-23T15:48:00Z",
                                      "2026-11-23T15:48:00.5",
                                      "20x6-11-23T15:48:00Z",
                                      "2026-11-23T15:48:00ZZ",
                                      "2026-11-23T15:48:00+09",
                                      "-026-11-23T15:48:00Z",
                                      "2026-11-23T15:48:0:Z"}) {
    EXPECT_FALSE(parse_iso_instant(text)) << text;
  }
}

TEST(ClfInstant, Forms) {
  EXPECT_EQ(parse_clf_instant("06/Feb/2019:00:00:38 +0000"), 1'549'411'238 * kSecond);
  EXPECT_EQ(parse_clf_instant("06/Feb/2019:09:00:38 +0900"), 1'549'411'238 * kSecond);
  EXPECT_EQ(parse_clf_instant("31/Dec/1969:23:59:59 +0000"), -kSecond);
  static constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (int month = 1; month <= 12; ++month) {
    const std::string text = "01/" + std::string(kMonths[month - 1]) + "/2020:00:00:00 +0000";
    EXPECT_EQ(parse_clf_instant(text), days_from_civil(2020, month, 1) * kMicrosecondsPerDay) << text;
  }
}

TEST(ClfInstant, WhatIsNone) {
  for (const std::string_view text :
       {"", "-", "06/Feb/2019:00:00:38", "06/Feb/2019:00:00:38 +000", "06/Feb/2019:00:00:38 +00:0",
        "06/feb/2019:00:00:38 +0000", "06/ebM/2019:00:00:38 +0000", "30/Feb/2019:00:00:38 +0000",
        "06/Feb/2019:24:00:38 +0000", "06/Feb/2019:00:60:38 +0000", "06/Feb/2019:00:00:38 x0000",
        "06/Feb/2019 00:00:38 +0000", "6//Feb/2019:00:00:38 +000", "06/Feb/2019:00:00:38 +2400"}) {
    EXPECT_FALSE(parse_clf_instant(text)) << text;
  }
}

// Every prefix, and every byte replaced: no crash, and nothing but digits where digits belong.
TEST(Instants, TornAndBentText) {
  const std::string iso = "2026-11-23T15:48:00.123456+09:00";
  const std::string clf = "06/Feb/2019:00:00:38 +0000";
  for (std::size_t size = 0; size < iso.size(); ++size) {
    EXPECT_FALSE(parse_iso_instant(std::string(iso, 0, size))) << size;
  }
  for (std::size_t size = 0; size < clf.size(); ++size) EXPECT_FALSE(parse_clf_instant(std::string(clf, 0, size)));
  for (const char c : {'\0', ' ', '/', ':', 'x', '\xFF'}) {
    for (std::size_t i = 0; i < iso.size(); ++i) {
      std::string bent = iso;
      bent[i] = c;
      EXPECT_EQ(parse_iso_instant(bent).has_value(), bent == iso) << bent;
    }
    for (std::size_t i = 0; i < clf.size(); ++i) {
      std::string bent = clf;
      bent[i] = c;
      EXPECT_EQ(parse_clf_instant(bent).has_value(), bent == clf) << bent;
    }
  }
}

// Each time behind one of every minute that could be remembered.
TEST(IsoInstantReader, AgreesWithTheParser) {
  const std::string_view times[] = {"2026-11-23T15:48:00Z",
                                    "2026-11-23T15:48:59.999999Z",
                                    "2026-11-23T15:48:60Z",
                                    "2026-11-23T15:48:61Z",
                                    "2026-11-23T15:48:0aZ",
                                    "2026-11-23T15:48:07",
                                    "2026-11-23T15:48:07.1Z",
                                    "2026-11-23T15:48:07.12345xZ",
                                    "2026-11-23T15:48:07.123456z",
                                    "2026-11-23T15:48:07+09:00",
                                    "2026-11-23T15:48:07.1234567Z",
                                    "2026-11-23T15:48:60.5Z",
                                    "2026-11-23T15:49:00Z",
                                    "2026-13-23T15:48:00Z",
                                    "1969-12-31T23:59:59Z",
                                    "1969-12-31T23:59:01.5Z",
                                    "1970-01-01T00:00:00Z",
                                    "",
                                    "-",
                                    "2026-11-23T15:48:"};
  for (const std::string_view first : times) {
    for (const std::string_view second : times) {
      IsoInstantReader reader(IsoZone::kWritten);
      EXPECT_EQ(reader.read(first), parse_iso_instant(first)) << first;
      EXPECT_EQ(reader.read(second), parse_iso_instant(second)) << first << ", then " << second;
      IsoInstantReader bare(IsoZone::kUnwritten);
      for (const std::string_view time : {first, second}) {
        const bool has_form = time.size() == 19;
        EXPECT_EQ(bare.read(time), has_form ? parse_iso_instant(std::string(time) + 'Z') : std::nullopt) << time;
      }
    }
  }
}

}  // namespace
}  // namespace otomo
