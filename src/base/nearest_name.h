// SPDX-License-Identifier: Apache-2.0
//
// "Did you mean …?": which name a word is a slip for. Any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace otomo {

// The one of `names` that `word` may be a slip for; empty: none is near.
std::string nearest_name(std::string_view word, std::span<const std::string> names);

// Those that `word` begins, in their order, and the nearest one; each once.
std::vector<std::string> similar_names(std::string_view word, std::span<const std::string> names);

}  // namespace otomo
