// SPDX-License-Identifier: Apache-2.0
#include "base/time_zone.h"

#include <algorithm>
#include <string>

#include "base/time.h"

namespace otomo {

namespace {

bool is_zone_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '+' || c == '/';
  };
  // The library also takes a path, and "localtime" for the machine's own zone.
  return !name.empty() && name.front() != '/' && name != "localtime" && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

std::optional<TimeZone> TimeZone::of_name(std::string_view name) {
  if (!is_zone_name(name)) return {};
  if (name == "UTC") return TimeZone();
  cctz::time_zone zone;
  if (!cctz::load_time_zone(std::string(name), &zone)) return {};
  return TimeZone(zone);
}

TimeZone::Instant TimeZone::instant_of(std::int64_t local_us) const {
  if (is_utc_) return {local_us, true};
  std::int64_t seconds = local_us / kMicrosecondsPerSecond;
  std::int64_t fraction_us = local_us % kMicrosecondsPerSecond;
  if (fraction_us < 0) {
    --seconds;
    fraction_us += kMicrosecondsPerSecond;
  }
  const auto lookup = zone_.lookup(cctz::civil_second(1970) + seconds);
  const auto before = lookup.pre.time_since_epoch().count();
  return {before * kMicrosecondsPerSecond + fraction_us, lookup.kind == cctz::time_zone::civil_lookup::UNIQUE};
}

}  // namespace otomo
