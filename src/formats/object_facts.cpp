// SPDX-License-Identifier: Apache-2.0
#include "formats/object_facts.h"

#include <algorithm>

#include "base/time.h"
#include "base/utf8.h"
#include "formats/object_key.h"

namespace otomo::formats {

namespace {

void put(std::string& place, const std::string& text) {
  if (place.empty()) place = text;
}

// "2026/03/01", "2026-03-01", "2026/month=03/day=01", with no digit beside it, at the text's beginning.
std::optional<KeyDay> spelled_day(std::string_view text, std::size_t& end) {
  constexpr std::size_t kBetweenMax = 8;
  const auto number = [&](std::size_t at, std::size_t length) {
    return all_digits(text.substr(std::min(at, text.size()), length), length);
  };
  const auto between = [&](std::size_t at) {
    std::size_t to = at;
    while (to < text.size() && to - at <= kBetweenMax && !all_digits(text.substr(to, 1), 1)) ++to;
    return text.substr(at, to - at);
  };
  if (!number(0, 4)) return {};
  const std::string_view after_year = between(4);
  const std::size_t month = 4 + after_year.size();
  if (after_year.find_first_of("/-") == std::string_view::npos || !number(month, 2)) return {};
  const std::string_view after_month = between(month + 2);
  const std::size_t day = month + 2 + after_month.size();
  if (after_month.find_first_of("/-") == std::string_view::npos || !number(day, 2) || number(day + 2, 1)) return {};
  const auto days = key_days(text.substr(0, 4), text.substr(month, 2), text.substr(day, 2));
  if (!days) return {};
  end = day + 2;
  return KeyDay{0, after_year, after_month, *days};
}

std::int64_t day_of(std::int64_t us) { return us / kMicrosecondsPerDay - (us % kMicrosecondsPerDay < 0 ? 1 : 0); }

bool differ(const std::string& a, const std::string& b) { return !a.empty() && !b.empty() && a != b; }

// The last day, in days since 1970, that the key names as folders YYYY/MM/DD or in its name as YYYYMMDDT….
std::optional<std::int64_t> last_day(std::string_view key) {
  std::optional<std::int64_t> last;
  const auto see = [&](std::string_view year, std::string_view month, std::string_view day) {
    const auto days = key_days(year, month, day);
    if (days) last = std::max(last.value_or(*days), *days);
  };
  const auto parts = key_parts(key);
  for (std::size_t i = 0; i + 3 < parts.size(); ++i) see(parts[i], parts[i + 1], parts[i + 2]);
  const std::string_view name = parts.back();
  for (std::size_t t = name.find('T'); t != std::string_view::npos; t = name.find('T', t + 1)) {
    if (t < 8) continue;
    const std::string_view date = name.substr(t - 8, 8);
    see(date.substr(0, 4), date.substr(4, 2), date.substr(6, 2));
  }
  return last;
}

}  // namespace

KeyFacts object_facts(const Format* format, std::string_view key, const SourceSettings& settings) {
  KeyFacts facts = (format == nullptr ? std::nullopt : format->read_key(key)).value_or(KeyFacts{});
  const KeyFacts owner = key_owner(key);
  put(facts.account_id, owner.account_id);
  put(facts.region, owner.region);
  put(facts.organization_id, owner.organization_id);
  put(facts.account_id, settings.account_id);
  // They become columns, and a key may be any bytes.
  for (std::string* text : {&facts.account_id, &facts.region, &facts.trail, &facts.log_of}) {
    *text = utf8::repaired(*text);
  }
  return facts;
}

std::optional<std::int64_t> latest_event_us(const Format& format, std::string_view key) {
  if (!format.key_day_slack_us) return {};
  const auto facts = format.read_key(key);
  if (!facts) return {};
  auto day = key_days(facts->year, facts->month, facts->day);
  if (!day || differ(facts->account_id, key_owner(key).account_id)) return {};
  day = std::max(*day, last_day(key).value_or(*day));
  return (*day + 1) * kMicrosecondsPerDay - 1 + *format.key_day_slack_us;
}

std::optional<KeyDay> key_day(const Format& format, std::string_view key) {
  if (!latest_event_us(format, key)) return {};
  const auto facts = format.read_key(key);
  const auto day = key_days(facts->year, facts->month, facts->day);
  std::optional<KeyDay> found;
  std::size_t found_end = 0;
  for (std::size_t at = 0; at + 4 < key.size(); ++at) {
    if (at > 0 && all_digits(key.substr(at - 1, 1), 1)) continue;
    std::size_t length = 0;
    auto spelled = spelled_day(key.substr(at), length);
    if (!spelled || spelled->day < *day - 1 || spelled->day > *day + 1) continue;
    const bool in_the_folder = found && at == found_end + 1 && key[found_end] == '/';
    if (!in_the_folder) {
      found = spelled;
      found->base_bytes = at;
    }
    found_end = at + length;
  }
  // Another day, as of a copy, may be the one that counts.
  if (found && last_day(key).value_or(*day) > found->day + 1) return {};
  return found;
}

std::optional<KeyDay> key_day(std::span<const Format* const> formats, std::string_view key,
                              const std::function<void(const Format& format)>& is_of) {
  std::optional<KeyDay> found;
  for (const Format* format : formats) {
    if (!format->read_key(key)) continue;
    const auto day = key_day(*format, key);
    if (!day || (found && found->base_bytes != day->base_bytes)) return {};
    found = day;
    if (is_of) is_of(*format);
  }
  return found;
}

Days days_of(const Format& format, const EventRange& range, const SourceSettings& settings) {
  Days days;
  if (!format.key_day_slack_us) return days;
  if (range.earliest_us) days.first = day_of(*range.earliest_us - *format.key_day_slack_us) - 1;
  const auto late_us = format.late_us ? format.late_us : settings.late_us;
  if (range.latest_us && late_us) days.last = day_of(*range.latest_us + *late_us) + 1;
  return days;
}

}  // namespace otomo::formats
