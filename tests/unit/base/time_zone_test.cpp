// SPDX-License-Identifier: Apache-2.0
#include "base/time_zone.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace otomo {
namespace {

// What the clock shows, as the class takes it.
std::int64_t shown(std::string_view text) { return parse_iso_instant(std::string(text) + "Z").value(); }
std::int64_t instant(std::string_view text) { return parse_iso_instant(text).value(); }

TEST(TimeZone, UtcIsWhatTheClockShows) {
  EXPECT_EQ(TimeZone().instant_of(shown("2026-03-29T02:30:00.25")).us, instant("2026-03-29T02:30:00.25Z"));
  EXPECT_TRUE(TimeZone().instant_of(0).is_certain);
  EXPECT_EQ(TimeZone::of_name("UTC").value().instant_of(-1).us, -1);
}

TEST(TimeZone, LocalTimesAreInstants) {
  const auto tokyo = TimeZone::of_name("Asia/Tokyo").value();
  EXPECT_EQ(tokyo.instant_of(shown("2026-10-14T09:00:00.000001")).us, instant("2026-10-14T00:00:00.000001Z"));
  const auto berlin = TimeZone::of_name("Europe/Berlin").value();
  EXPECT_EQ(berlin.instant_of(shown("2026-01-01T00:00:00")).us, instant("2026-01-01T00:00:00+01:00"));
  EXPECT_EQ(berlin.instant_of(shown("2026-07-01T00:00:00")).us, instant("2026-07-01T00:00:00+02:00"));
  // Before 1970, with a fraction.
  EXPECT_EQ(tokyo.instant_of(shown("1969-12-31T23:59:59.5")).us, instant("1969-12-31T14:59:59.5Z"));
}

TEST(TimeZone, ATimeThatExistsTwiceIsTheFirst) {
  const auto berlin = TimeZone::of_name("Europe/Berlin").value();
  const auto twice = berlin.instant_of(shown("2026-10-25T02:30:00"));
  EXPECT_EQ(twice.us, instant("2026-10-25T02:30:00+02:00"));
  EXPECT_FALSE(twice.is_certain);
  EXPECT_TRUE(berlin.instant_of(shown("2026-10-25T01:59:59")).is_certain);
  EXPECT_TRUE(berlin.instant_of(shown("2026-10-25T03:00:00")).is_certain);
}

TEST(TimeZone, ATimeThatNeverExistsHasTheOffsetBefore) {
  const auto berlin = TimeZone::of_name("Europe/Berlin").value();
  const auto never = berlin.instant_of(shown("2026-03-29T02:30:00"));
  EXPECT_EQ(never.us, instant("2026-03-29T02:30:00+01:00"));
  EXPECT_FALSE(never.is_certain);
}

TEST(TimeZone, OnlyNamesOfTheDatabase) {
  for (const char* name : {"", "Atlantis/Center", "localtime", "/etc/localtime", "../zoneinfo/Asia/Tokyo", "file:x",
                           "Asia/Tokyo\n", "Asia"}) {
    EXPECT_FALSE(TimeZone::of_name(name)) << name;
  }
}

}  // namespace
}  // namespace otomo
