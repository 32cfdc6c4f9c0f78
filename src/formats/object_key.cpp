// SPDX-License-Identifier: Apache-2.0
#include "formats/object_key.h"

#include <algorithm>
#include <charconv>

#include "base/time.h"

namespace otomo::formats {

namespace {

int number(std::string_view text) {
  int value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::vector<std::string_view> key_parts(std::string_view key) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  while (true) {
    const std::size_t slash = key.find('/', start);
    if (slash == std::string_view::npos) break;
    parts.push_back(key.substr(start, slash - start));
    start = slash + 1;
  }
  parts.push_back(key.substr(start));
  return parts;
}

std::string_view key_name(std::string_view key) {
  const std::size_t slash = key.rfind('/');
  return slash == std::string_view::npos ? key : key.substr(slash + 1);
}

bool all_digits(std::string_view text, std::size_t length) {
  return text.size() == length && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_account_id(std::string_view text) { return all_digits(text, 12); }

bool is_organization_id(std::string_view text) {
  // "o-" and 10 to 32 letters and digits.
  // https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html (read November 2026)
  if (!text.starts_with("o-") || text.size() < 12 || text.size() > 34) return false;
  return std::all_of(text.begin() + 2, text.end(), [](char c) { return is_lower(c) || is_digit(c); });
}

bool is_region(std::string_view text) {
  // Letters in two to four parts, then one or two digits: "ap-northeast-1", "us-gov-west-1".
  const std::size_t dash = text.rfind('-');
  if (dash == std::string_view::npos || dash < 4) return false;
  const std::string_view number_part = text.substr(dash + 1);
  if (number_part.empty() || number_part.size() > 2 || !std::all_of(number_part.begin(), number_part.end(), is_digit)) {
    return false;
  }
  int parts = 1;
  std::size_t part_length = 0;
  for (const char c : text.substr(0, dash)) {
    if (c == '-') {
      if (part_length < 2) return false;
      ++parts;
      part_length = 0;
    } else if (is_lower(c)) {
      ++part_length;
    } else {
      return false;
    }
  }
  return part_length >= 2 && parts >= 2 && parts <= 4;
}

KeyFacts key_owner(std::string_view key) {
  KeyFacts facts;
  const auto parts = key_parts(key);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i].starts_with("aws-account-id=")) {
      const std::string_view account = parts[i].substr(15);
      if (is_account_id(account)) facts.account_id = account;
    } else if (parts[i].starts_with("aws-region=")) {
      const std::string_view region = parts[i].substr(11);
      if (is_region(region)) facts.region = region;
    } else if (parts[i] == "AWSLogs") {
      KeyFacts owner;
      std::size_t next = i + 1;
      if (is_organization_id(parts[next])) owner.organization_id = parts[next++];
      if (next < parts.size() && is_account_id(parts[next])) {
        owner.account_id = parts[next];
        if (next + 2 < parts.size() && is_region(parts[next + 2])) owner.region = parts[next + 2];
      }
      if (!owner.account_id.empty() || !owner.organization_id.empty()) facts = std::move(owner);
    }
  }
  return facts;
}

std::optional<std::int64_t> key_days(std::string_view year, std::string_view month, std::string_view day) {
  if (!all_digits(year, 4) || !all_digits(month, 2) || !all_digits(day, 2)) return {};
  if (!is_date(number(year), number(month), number(day))) return {};
  return days_from_civil(number(year), number(month), number(day));
}

bool set_key_date(std::string_view year, std::string_view month, std::string_view day, KeyFacts& facts) {
  if (!key_days(year, month, day)) return false;
  facts.year = year;
  facts.month = month;
  facts.day = day;
  return true;
}

}  // namespace otomo::formats
