// SPDX-License-Identifier: Apache-2.0
//
// Instants as microseconds since 1970-01-01 UTC, and the fixed forms in which AWS writes them. Only what every
// log needs; calendars and zones are the database's. Any thread; no locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace otomo {

inline constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosecondsPerDay = 86'400 * kMicrosecondsPerSecond;

// Days from 1970-01-01 to a date of the proleptic Gregorian calendar. REQUIRES: a valid date.
std::int64_t days_from_civil(int year, int month, int day);
bool is_date(int year, int month, int day);

// "2026-11-23" as days since 1970-01-01. nullopt for anything else.
std::optional<std::int64_t> parse_iso_date(std::string_view text);
// "15:48:00" as microseconds since midnight; a second of 60 is the next minute's first. nullopt for anything else.
std::optional<std::int64_t> parse_iso_time(std::string_view text);

// "2026-11-23T15:48:00Z", with an optional fraction of 1 to 9 digits (cut to microseconds) and Z or ±HH:MM.
// A second of 60 is accepted as the next minute's first. nullopt for anything else.
std::optional<std::int64_t> parse_iso_instant(std::string_view text);

// "06/Feb/2019:00:00:38 +0000", as S3 server access logs write it between brackets: exactly 26 bytes.
std::optional<std::int64_t> parse_clf_instant(std::string_view text);

}  // namespace otomo
