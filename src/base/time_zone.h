// SPDX-License-Identifier: Apache-2.0
//
// Times of a clock on a wall as instants, for the zones of the IANA database. Only what logs without a zone need: what
// is printed in a zone is the database's. Any thread; a zone is loaded once per process.
//
// When clocks change, a local time exists twice or never. Both are read with the offset that held before the change:
// the first of the two, and the hour that was skipped as if clocks had not been changed yet. So a log's times stay in
// their order up to the change.
#pragma once

#include <cctz/time_zone.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace otomo {

class TimeZone {
 public:
  TimeZone() = default;  // UTC

  // nullopt: there is no such zone. Names of the database alone: never a path, nor this machine's own zone.
  static std::optional<TimeZone> of_name(std::string_view name);

  struct Instant {
    std::int64_t us = 0;      // since 1970-01-01 UTC
    bool is_certain = false;  // the local time exists once
  };
  // `local_us`: what the clock shows, as if it showed UTC.
  Instant instant_of(std::int64_t local_us) const;

 private:
  explicit TimeZone(cctz::time_zone zone) : zone_(zone), is_utc_(false) {}

  cctz::time_zone zone_;
  bool is_utc_ = true;
};

}  // namespace otomo
