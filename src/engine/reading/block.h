// SPDX-License-Identifier: Apache-2.0
//
// A block: plain bytes of one object, starting at a record. It lives as long as anything that points into it. Filled
// by one thread, then read only.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/read_buffer.h"
#include "io/codecs/codec.h"

namespace otomo::engine {

class Block {
 public:
  explicit Block(std::size_t capacity) : bytes_(capacity + kBlockPaddingBytes), capacity_(capacity) {
    std::memset(bytes_.data() + capacity, 0, kBlockPaddingBytes);
  }

  char* data() { return bytes_.data(); }
  std::size_t capacity() const { return capacity_; }
  std::string_view text() const { return {bytes_.data() + begin, size - begin}; }

  std::size_t begin = 0;                      // of the records
  std::size_t size = 0;                       // end of the records
  std::uint64_t offset = 0;                   // of byte `begin` in the uncompressed object
  std::uint64_t number = 0;                   // within the object
  std::optional<io::Damage> damage;           // the object ends here, damaged
  bool overlong = false;                      // the block is the start of one line that is longer than the limit
  std::shared_ptr<const std::string> header;  // the line before it that says what its lines mean; null: the head does

 private:
  ReadBuffer bytes_;
  std::size_t capacity_;
};

using BlockPointer = std::shared_ptr<Block>;

inline constexpr std::size_t kKeptBlockBytesMax = 8 * kBlockBytes;

// Blocks for one thread, used again as soon as nobody else holds them: fresh memory costs as much as reading into it.
class BlockPool {
 public:
  explicit BlockPool(std::size_t kept_max = 4) : kept_max_(kept_max) {}

  BlockPointer take(std::size_t capacity) {
    for (BlockPointer& kept : kept_) {
      if (kept.use_count() == 1 && kept->capacity() >= capacity && kept->capacity() <= 2 * capacity) {
        std::atomic_thread_fence(std::memory_order_acquire);  // the last holder may have been another thread
        reset(*kept);
        return kept;
      }
    }
    auto made = std::make_shared<Block>(capacity);
    // Over-long records make blocks that are not worth keeping.
    if (capacity > kKeptBlockBytesMax) return made;
    if (kept_.size() < kept_max_) {
      kept_.push_back(made);
    } else {
      kept_[next_++ % kept_max_] = made;
    }
    return made;
  }

 private:
  static void reset(Block& block) {
    block.begin = 0;
    block.size = 0;
    block.offset = 0;
    block.number = 0;
    block.damage.reset();
    block.overlong = false;
    block.header.reset();
  }

  std::size_t kept_max_;
  std::vector<BlockPointer> kept_;
  std::size_t next_ = 0;
};

}  // namespace otomo::engine
