// SPDX-License-Identifier: Apache-2.0
#include "io/checksums.h"

#include <isa-l/crc.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "aws/digest.h"
#include "base/base64.h"

namespace otomo::io {

namespace {

// Eight bytes per step, by a table for each ("slicing by 8").
constexpr std::size_t kSlices = 8;
using Table = std::array<std::array<std::uint64_t, 256>, kSlices>;

constexpr Table make_table() {
  constexpr std::uint64_t kPolynomial = 0x9A6C9329AC4BC9B5;  // reflected
  Table table{};
  for (std::uint64_t byte = 0; byte < 256; ++byte) {
    std::uint64_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0);
    table[0][byte] = crc;
  }
  for (std::size_t slice = 1; slice < kSlices; ++slice) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint64_t before = table[slice - 1][byte];
      table[slice][byte] = (before >> 8U) ^ table[0][before & 0xFFU];
    }
  }
  return table;
}

constexpr Table kTable = make_table();

// The number's bytes, the highest one first.
template <class Number>
std::string big_endian(Number number) {
  std::string bytes;
  for (std::size_t i = sizeof(Number); i > 0; --i) bytes += static_cast<char>((number >> (8 * (i - 1))) & 0xFFU);
  return bytes;
}

}  // namespace

std::uint64_t crc64_nvme(std::uint64_t crc, std::string_view bytes) {
  crc = ~crc;
  while (bytes.size() >= kSlices) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), kSlices);
    word ^= crc;
    crc = 0;
    for (std::size_t i = 0; i < kSlices; ++i) crc ^= kTable[kSlices - 1 - i][(word >> (8 * i)) & 0xFFU];
    bytes.remove_prefix(kSlices);
  }
  for (const char c : bytes) crc = (crc >> 8U) ^ kTable[0][(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  return ~crc;
}

std::string sha256_hex(std::string_view bytes) { return aws::hex(aws::bytes_of(aws::sha256(bytes))); }

HexDigest::HexDigest(Kind kind)
    : digest_(
          std::make_unique<aws::Digest>(kind == Kind::kMd5 ? aws::Digest::Kind::kMd5 : aws::Digest::Kind::kSha256)) {}
HexDigest::~HexDigest() = default;
void HexDigest::add(std::string_view bytes) { digest_->add(bytes); }
std::string HexDigest::hex() { return aws::hex(digest_->finish()); }

class ChecksumCheck::Sum {
 public:
  explicit Sum(StatedChecksum stated) : stated_(std::move(stated)) {
    if (stated_.algorithm == "SHA1") digest_.emplace(aws::Digest::Kind::kSha1);
    if (stated_.algorithm == "SHA256") digest_.emplace(aws::Digest::Kind::kSha256);
  }

  static bool is_known(std::string_view algorithm) {
    return algorithm == "CRC32" || algorithm == "CRC32C" || algorithm == "CRC64NVME" || algorithm == "SHA1" ||
           algorithm == "SHA256";
  }

  void add(std::string_view bytes) {
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    if (digest_) {
      digest_->add(bytes);
    } else if (stated_.algorithm == "CRC32") {
      crc32_ = crc32_gzip_refl(crc32_, data, bytes.size());
    } else if (stated_.algorithm == "CRC32C") {
      for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kStep))) {
        crc32c_ = crc32_iscsi(reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data())),
                              static_cast<int>(std::min(bytes.size(), kStep)), crc32c_);
      }
    } else {
      crc64_ = crc64_nvme(crc64_, bytes);
    }
  }

  bool fits() {
    if (digest_) return encode_base64(digest_->finish()) == stated_.value;
    if (stated_.algorithm == "CRC32") return encode_base64(big_endian(crc32_)) == stated_.value;
    if (stated_.algorithm == "CRC32C") return encode_base64(big_endian(~crc32c_)) == stated_.value;
    return encode_base64(big_endian(crc64_)) == stated_.value;
  }

  const std::string& algorithm() const { return stated_.algorithm; }

 private:
  static constexpr std::size_t kStep = std::size_t{1} << 30U;  // ISA-L counts in an int

  const StatedChecksum stated_;
  std::optional<aws::Digest> digest_;
  std::uint32_t crc32_ = 0;
  std::uint32_t crc32c_ = ~0U;
  std::uint64_t crc64_ = 0;
};

ChecksumCheck::ChecksumCheck(const std::vector<StatedChecksum>& stated) {
  for (const StatedChecksum& one : stated) {
    if (!one.of_parts && Sum::is_known(one.algorithm)) sums_.push_back(std::make_unique<Sum>(one));
  }
}

ChecksumCheck::~ChecksumCheck() = default;

void ChecksumCheck::add(std::string_view bytes) {
  for (const auto& sum : sums_) sum->add(bytes);
}

Result<void> ChecksumCheck::finish(const std::string& object) {
  for (const auto& sum : sums_) {
    if (sum->fits()) continue;
    return world_error(object + ": its bytes do not fit the " + sum->algorithm() + " that S3 keeps of it",
                       "they were changed on the way: ask again; if it stays so, the object is damaged where it lies");
  }
  return {};
}

}  // namespace otomo::io
