// SPDX-License-Identifier: Apache-2.0
//
// What S3 says that an object's bytes sum up to, and whether they do.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html (read November 2026).
// One thread per check. REQUIRES: aws::load_digests().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace otomo::aws {
class Digest;
}

namespace otomo::io {

struct StatedChecksum {
  std::string algorithm;  // "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", or one that is not known here
  std::string value;      // base64
  bool of_parts = false;  // a checksum of the parts' checksums: it cannot be checked without knowing the parts
};

// CRC-64/NVME of what `crc` is of, and `bytes` behind it; of nothing: 0.
std::uint64_t crc64_nvme(std::uint64_t crc, std::string_view bytes);

std::string sha256_hex(std::string_view bytes);

// Of bytes that come in pieces.
class HexDigest {
 public:
  enum class Kind : std::uint8_t { kMd5, kSha256 };

  explicit HexDigest(Kind kind);
  ~HexDigest();
  void add(std::string_view bytes);
  std::string hex();  // once

 private:
  std::unique_ptr<aws::Digest> digest_;
};

class ChecksumCheck {
 public:
  explicit ChecksumCheck(const std::vector<StatedChecksum>& stated);
  ~ChecksumCheck();
  ChecksumCheck(const ChecksumCheck&) = delete;
  ChecksumCheck& operator=(const ChecksumCheck&) = delete;

  void add(std::string_view bytes);
  // Errors: the bytes are not those that were stored; `object` is what it is told of. Once.
  Result<void> finish(const std::string& object);

 private:
  class Sum;
  std::vector<std::unique_ptr<Sum>> sums_;
};

}  // namespace otomo::io
