// SPDX-License-Identifier: Apache-2.0
//
// What the text of a setting means, the same for an option, a line of otomo.toml and a variable of the environment.
// `name` is what the error calls the setting. Errors: kUsage. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/object_choice.h"

namespace otomo::app {

inline constexpr std::uint64_t kThreadsMax = 1024;

// "4GB", "512 MiB", "1.5g" as bytes.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

Result<std::uint64_t> memory_bytes(const std::string& name, std::string_view text);
Result<unsigned> thread_count(const std::string& name, std::string_view text);
Result<std::uint64_t> row_count(const std::string& name, std::string_view text);

// An IANA name of a zone that this machine knows.
Result<std::string> zone_name(const std::string& name, const std::string& text);

// How S3 is to encrypt what is written: one of its words.
Result<std::string> encryption(const std::string& name, const std::string& text);

// When objects were last changed: "2026-03-01" (that day's beginning in `time_zone`), "2026-03-01T09:00:00Z", or how
// long before `now_us`: "7d", "12h" (w, d, h, m, s). Microseconds since 1970.
Result<std::int64_t> object_time(const std::string& name, std::string_view text, std::string_view time_zone,
                                 std::int64_t now_us);

// "2d", "12h" (w, d, h, m, s) in microseconds.
Result<std::int64_t> duration_us(const std::string& name, std::string_view text);

// Of an S3 Inventory, or of the folder that they are in.
Result<std::string> inventory_url(const std::string& name, const std::string& text);

// Which objects a source's settings or the options want.
struct ChoiceSettings {
  std::vector<std::string> include;
  std::vector<std::string> exclude;
  std::string since;  // empty: not said
  std::string until;
};
// One of `exclude` as it may be.
Result<std::string> exclude_pattern(const std::string& name, const std::string& text);
// Narrows `choice`. `prefix`: of the settings' names in errors.
Result<void> narrow(io::ObjectChoice& choice, const ChoiceSettings& settings, const std::string& prefix,
                    std::string_view time_zone, std::int64_t now_us);

bool is_account_id(std::string_view text);  // twelve digits

}  // namespace otomo::app
