// SPDX-License-Identifier: Apache-2.0
#include "app/setting_values.h"

#include <cctz/time_zone.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iterator>
#include <utility>

#include "base/time.h"
#include "base/time_zone.h"
#include "io/object_list.h"
#include "io/s3_listing.h"

namespace otomo::app {

namespace {

constexpr std::uint64_t kSecondsAgoMax = std::uint64_t{1000} * 366 * 86'400;

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Names of zones are paths below the machine's zones: none may lead out of there.
bool may_name_a_zone(std::string_view text) {
  return !text.empty() && text.front() != '/' && std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '+' || c == '-' ||
           c == '/';
  });
}

}  // namespace

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0) return {};
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  std::string lower;
  for (const char c : unit) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  static constexpr struct {
    const char* name;
    double bytes;
  } kUnits[] = {{"", 1},
                {"b", 1},
                {"k", 1e3},
                {"kb", 1e3},
                {"kib", 1024.0},
                {"m", 1e6},
                {"mb", 1e6},
                {"mib", 1048576.0},
                {"g", 1e9},
                {"gb", 1e9},
                {"gib", 1073741824.0},
                {"t", 1e12},
                {"tb", 1e12},
                {"tib", 1099511627776.0}};
  for (const auto& known : kUnits) {
    if (lower == known.name && value * known.bytes < 1e18) return static_cast<std::uint64_t>(value * known.bytes);
  }
  return {};
}

Result<std::uint64_t> memory_bytes(const std::string& name, std::string_view text) {
  const auto bytes = parse_bytes(text);
  if (!bytes || *bytes == 0) {
    return usage_error(name + " '" + std::string(text) + "' is no size", "for example 4GB or 512MiB");
  }
  return *bytes;
}

Result<unsigned> thread_count(const std::string& name, std::string_view text) {
  const auto threads = parse_count(text);
  if (!threads || *threads == 0 || *threads > kThreadsMax) {
    return usage_error(name + " '" + std::string(text) + "' is no number of threads",
                       "from 1 to " + std::to_string(kThreadsMax));
  }
  return static_cast<unsigned>(*threads);
}

Result<std::uint64_t> row_count(const std::string& name, std::string_view text) {
  const auto rows = parse_count(text);
  if (!rows) return usage_error(name + " '" + std::string(text) + "' is no number");
  return *rows;
}

Result<std::string> zone_name(const std::string& name, const std::string& text) {
  cctz::time_zone zone;
  if (!may_name_a_zone(text) || !cctz::load_time_zone(text, &zone)) {
    return usage_error(name + ": unknown time zone '" + text + "'", "use an IANA name such as Asia/Tokyo or UTC");
  }
  return text;
}

Result<std::string> encryption(const std::string& name, const std::string& text) {
  if (text == "AES256" || text == "aws:kms" || text == "aws:kms:dsse") return text;
  return usage_error(name + " '" + text + "' is no encryption", "AES256, aws:kms or aws:kms:dsse");
}

namespace {

std::optional<std::int64_t> parse_duration(std::string_view text) {
  static constexpr std::pair<char, std::int64_t> kUnits[] = {
      {'w', 7 * 86'400}, {'d', 86'400}, {'h', 3600}, {'m', 60}, {'s', 1}};
  const auto unit = std::find_if(std::begin(kUnits), std::end(kUnits), [&](auto u) { return text.ends_with(u.first); });
  const auto count = unit == std::end(kUnits) ? std::nullopt : parse_count(text.substr(0, text.size() - 1));
  if (!count || *count > kSecondsAgoMax / static_cast<std::uint64_t>(unit->second)) return {};
  return static_cast<std::int64_t>(*count) * unit->second * kMicrosecondsPerSecond;
}

}  // namespace

Result<std::int64_t> duration_us(const std::string& name, std::string_view text) {
  if (const auto duration = parse_duration(text)) return *duration;
  return usage_error(name + " '" + std::string(text) + "' is no duration", "for example 2d, 12h or 30m");
}

Result<std::string> inventory_url(const std::string& name, const std::string& text) {
  const auto url = io::Object::is_s3_url(text) ? io::parse_s3_url(text) : usage_error("");
  if (url && !url->key.empty() && !io::is_pattern(url->key)) return text;
  return usage_error(name + " '" + text + "' is no place of an S3 Inventory",
                     "s3://BUCKET/PREFIX/SOURCE-BUCKET/NAME, or a manifest.json below it");
}

Result<std::int64_t> object_time(const std::string& name, std::string_view text, std::string_view time_zone,
                                 std::int64_t now_us) {
  if (const auto day = parse_iso_date(text)) {
    const auto zone = TimeZone::of_name(time_zone).value_or(TimeZone());
    return zone.instant_of(*day * kMicrosecondsPerDay).us;
  }
  if (const auto instant = parse_iso_instant(text)) return *instant;
  if (const auto ago = parse_duration(text)) return now_us - *ago;
  return usage_error(name + " '" + std::string(text) + "' is no time",
                     "a date (2026-03-01), an instant (2026-03-01T09:00:00Z), or how long ago (7d, 12h, 30m)");
}

Result<std::string> exclude_pattern(const std::string& name, const std::string& text) {
  if (text.find_first_not_of("*/") != std::string::npos) return text;
  return usage_error(name + " '" + text + "' leaves nothing to read",
                     "--include PATTERN alone reads only what it fits; what is excluded stays out");
}

Result<void> narrow(io::ObjectChoice& choice, const ChoiceSettings& settings, const std::string& prefix,
                    std::string_view time_zone, std::int64_t now_us) {
  for (const std::string& pattern : settings.exclude) {
    if (const auto fine = exclude_pattern(prefix + "exclude", pattern); !fine) return std::unexpected(fine.error());
  }
  for (const auto& [name, patterns] :
       {std::pair("include", &settings.include), std::pair("exclude", &settings.exclude)}) {
    for (const std::string& pattern : *patterns) {
      if (auto fine = io::check_braces(pattern); !fine) {
        return std::unexpected(std::move(fine.error()).while_doing(prefix + name));
      }
    }
  }
  choice.include(settings.include);
  choice.exclude(settings.exclude);
  if (!settings.since.empty()) {
    const auto since = object_time(prefix + "since", settings.since, time_zone, now_us);
    if (!since) return std::unexpected(since.error());
    choice.since(*since);
  }
  if (!settings.until.empty()) {
    const auto until = object_time(prefix + "until", settings.until, time_zone, now_us);
    if (!until) return std::unexpected(until.error());
    choice.until(*until);
  }
  return {};
}

bool is_account_id(std::string_view text) {
  constexpr std::size_t kDigits = 12;
  return text.size() == kDigits && std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace otomo::app
