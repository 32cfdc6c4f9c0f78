// SPDX-License-Identifier: Apache-2.0
//
// Files that lie beside logs and are none, told by their keys: what AWS writes to go with its deliveries, and otomo's
// own settings. Any thread.
#pragma once

#include <string_view>

namespace otomo::formats {

bool is_side_file(std::string_view key);

}  // namespace otomo::formats
