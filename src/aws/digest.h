// SPDX-License-Identifier: Apache-2.0
//
// SHA-256, HMAC, SHA-1 and MD5, by libcrypto, which is loaded with the first call. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace otomo::aws {

// Of bytes that come in pieces.
class Digest {
 public:
  enum class Kind : std::uint8_t { kMd5, kSha1, kSha256 };

  explicit Digest(Kind kind);
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void add(std::string_view bytes);
  std::string finish();  // the digest's bytes; once

 private:
  void* context_;
};

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
