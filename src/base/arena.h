// SPDX-License-Identifier: Apache-2.0
//
// Memory for text that is made while a batch is filled: unescaped, decoded or repaired strings.
// Everything is given back at once by clear(). One thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "base/limits.h"

namespace otomo {

class Arena {
 public:
  // At least `size_bytes` writable bytes, valid until clear() or the arena's end, with kBlockPaddingBytes readable ones
  // behind them.
  char* allocate(std::size_t size_bytes) {
    if (size_bytes > left_) grow(size_bytes);
    char* place = next_;
    next_ += size_bytes;
    left_ -= size_bytes;
    return place;
  }

  // Gives back the tail of the last allocation, which turned out to need only `used` of `allocated`.
  void shrink_last(std::size_t allocated, std::size_t used) {
    next_ -= allocated - used;
    left_ += allocated - used;
  }

  std::string_view copy(std::string_view text) {
    char* place = allocate(text.size() + 1);  // never null, also for an empty text
    std::memcpy(place, text.data(), text.size());
    shrink_last(text.size() + 1, text.size());
    return {place, text.size()};
  }

  // What was allocated, and what was left over on the way.
  std::size_t used_bytes() const { return all_bytes_ - left_; }

  void clear() {
    // The last is the largest; one that was made for a single text is not kept.
    const bool keeps = !chunks_.empty() && chunks_.back().size_bytes <= kChunkBytesMax;
    chunks_.erase(chunks_.begin(), chunks_.end() - (keeps ? 1 : 0));
    next_ = keeps ? chunks_.back().bytes.get() : nullptr;
    all_bytes_ = left_ = keeps ? chunks_.back().size_bytes : 0;
  }

 private:
  static constexpr std::size_t kChunkBytesMax = 4 * 1024 * 1024;

  struct Chunk {
    std::unique_ptr<char[]> bytes;
    std::size_t size_bytes;
  };

  void grow(std::size_t size_bytes) {
    std::size_t wanted = std::max<std::size_t>(size_bytes, chunks_.empty() ? 64 * 1024 : chunks_.back().size_bytes * 2);
    wanted = std::max(size_bytes, std::min(wanted, kChunkBytesMax));
    chunks_.push_back({std::make_unique_for_overwrite<char[]>(wanted + kBlockPaddingBytes), wanted});
    std::memset(chunks_.back().bytes.get() + wanted, 0, kBlockPaddingBytes);
    next_ = chunks_.back().bytes.get();
    left_ = wanted;
    all_bytes_ += wanted;
  }

  std::vector<Chunk> chunks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t all_bytes_ = 0;  // of the chunks
};

}  // namespace otomo
