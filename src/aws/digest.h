// SPDX-License-Identifier: Apache-2.0
//
// SHA-256, HMAC and SHA-1, by libcrypto, which is loaded with the first call. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace otomo::aws {

using Sha256 = std::array<unsigned char, 32>;

// Loads the library. Errors: it is missing. REQUIRES: called without error before the functions below.
Result<void> load_digests();

Sha256 sha256(std::string_view text);
std::string sha1_hex(std::string_view text);  // names files, protects nothing
Sha256 hmac_sha256(std::string_view key, std::string_view text);

// Lower case.
std::string hex(std::string_view bytes);
inline std::string_view bytes_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace otomo::aws
