// SPDX-License-Identifier: Apache-2.0
#include "formats/cloudfront_fields.h"

#include <algorithm>
#include <iterator>

#include "base/time.h"
#include "formats/object_key.h"

namespace otomo::formats::cloudfront {

namespace {

constexpr std::int64_t kMicrosecondsPerMillisecond = 1'000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Is `field` another spelling of the column's name? "-" and "(" stand for "_", a ")" at the end for nothing.
bool spells(std::string_view field, std::string_view column) {
  if (field.ends_with(')')) field.remove_suffix(1);
  return std::equal(field.begin(), field.end(), column.begin(), column.end(),
                    [](char a, char b) { return (a == '-' || a == '(' ? '_' : lower(a)) == b; });
}

// The part behind "name=", or empty.
std::string_view hive_value(std::string_view part, std::string_view name) {
  if (!part.starts_with(name) || part.size() <= name.size() || part[name.size()] != '=') return {};
  return part.substr(name.size() + 1);
}

bool is_distribution(std::string_view text) {
  constexpr std::size_t kLengthMin = 8;
  constexpr std::size_t kLengthMax = 20;
  return text.size() >= kLengthMin && text.size() <= kLengthMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

// Of the key's date. It is the hour in which AWS says that the requests came in, not that of the delivery; a record's
// time is when the last byte was sent, which for a long download is later. So it proves no latest event.
bool set_date(std::string_view year, std::string_view month, std::string_view day, std::string_view hour,
              KeyFacts& facts) {
  if (!all_digits(hour, 2) || !set_key_date(year, month, day, facts)) return false;
  facts.hour = hour;
  return true;
}

// "E2EXAMPLE1ABCD.2026-03-02-09.0a1b2c3d.gz"
bool read_name(std::string_view name, KeyFacts& facts) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos || !is_distribution(name.substr(0, dot))) return false;
  name.remove_prefix(dot + 1);
  constexpr std::string_view kForm = "2026-03-02-09.";
  if (name.size() <= kForm.size()) return false;
  if (name[4] != '-' || name[7] != '-' || name[10] != '-' || name[13] != '.') return false;
  return set_date(name.substr(0, 4), name.substr(5, 2), name.substr(8, 2), name.substr(11, 2), facts);
}

// "1772442847", with a fraction or without: microseconds. nullopt for anything else.
std::optional<std::int64_t> parse_epoch(std::string_view text, std::int64_t unit_us) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::size_t digits_max = unit_us == kMicrosecondsPerSecond ? 12 : 15;
  if (whole.empty() || whole.size() > digits_max || !all_digits(whole, whole.size())) return {};
  std::int64_t value = 0;
  for (const char c : whole) value = value * 10 + (c - '0');
  value *= unit_us;
  if (point == std::string_view::npos) return value;
  const std::string_view fraction = text.substr(point + 1);
  if (fraction.empty() || !all_digits(fraction, fraction.size())) return {};
  for (const char c : fraction) {
    unit_us /= 10;
    value += (c - '0') * unit_us;
  }
  return value;
}

bool is_missing(std::string_view text) { return text.data() == nullptr || text.empty() || text == "-"; }

}  // namespace

std::size_t column_of(std::string_view field) {
  if (spells(field, "cs_referer")) field = "cs_referrer";
  for (std::size_t column = 0; column < kExtraColumn; ++column) {
    if (spells(field, kColumns[column].name)) return column;
  }
  return kNoColumn;
}

bool is_telling(std::string_view field) {
  static constexpr std::string_view kTelling[] = {
      "x_edge_location",
      "x_edge_result_type",
      "x_edge_request_id",
      "x_edge_response_result_type",
      "x_edge_detailed_result_type",
      "x_edge_mqcs",
      "x_host_header",
      "fle_status",
      "fle_encrypted_fields",
      "origin_fbl",
      "origin_lbl",
      "cache_behavior_path_pattern",
      "distribution_tenant_id",
      "primary_distribution_id",
      "primary_distribution_dns_name",
  };
  return std::any_of(std::begin(kTelling), std::end(kTelling),
                     [&](std::string_view telling) { return spells(field, telling); });
}

std::optional<KeyFacts> read_key(std::string_view key) {
  KeyFacts facts;
  const auto parts = key_parts(key);
  bool is_ours = read_name(parts.back(), facts);
  std::string_view year;
  std::string_view month;
  std::string_view day;
  std::string_view hour;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const std::string_view part = parts[i];
    if (part == "CloudFront" && i >= 2 && parts[i - 2] == "AWSLogs") {
      const std::string_view hive = hive_value(parts[i - 1], "aws-account-id");
      const std::string_view account = hive.empty() ? parts[i - 1] : hive;
      if (is_account_id(account)) {
        facts.account_id = account;
        is_ours = true;
      }
    }
    if (const auto value = hive_value(part, "accountid"); is_account_id(value)) facts.account_id = value;
    if (const auto value = hive_value(part, "year"); !value.empty()) year = value;
    if (const auto value = hive_value(part, "month"); !value.empty()) month = value;
    if (const auto value = hive_value(part, "day"); !value.empty()) day = value;
    if (const auto value = hive_value(part, "hour"); !value.empty()) hour = value;
  }
  if (!is_ours) return {};
  set_date(year, month, day, hour, facts);
  return facts;
}

std::optional<std::int64_t> event_instant(Dates& dates, std::string_view date, std::string_view time,
                                          std::string_view timestamp_ms, std::string_view timestamp,
                                          std::uint64_t& bad_values) {
  std::optional<std::int64_t> instant;
  if (!is_missing(date) && !is_missing(time)) {
    const auto days = dates.days(date);
    const auto us = parse_iso_time(time);
    if (days && us) instant = *days * kMicrosecondsPerDay + *us;
  } else if (!is_missing(timestamp_ms)) {
    instant = parse_epoch(timestamp_ms, kMicrosecondsPerMillisecond);
  } else if (!is_missing(timestamp)) {
    instant = parse_epoch(timestamp, kMicrosecondsPerSecond);
  } else {
    return {};
  }
  if (!instant) ++bad_values;
  return instant;
}

}  // namespace otomo::formats::cloudfront
