// SPDX-License-Identifier: Apache-2.0
//
// Instants as microseconds since 1970-01-01 UTC, and the fixed forms in which AWS writes them. Only what every
// log needs; calendars and zones are the database's. Any thread; no locale.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace otomo {

inline constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosecondsPerDay = 86'400 * kMicrosecondsPerSecond;

std::int64_t now_us();

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

enum class IsoZone : std::uint8_t {
  kWritten,
  kUnwritten,  // the time ends behind its seconds, and is UTC's
};

// The times of one log, as parse_iso_instant reads them. Most lie in the same minute as the one before: then only the
// seconds are read. One thread.
class IsoInstantReader {
 public:
  explicit IsoInstantReader(IsoZone zone) : zone_(zone) {}

  std::optional<std::int64_t> read(std::string_view text) {
    if (text.size() >= kMinuteBytes + 2 && std::memcmp(text.data(), minute_.data(), kMinuteBytes) == 0) {
      const unsigned tens = static_cast<unsigned char>(text[kMinuteBytes]) - unsigned{'0'};
      const unsigned ones = static_cast<unsigned char>(text[kMinuteBytes + 1]) - unsigned{'0'};
      const auto fraction_us = fraction(text.substr(kMinuteBytes + 2));
      if (tens < 6 && ones < 10 && fraction_us) return minute_us_ + (tens * 10 + ones) * 1'000'000LL + *fraction_us;
    }
    return read_whole(text);
  }

 private:
  static constexpr std::size_t kMinuteBytes = std::string_view("2026-11-23T15:48:").size();

  // What stands behind the seconds, as microseconds: nothing, or six digits, and the zone.
  std::optional<std::int64_t> fraction(std::string_view text) const {
    if (zone_ == IsoZone::kUnwritten) return text.empty() ? std::optional<std::int64_t>(0) : std::nullopt;
    if (text == "Z") return 0;
    if (text.size() != 8 || text.front() != '.' || text.back() != 'Z') return {};
    std::int64_t value = 0;
    for (std::size_t i = 1; i < 7; ++i) {
      const unsigned digit = static_cast<unsigned char>(text[i]) - unsigned{'0'};
      if (digit > 9) return {};
      value = value * 10 + digit;
    }
    return value;
  }
  std::optional<std::int64_t> read_whole(std::string_view text);

  IsoZone zone_;
  std::array<char, kMinuteBytes> minute_{};
  std::int64_t minute_us_ = 0;
};

// "06/Feb/2019:00:00:38 +0000", as S3 server access logs write it between brackets: exactly 26 bytes.
std::optional<std::int64_t> parse_clf_instant(std::string_view text);

}  // namespace otomo
