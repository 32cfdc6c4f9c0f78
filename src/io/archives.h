// SPDX-License-Identifier: Apache-2.0
//
// Archives and compressed files that are known by their first bytes and not opened. Pure; any thread.
#pragma once

#include <string_view>

namespace otomo::io {

// "a zip archive"; empty: `head`, an object's first plain bytes, starts none that is known.
std::string_view archive_kind(std::string_view head);

}  // namespace otomo::io
