// SPDX-License-Identifier: Apache-2.0
//
// The parts that AWS's object keys have in common: `[prefix/]AWSLogs/[o-ORG/]ACCOUNT/SERVICE/REGION/YYYY/MM/DD/NAME`.
// Each format's read_key builds on these. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "formats/format.h"

namespace otomo::formats {

// The parts of a key between slashes; views into `key`.
std::vector<std::string_view> key_parts(std::string_view key);
// The key's last part.
std::string_view key_name(std::string_view key);

bool is_account_id(std::string_view text);  // exactly 12 digits
bool is_organization_id(std::string_view text);
bool is_region(std::string_view text);  // us-east-1, ap-northeast-1, us-gov-west-1, cn-north-1, us-iso-east-1 …
bool all_digits(std::string_view text, std::size_t length);

// What a key says whatever the service: account, Region and organisation, from
// `AWSLogs/[o-ORG/]ACCOUNT/SERVICE/[REGION/]…` or Hive's `aws-account-id=ACCOUNT/…/aws-region=REGION/…`. Of several,
// the last: what stands before AWS's own key is anybody's.
KeyFacts key_owner(std::string_view key);

// Days since 1970-01-01 of a date as keys spell it: four digits, two, two. nullopt: it is none.
std::optional<std::int64_t> key_days(std::string_view year, std::string_view month, std::string_view day);
// Fills year, month and day. False where it is no date.
bool set_key_date(std::string_view year, std::string_view month, std::string_view day, KeyFacts& facts);

}  // namespace otomo::formats
