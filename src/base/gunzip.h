// SPDX-License-Identifier: Apache-2.0
//
// gzip (RFC 1952) in memory, for what stands compressed inside a record: all of it is there, and what comes out is
// bounded. Objects are decoded by io/codecs instead, in portions. One thread at a time; reuse one, for its buffer.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

struct libdeflate_decompressor;

namespace otomo {

class Gunzip {
 public:
  enum class Outcome : std::uint8_t { kDone, kCorrupt, kTooLong };

  Gunzip();
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  static bool starts(std::string_view stored) { return stored.starts_with("\x1f\x8b\x08"); }

  // Decodes the members in `stored`, one after another, to at most `size_max` bytes. What does not end with a whole
  // member is corrupt, and nothing of it comes out.
  Outcome decode(std::string_view stored, std::size_t size_max);
  // What the last decode() gave, until the next one.
  std::string_view text() const { return {bytes_.get(), size_}; }

 private:
  void grow(std::size_t capacity);

  libdeflate_decompressor* decompressor_;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace otomo
