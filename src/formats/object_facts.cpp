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

}  // namespace otomo::formats
