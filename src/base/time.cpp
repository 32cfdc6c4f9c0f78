// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace otomo {

namespace {

// `count` decimal digits at `at`, or -1 where one of them is none.
int digits(const char* at, int count) {
  int value = 0;
  for (int i = 0; i < count; ++i) {
    const int digit = at[i] - '0';
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

std::optional<std::int64_t> instant(int year, int month, int day, int hour, int minute, int second,
                                    std::int64_t offset_minutes) {
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return {};
  if (!is_date(year, month, day)) return {};
  const std::int64_t seconds =
      days_from_civil(year, month, day) * 86'400 + hour * 3600 + minute * 60 + second - offset_minutes * 60;
  return seconds * kMicrosecondsPerSecond;
}

// "+0900" or "+09:00" as minutes east of UTC.
std::optional<std::int64_t> zone_minutes(std::string_view text) {
  const bool colon = text.size() == 6 && text[3] == ':';
  if (!(colon || text.size() == 5) || (text[0] != '+' && text[0] != '-')) return {};
  const int hours = digits(text.data() + 1, 2);
  const int minutes = digits(text.data() + (colon ? 4 : 3), 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return {};
  const std::int64_t east = hours * 60 + minutes;
  return text[0] == '-' ? -east : east;
}

}  // namespace

std::int64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

bool is_date(int year, int month, int day) {
  static constexpr std::array<int, 13> kDays = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 0 || month < 1 || month > 12 || day < 1) return false;
  return day <= kDays[static_cast<std::size_t>(month)] + (month == 2 && is_leap(year) ? 1 : 0);
}

std::int64_t days_from_civil(int year, int month, int day) {
  // Count years from March, so that the leap day is a year's last: the days before month m (0 = March) are
  // (153 m + 2) / 5. Then days in whole 400-year cycles.
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t m = month <= 2 ? month + 9 : month - 3;
  const std::int64_t cycle = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_cycle = y - cycle * 400;
  const std::int64_t day_of_year = (153 * m + 2) / 5 + day - 1;
  const std::int64_t day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
  return cycle * 146'097 + day_of_cycle - 719'468;
}

std::optional<std::int64_t> parse_iso_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return {};
  const int year = digits(text.data(), 4);
  const int month = digits(text.data() + 5, 2);
  const int day = digits(text.data() + 8, 2);
  if (!is_date(year, month, day)) return {};
  return days_from_civil(year, month, day);
}

std::optional<std::int64_t> parse_iso_time(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return {};
  const int hour = digits(text.data(), 2);
  const int minute = digits(text.data() + 3, 2);
  const int second = digits(text.data() + 6, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return {};
  return (hour * 3600 + minute * 60 + second) * kMicrosecondsPerSecond;
}

std::optional<std::int64_t> parse_iso_instant(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
    return {};
  }
  const char* at = text.data();
  std::int64_t fraction_us = 0;
  std::size_t place = 19;
  if (text[place] == '.') {
    std::int64_t scale = 100'000;
    const std::size_t first = ++place;
    while (place < text.size() && text[place] >= '0' && text[place] <= '9') {
      fraction_us += (text[place] - '0') * scale;
      scale /= 10;
      ++place;
    }
    if (place == first || place - first > 9) return {};
  }
  std::int64_t offset_minutes = 0;
  if (place + 1 != text.size() || text[place] != 'Z') {
    const auto zone = zone_minutes(text.substr(place));
    if (!zone) return {};
    offset_minutes = *zone;
  }
  const auto whole = instant(digits(at, 4), digits(at + 5, 2), digits(at + 8, 2), digits(at + 11, 2),
                             digits(at + 14, 2), digits(at + 17, 2), offset_minutes);
  if (!whole) return {};
  return *whole + fraction_us;
}

std::optional<std::int64_t> IsoInstantReader::read_whole(std::string_view text) {
  std::array<char, kMinuteBytes + 3> with_zone{};
  if (zone_ == IsoZone::kUnwritten) {
    if (text.size() != with_zone.size() - 1) return {};
    std::copy(text.begin(), text.end(), with_zone.begin());
    with_zone.back() = 'Z';
    text = {with_zone.data(), with_zone.size()};
  }
  const auto instant = parse_iso_instant(text);
  if (instant && text.ends_with('Z') && *instant >= 0 && text[kMinuteBytes] != '6') {
    std::copy_n(text.begin(), kMinuteBytes, minute_.begin());
    minute_us_ = *instant - *instant % (60 * kMicrosecondsPerSecond);
  }
  return instant;
}

std::optional<std::int64_t> parse_clf_instant(std::string_view text) {
  if (text.size() != 26 || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[14] != ':' || text[17] != ':' ||
      text[20] != ' ') {
    return {};
  }
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t month = kMonths.find(text.substr(3, 3));
  if (month == std::string_view::npos || month % 3 != 0) return {};
  const auto zone = zone_minutes(text.substr(21));
  if (!zone) return {};
  const char* at = text.data();
  return instant(digits(at + 7, 4), static_cast<int>(month / 3) + 1, digits(at, 2), digits(at + 12, 2),
                 digits(at + 15, 2), digits(at + 18, 2), *zone);
}

}  // namespace otomo
