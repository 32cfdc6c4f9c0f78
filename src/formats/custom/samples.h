// SPDX-License-Identifier: Apache-2.0
//
// Runs the samples that a user's file carries through the format made of it, and says where they are not read as the
// file expects. Any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "formats/custom/description.h"
#include "formats/format.h"

namespace otomo::formats::custom {

// What a sample became: its reject's reason, or its values by column (SQL's own names for what is not there: NULL).
struct CheckedSample {
  std::uint32_t line = 0;
  std::string reject;
  std::vector<std::pair<std::string, std::string>> values;
};

// Errors: the first sample that is not read as the file says, at its place.
Result<std::vector<CheckedSample>> check_samples(const Description& description, const Format& format);

}  // namespace otomo::formats::custom
