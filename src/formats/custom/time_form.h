// SPDX-License-Identifier: Apache-2.0
//
// The forms in which a user's log may write a time, and what is needed beside the text to make an instant of it. Pure;
// a TimeForm may be used from any thread, a TimeContext belongs to one reader.
//
//   iso       2026-03-02T09:14:07.123Z, also with a space for T, a comma for the point, +09:00 or no zone, or the date
//             alone
//   clf       02/Mar/2026:09:14:07 +0000
//   unix      seconds since 1970-01-01 UTC, with or without a fraction; unix_ms, unix_us, unix_ns: in that unit
//   else      a form of strptime(3): %Y %y %m %d %e %b %B %a %A %j %H %I %p %M %S %f (a fraction's digits) %z %Z (UTC,
//             GMT, Z) %s %T %F %D %R %%; a space stands for one or more
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_zone.h"
#include "formats/format.h"

namespace otomo::formats::custom {

// What a time's text leaves open.
class TimeContext {
 public:
  void restart(const ObjectContext& context) {
    modified_us_ = context.modified_us;
    zone_ = TimeZone::of_name(context.settings->time_zone).value_or(TimeZone{});
  }
  // Nothing in the object happened later. nullopt: nobody knows.
  std::optional<std::int64_t> modified_us() const { return modified_us_; }
  // The instant of a clock that shows `local_us`, where the text names no zone: the one place that knows which zone
  // such times are in.
  std::int64_t instant_of(std::int64_t local_us) const { return zone_.instant_of(local_us).us; }

 private:
  std::optional<std::int64_t> modified_us_;
  TimeZone zone_;  // the source's; UTC where it names none
};

class TimeForm {
 public:
  // The error says what is wrong with the form.
  static std::expected<TimeForm, std::string> parse(std::string_view form);

  // Microseconds UTC; nullopt: the text is not of this form, or no time. A form without a year takes the latest that
  // is not behind the object's last change, give or take a day.
  std::optional<std::int64_t> instant(std::string_view text, const TimeContext& context) const;

 private:
  enum class Kind : std::uint8_t { kIso, kClf, kUnix, kSteps };
  struct Step {
    char conversion = 0;  // 0: the literal; ' ': white space
    std::string literal;
  };

  std::string add_steps(std::string_view form);

  Kind kind_ = Kind::kIso;
  int unit_digits_ = 0;  // kUnix: of a second's fraction that the integer holds
  std::vector<Step> steps_;
};

}  // namespace otomo::formats::custom
