// SPDX-License-Identifier: Apache-2.0
//
// What the text of a setting means, the same for an option, a line of otomo.toml and a variable of the environment.
// `name` is what the error calls the setting. Errors: kUsage. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace otomo::app {

inline constexpr std::uint64_t kThreadsMax = 1024;

// "4GB", "512 MiB", "1.5g" as bytes.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

Result<std::uint64_t> memory_bytes(const std::string& name, std::string_view text);
Result<unsigned> thread_count(const std::string& name, std::string_view text);
Result<std::uint64_t> row_count(const std::string& name, std::string_view text);

// An IANA name of a zone that this machine knows.
Result<std::string> zone_name(const std::string& name, const std::string& text);

bool is_account_id(std::string_view text);  // twelve digits

}  // namespace otomo::app
