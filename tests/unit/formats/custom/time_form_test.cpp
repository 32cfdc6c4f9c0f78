// SPDX-License-Identifier: Apache-2.0
//
// The forms of time that a user may name.
#include "formats/custom/time_form.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace otomo::formats::custom {
namespace {

std::int64_t instant(std::string_view iso) {
  const auto us = parse_iso_instant(iso);
  EXPECT_TRUE(us) << iso;
  return us.value_or(0);
}

std::optional<std::int64_t> read(std::string_view form, std::string_view text,
                                 std::optional<std::int64_t> modified_us = {}) {
  const auto parsed = TimeForm::parse(form);
  if (!parsed) {
    ADD_FAILURE() << form << ": " << parsed.error();
    return {};
  }
  TimeContext context;
  const SourceSettings settings;
  context.restart({{}, modified_us, &settings});
  return parsed->instant(text, context);
}

struct Example {
  std::string form;
  std::string text;
  std::string iso;  // empty: no time
};

TEST(TimeForm, Instants) {
  for (const Example& one : std::vector<Example>{
           {"iso", "2026-03-02T09:14:07Z", "2026-03-02T09:14:07Z"},
           {"iso", "2026-03-02 09:14:07,25", "2026-03-02T09:14:07.25Z"},
           {"iso", "2026-03-02T09:14:07.123456789123+09:00", "2026-03-02T00:14:07.123456Z"},
           {"iso", "2026-03-02T09:14:07 +0900", "2026-03-02T00:14:07Z"},
           {"iso", "2026-03-02T09:14:07-03", "2026-03-02T12:14:07Z"},
           {"iso", "2026-03-02 09:14:07 UTC", "2026-03-02T09:14:07Z"},
           {"iso", "2026-03-02", "2026-03-02T00:00:00Z"},
           {"iso", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
           {"iso", "2026-02-29", ""},
           {"iso", "2026-03-02T", ""},
           {"iso", "2026-03-02T09:14", ""},
           {"iso", "2026-03-02T24:00:00Z", ""},
           {"iso", "2026-03-02T09:14:07.Z", ""},
           {"iso", "2026-03-02T09:14:07Zx", ""},
           {"iso", "2026-03-02T09:14:07+9", ""},
           {"iso", "2026-03-02T09:14:07+09:0", ""},
           {"iso", "2026-03-02T09:14:07+24:00", ""},
           {"iso", "", ""},
           {"clf", "02/Mar/2026:09:14:07 +0100", "2026-03-02T08:14:07Z"},
           {"clf", "02/Mar/2026:09:14:07", ""},
           {"unix", "1772442847", "2026-03-02T09:14:07Z"},
           {"unix", "1772442847.5", "2026-03-02T09:14:07.5Z"},
           {"unix", "1772442847.1234567890123", "2026-03-02T09:14:07.123456Z"},
           {"unix", "-1.5", "1969-12-31T23:59:58.5Z"},
           {"unix", "0", "1970-01-01T00:00:00Z"},
           {"unix", "253402300799", "9999-12-31T23:59:59Z"},
           {"unix", "253402300800", ""},
           {"unix", "99999999999999999999999999", ""},
           {"unix", "1772442847.", ""},
           {"unix", ".5", ""},
           {"unix", "-", ""},
           {"unix", "1e9", ""},
           {"unix", " 1", ""},
           {"unix_ms", "1772442847250", "2026-03-02T09:14:07.25Z"},
           {"unix_ms", "1772442847250.75", "2026-03-02T09:14:07.250750Z"},
           {"unix_ms", "7", "1970-01-01T00:00:00.007Z"},
           {"unix_us", "1772442847250001", "2026-03-02T09:14:07.250001Z"},
           {"unix_ns", "1772442847250001999", "2026-03-02T09:14:07.250001Z"},
           {"unix_ns", "999", "1970-01-01T00:00:00Z"},
           {"%Y-%m-%d %H:%M:%S", "2026-03-02 09:14:07", "2026-03-02T09:14:07Z"},
           {"%Y-%m-%d %H:%M:%S", "2026-03-02   09:14:07", "2026-03-02T09:14:07Z"},
           {"%Y-%m-%d %H:%M:%S", "2026-03-02 09:14:07 ", ""},
           {"%Y-%m-%d %H:%M:%S", "2026-03-0209:14:07", ""},
           {"%Y%m%d%H%M%S", "20260302091407", "2026-03-02T09:14:07Z"},
           {"%d/%b/%Y:%H:%M:%S %z", "02/Mar/2026:09:14:07 +0100", "2026-03-02T08:14:07Z"},
           {"%A, %d %B %Y %T", "Monday, 2 March 2026 09:14:07", "2026-03-02T09:14:07Z"},
           {"%a %b %e %T %Y", "Mon MAR  2 09:14:07 2026", "2026-03-02T09:14:07Z"},
           {"%a %b %e %T %Y", "Mon MAR 12 09:14:07 2026", "2026-03-12T09:14:07Z"},
           {"%D %R", "03/02/26 09:14", "2026-03-02T09:14:00Z"},
           {"%D %R", "03/02/69 09:14", "1969-03-02T09:14:00Z"},
           {"%F %I:%M:%S.%f %p", "2026-03-02 12:14:07.5 am", "2026-03-02T00:14:07.5Z"},
           {"%F %I:%M %p", "2026-03-02 12:14 PM", "2026-03-02T12:14:00Z"},
           {"%F %I:%M %p", "2026-03-02 13:14 PM", ""},
           {"%F %I:%M %p", "2026-03-02 00:14 PM", ""},
           {"%Y.%j", "2026.061", "2026-03-02T00:00:00Z"},
           {"%Y.%j", "2026.366", ""},
           {"%Y.%j", "2024.366", "2024-12-31T00:00:00Z"},
           {"%Y.%j", "2026.000", ""},
           {"%s.%f", "1772442847.5", "2026-03-02T09:14:07.5Z"},
           {"%s", "99999999999999999999999999", ""},
           {"%F %T %Z", "2026-03-02 09:14:07 UTC", "2026-03-02T09:14:07Z"},
           {"%F %T %Z", "2026-03-02 09:14:07 CET", ""},
           {"[%F] 100%%", "[2026-03-02] 100%", "2026-03-02T00:00:00Z"},
           {"%F", "2026-13-02", ""},
           {"%F", "2026-00-02", ""},
       }) {
    const auto us = read(one.form, one.text);
    if (one.iso.empty()) {
      EXPECT_EQ(us, std::nullopt) << one.form << ": " << one.text;
    } else {
      EXPECT_EQ(us, instant(one.iso)) << one.form << ": " << one.text;
    }
  }
}

// The latest year that is not behind the object's last change.
TEST(TimeForm, AYearThatIsNotWritten) {
  const std::string form = "%b %e %H:%M:%S";
  const auto modified = instant("2026-01-01T00:30:00Z");
  EXPECT_EQ(read(form, "Dec 31 23:59:59", modified), instant("2025-12-31T23:59:59Z"));
  EXPECT_EQ(read(form, "Jan  1 00:10:00", modified), instant("2026-01-01T00:10:00Z"));
  EXPECT_EQ(read(form, "Jan  1 23:10:00", modified), instant("2026-01-01T23:10:00Z"));  // another zone's clock
  EXPECT_EQ(read(form, "Jan  3 00:10:00", modified), instant("2025-01-03T00:10:00Z"));
  EXPECT_EQ(read(form, "Feb 29 00:10:00", modified), instant("2024-02-29T00:10:00Z"));
  EXPECT_EQ(read(form, "Feb 30 00:10:00", modified), std::nullopt);
  EXPECT_EQ(read(form, "Feb 29 00:10:00", instant("1904-01-01T00:00:00Z")), instant("1896-02-29T00:10:00Z"));
  EXPECT_EQ(read(form, "Dec 31 23:59:59"), std::nullopt);
}

TEST(TimeForm, FormsThatAreNone) {
  for (const char* form : {"", "iso8601", "%", "%F %", "%Q", "%H:%M", "%Y-%m", "%Y", "%F %I:%M", "%F %p"}) {
    EXPECT_FALSE(TimeForm::parse(form).has_value()) << form;
  }
}

}  // namespace
}  // namespace otomo::formats::custom
