// SPDX-License-Identifier: Apache-2.0
//
// The objects below an s3:// URL, listed by many requests at once. A page that is cut says where there is more: below
// other folders, which are then listed side by side, or behind other days, where the names are dates. Whatever the
// names are, each key lies in exactly one of the ranges that are asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/s3_list.h"
#include "base/result.h"
#include "io/object_list.h"

namespace otomo::io {

struct S3Url {
  std::string bucket;
  std::string key;  // or a prefix of keys, or a pattern; may be empty
};

// "s3://bucket/key". Errors: kUsage, without a bucket.
Result<S3Url> parse_s3_url(std::string_view url);

// How a key spells its day: what stands before it, then YYYY `after_year` MM `after_month` DD, so that keys which begin
// alike are in the order of their days; and the days, since 1970, of such keys that are wanted, both ends included.
struct DatedKey {
  std::size_t base_bytes;
  std::string_view after_year;
  std::string_view after_month;
  std::int64_t day;
  std::int64_t first_day;
  std::int64_t last_day;
};
// nullopt: the key is not dated, or all days are wanted.
using Dated = std::function<std::optional<DatedKey>(std::string_view key)>;

// Sorted by key; what ends in "/" and is empty is a folder that somebody made by hand, and is left out. `url` names an
// object, a folder, a pattern (*, ?, [...], {a,b}; none crosses a '/'), or else the beginning of keys. Empty: there is
// nothing. With `dated`, ranges of days that are not wanted are passed over: all that is not dated is listed, and some
// of those days may be. Errors: the listing was refused.
Result<ObjectList> list_s3(const std::shared_ptr<aws::S3Client>& client, const S3Url& url,
                           const std::shared_ptr<ObjectStore>& store, const Dated& dated = {},
                           const std::function<bool()>& interrupted = {});

// How much of a key that list_s3() found is what was named: all up to the '/' behind a folder, or in front of the name
// where the object was named itself, or its beginning.
std::size_t named_bytes(const S3Url& url, std::string_view key);

bool is_pattern(std::string_view key);

// As aws::is_archive().
bool is_archive(std::string_view storage_class);

// Is the key, or a folder that it lies in, what the pattern means?
bool matches_pattern(std::string_view pattern, std::string_view key);

// "{a,b}c" as "ac" and "bc"; what has no braces alone.
// REQUIRES: check_braces() was content.
std::vector<std::string> without_braces(const std::string& pattern);
// Errors: kUsage, they stand for too many patterns.
Result<void> check_braces(const std::string& pattern);

}  // namespace otomo::io
