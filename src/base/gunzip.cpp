// SPDX-License-Identifier: Apache-2.0
#include "base/gunzip.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>

namespace otomo {

namespace {
constexpr std::size_t kFirstBytes = 64 * 1024;
// Text that machines write seldom shrinks to less than this part.
constexpr std::size_t kUsualRatio = 8;
}  // namespace

Gunzip::Gunzip() : decompressor_(libdeflate_alloc_decompressor()) {}
Gunzip::~Gunzip() { libdeflate_free_decompressor(decompressor_); }

void Gunzip::grow(std::size_t capacity) {
  auto larger = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
  bytes_ = std::move(larger);
  capacity_ = capacity;
}

Gunzip::Outcome Gunzip::decode(std::string_view stored, std::size_t size_max) {
  size_ = 0;
  const std::size_t expected = std::min(size_max, std::max(kFirstBytes, stored.size() * kUsualRatio));
  if (capacity_ < expected) grow(expected);
  do {
    std::size_t taken = 0;
    std::size_t written = 0;
    const std::size_t room = std::min(capacity_, size_max) - size_;
    const libdeflate_result result = libdeflate_gzip_decompress_ex(decompressor_, stored.data(), stored.size(),
                                                                   bytes_.get() + size_, room, &taken, &written);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
      if (capacity_ >= size_max) {
        size_ = 0;
        return Outcome::kTooLong;
      }
      grow(std::min(size_max, capacity_ * 2));
      continue;
    }
    if (result != LIBDEFLATE_SUCCESS) {
      size_ = 0;
      return Outcome::kCorrupt;
    }
    size_ += written;
    stored.remove_prefix(taken);
  } while (!stored.empty());
  return Outcome::kDone;
}

}  // namespace otomo
