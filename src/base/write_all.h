// SPDX-License-Identifier: Apache-2.0
//
// write(2) until everything is written. Any thread.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace otomo {

// 0, or errno of what failed; then a part may be written.
inline int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 ? errno : ENOSPC;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

}  // namespace otomo
