// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/shared_object.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace otomo::engine {

namespace {

// Read behind a range for the record that reaches over its end; nearly every record is shorter.
constexpr std::size_t kBehindRangeBytes = 16 * 1024;
constexpr auto kInterruptPeriod = std::chrono::milliseconds(50);

}  // namespace

const char* SharedObject::find_border(const char* begin, const char* end) const {
  while (true) {
    const auto* newline = static_cast<const char*>(std::memchr(begin, '\n', static_cast<std::size_t>(end - begin)));
    if (newline == nullptr || start_ == RecordStart::kLine) return newline;
    if (newline + 1 == end) return nullptr;
    if (newline[1] == '{') return newline;
    begin = newline + 1;
  }
}

const char* SharedObject::find_last_border(const char* begin, const char* end) const {
  while (true) {
    const auto* newline = static_cast<const char*>(memrchr(begin, '\n', static_cast<std::size_t>(end - begin)));
    if (newline == nullptr || start_ == RecordStart::kLine) return newline;
    if (newline + 1 < end && newline[1] == '{') return newline;
    end = newline;
    if (begin == end) return nullptr;
  }
}

Result<BlockPointer> RangeObject::take(BlockPool& pool) {
  while (true) {
    const std::uint64_t number = next_.fetch_add(1);
    if (number * range_bytes_ >= size_bytes_) return BlockPointer{};
    auto block = read_range(pool, number);
    if (!block || *block != nullptr) return block;
  }
}

// nullptr: no record starts in the range.
Result<BlockPointer> RangeObject::read_range(BlockPool& pool, std::uint64_t number) {
  const std::uint64_t start = number * range_bytes_;
  const auto own = static_cast<std::size_t>(std::min(range_bytes_, size_bytes_ - start));
  std::size_t capacity = static_cast<std::size_t>(range_bytes_) + kBehindRangeBytes;
  BlockPointer block = pool.take(capacity);
  auto filled = file_->read_at(start, {block->data(), capacity});
  if (!filled) return std::unexpected(filled.error());
  stored_bytes_ += std::min(*filled, own);
  block->number = number;
  const char* text = block->data();
  if (start > 0) {
    const char* newline = find_border(text, text + *filled);
    if (newline == nullptr || newline - text >= static_cast<std::ptrdiff_t>(own)) return BlockPointer{};
    block->begin = static_cast<std::size_t>(newline - text) + 1;
  }
  block->offset = start + block->begin;
  // The last record starts at or before byte `own`; find its end, reading on as long as there is none.
  std::size_t searched = own;
  while (true) {
    text = block->data();
    const char* newline = searched < *filled ? find_border(text + searched, text + *filled) : nullptr;
    if (newline != nullptr) {
      block->size = static_cast<std::size_t>(newline - text) + 1;
      return block;
    }
    // A newline at the end may be a border, when it is seen what follows.
    searched = std::max(searched, *filled - std::min<std::size_t>(*filled, start_ == RecordStart::kLine ? 0 : 1));
    if (*filled < capacity) {  // the object's end
      block->size = *filled;
      return block->begin < block->size ? block : BlockPointer{};
    }
    if (capacity - block->begin > kRecordBytesMax + range_bytes_) {
      // Give the whole records; the long one that follows them is found too long by the worker.
      block->size = *filled;
      block->overlong = true;
      return block;
    }
    BlockPointer larger = pool.take(capacity * 2);
    std::memcpy(larger->data(), block->data(), *filled);
    larger->begin = block->begin;
    larger->offset = block->offset;
    larger->number = number;
    const auto more = file_->read_at(start + *filled, {larger->data() + *filled, capacity * 2 - *filled});
    if (!more) return std::unexpected(more.error());
    *filled += *more;
    capacity *= 2;
    block = std::move(larger);
  }
}

StreamObject::StreamObject(std::uint32_t object, const formats::Format* format,
                           std::unique_ptr<io::DecodedSource> source, std::string_view head,
                           std::function<bool()> interrupted, RecordStart start)
    : SharedObject(object, format, head.substr(0, kDetectionBytesMax), start),
      source_(std::move(source)),
      interrupted_(std::move(interrupted)),
      thread_([this, text = std::string(head)](std::stop_token stop) { decode(std::move(stop), text); }) {}

StreamObject::~StreamObject() {
  thread_.request_stop();
  changed_.notify_all();
}

Result<BlockPointer> StreamObject::take(BlockPool& /*pool*/) {
  std::unique_lock lock(mutex_);
  while (ready_.empty() && !ended_) {
    changed_.wait_for(lock, kInterruptPeriod);
    if (interrupted_()) return interrupted_error();
  }
  if (ready_.empty()) {
    if (error_) {
      Error error = *error_;
      error_.reset();
      return std::unexpected(std::move(error));
    }
    return BlockPointer{};
  }
  BlockPointer block = std::move(ready_.front());
  ready_.pop_front();
  changed_.notify_all();
  return block;
}

bool StreamObject::push(std::stop_token& stop, BlockPointer block) {
  std::unique_lock lock(mutex_);
  while (ready_.size() >= kBlocksAhead && !stop.stop_requested()) changed_.wait_for(lock, kInterruptPeriod);
  if (stop.stop_requested()) return false;
  ready_.push_back(std::move(block));
  changed_.notify_all();
  return true;
}

void StreamObject::decode(std::stop_token stop, std::string head) {
  std::string carry = std::move(head);
  std::uint64_t offset = 0;
  std::uint64_t number = 0;
  std::uint64_t stored = 0;
  bool ended = false;
  bool skipping = false;  // inside a record that was found too long
  while (!ended && !stop.stop_requested()) {
    const std::size_t capacity = std::max(kBlockBytes, carry.size() * 2);
    BlockPointer block = pool_.take(capacity);
    std::memcpy(block->data(), carry.data(), carry.size());
    const auto count = source_->read({block->data() + carry.size(), capacity - carry.size()});
    stored_bytes_ += source_->stored_bytes() - stored;
    stored = source_->stored_bytes();
    if (!count) {
      const std::lock_guard lock(mutex_);
      error_ = count.error();
      break;
    }
    std::size_t filled = carry.size() + *count;
    ended = *count < capacity - carry.size();
    const char* text = block->data();
    block->offset = offset;
    if (skipping) {
      const char* newline = find_border(text, text + filled);
      if (newline == nullptr && !ended) {
        const std::size_t kept = text[filled - 1] == '\n' ? 1 : 0;  // what follows tells what it is
        offset += filled - kept;
        carry.assign(text + filled - kept, kept);
        continue;
      }
      block->begin = newline == nullptr ? filled : static_cast<std::size_t>(newline - text) + 1;
      block->offset += block->begin;
      skipping = false;
    }
    std::size_t whole = filled;
    if (!ended) {
      const char* newline = find_last_border(text + block->begin, text + filled);
      if (newline != nullptr) {
        whole = static_cast<std::size_t>(newline - text) + 1;
      } else if (filled - block->begin > kRecordBytesMax) {
        block->overlong = true;
        skipping = true;
        if (start_ == RecordStart::kLineWithBrace && text[filled - 1] == '\n') whole = filled - 1;
      } else {
        carry.assign(text + block->begin, filled - block->begin);
        offset += block->begin;
        continue;
      }
    }
    carry.assign(text + whole, filled - whole);
    offset += whole;
    block->size = whole;
    block->number = number++;
    if (ended) block->damage = source_->damage();
    if ((block->begin < block->size || block->damage) && !push(stop, std::move(block))) return;
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

}  // namespace otomo::engine
