// SPDX-License-Identifier: Apache-2.0
#include "formats/side_file.h"

#include <algorithm>
#include <vector>

#include "formats/object_key.h"
#include "formats/registry.h"

namespace otomo::formats {

namespace {

constexpr std::string_view kNames[] = {
    "manifest.checksum",           // of S3 Inventory, beside manifest.json
    "result_sign.json",            // of CloudTrail Lake's saved answers
    "ELBAccessLogTestFile",        // load balancers try out whether they may write
    "ConfigWritabilityCheckFile",  // so does AWS Config
};

// S3 Inventory's `…/hive/dt=YYYY-MM-DD-HH-MM/symlink.txt`.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html (read November 2026)
bool is_inventory_link(std::string_view key) {
  const std::vector<std::string_view> parts = key_parts(key);
  const std::size_t n = parts.size();
  return n >= 3 && parts[n - 1] == "symlink.txt" && parts[n - 2].starts_with("dt=") && parts[n - 3] == "hive";
}

// What a manifest may name: it is read with that.
bool is_data_file(std::string_view key) {
  const auto formats = all_formats();
  return std::any_of(formats.begin(), formats.end(), [&](const Format* format) {
    return !format->manifest_table.empty() && format->read_key(key).has_value();
  });
}

}  // namespace

bool is_side_file(std::string_view key) {
  const std::string_view name = key_name(key);
  if (name.ends_with(".toml")) return true;  // otomo.toml, and descriptions of a user's own logs
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames) || is_inventory_link(key) ||
         is_data_file(key);
}

}  // namespace otomo::formats
