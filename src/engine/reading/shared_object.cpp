// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/shared_object.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace otomo::engine {

namespace {

// Read behind a range for the line that reaches over its end; nearly every line is shorter.
constexpr std::size_t kBehindRangeBytes = 16 * 1024;
// A record is known to be too long when this many of its bytes hold no end: where the next one starts may be out of
// sight behind the limit itself.
constexpr std::size_t kOverlongBytesMin = kRecordBytesMax + formats::kRecordStartBytesMax + 1;
constexpr auto kInterruptPeriod = std::chrono::milliseconds(50);

const char* find_newline(const char* begin, const char* end) {
  return static_cast<const char*>(std::memchr(begin, '\n', static_cast<std::size_t>(end - begin)));
}

}  // namespace

const char* SharedObject::find_record_end(const char* from, const char* end, bool ended, const char** unsure) const {
  if (unsure != nullptr) *unsure = nullptr;
  while (true) {
    const char* newline = find_newline(from, end);
    if (newline == nullptr || starts_record_ == nullptr) return newline;
    const auto behind = static_cast<std::size_t>(end - newline - 1);
    if (behind < formats::kRecordStartBytesMax && !ended) {
      if (unsure != nullptr) *unsure = newline;
      return nullptr;
    }
    if (starts_record_({newline + 1, behind})) return newline;
    from = newline + 1;
  }
}

const char* SharedObject::find_last_record_end(const char* begin, const char* end) const {
  const char* to = end;
  while (true) {
    const auto* newline = static_cast<const char*>(memrchr(begin, '\n', static_cast<std::size_t>(to - begin)));
    if (newline == nullptr || starts_record_ == nullptr) return newline;
    const auto behind = static_cast<std::size_t>(end - newline - 1);
    if (behind >= formats::kRecordStartBytesMax && starts_record_({newline + 1, behind})) return newline;
    to = newline;
  }
}

Result<BlockPointer> RangeObject::take(BlockPool& pool) {
  while (true) {
    const std::uint64_t number = next_.fetch_add(1);
    if (number * range_bytes_ >= size_bytes_) return BlockPointer{};
    auto block = read_range(pool, number);
    if (format() != nullptr && format()->last_header) pass_header(number, block ? block->get() : nullptr);
    if (!block || *block != nullptr) return block;
  }
}

// Each range hands on to the next which header holds at its end. Ranges are taken in their order, and whoever has taken
// one comes here, whatever became of it: so the wait is for a read that has begun. `block` may be null.
void RangeObject::pass_header(std::uint64_t number, Block* block) {
  const std::string_view last = block == nullptr ? std::string_view{} : format()->last_header(block->text());
  std::unique_lock lock(mutex_);
  passed_.wait(lock, [&] { return headers_passed_ == number; });
  if (block != nullptr) block->header = header_;
  if (!last.empty()) header_ = std::make_shared<const std::string>(last);
  ++headers_passed_;
  passed_.notify_all();
}

// nullptr: no record starts in the range, and there is nothing to tell of it.
Result<BlockPointer> RangeObject::read_range(BlockPool& pool, std::uint64_t number) {
  const std::uint64_t start = number * range_bytes_;
  const auto own = static_cast<std::size_t>(std::min(range_bytes_, size_bytes_ - start));
  std::size_t capacity = static_cast<std::size_t>(range_bytes_) + kBehindRangeBytes;
  BlockPointer block = pool.take(capacity);
  auto filled = file_->read_at(start, {block->data(), capacity});
  if (!filled) return std::unexpected(filled.error());
  stored_bytes_ += std::min(*filled, own);
  block->number = number;
  if (*filled < own && !shrunk_told_.exchange(true)) block->damage = io::shrunk_damage();
  const char* text = block->data();
  if (start > 0) {
    // What is behind the range shows where a record starts at its very end.
    const char* newline = find_record_end(text, text + *filled, *filled < capacity);
    if (newline == nullptr || newline - text >= static_cast<std::ptrdiff_t>(own)) {
      if (!block->damage) return BlockPointer{};
      block->begin = block->size = *filled;
      block->offset = start + *filled;
      return block;
    }
    block->begin = static_cast<std::size_t>(newline - text) + 1;
  }
  block->offset = start + block->begin;
  // The last record starts at or before byte `own`; find its end, reading on as long as there is none.
  std::size_t searched = own;
  while (true) {
    text = block->data();
    const char* unsure = nullptr;
    const char* newline =
        searched < *filled ? find_record_end(text + searched, text + *filled, *filled < capacity, &unsure) : nullptr;
    if (newline != nullptr) {
      block->size = static_cast<std::size_t>(newline - text) + 1;
      return block;
    }
    searched = unsure == nullptr ? *filled : static_cast<std::size_t>(unsure - text);
    if (*filled < capacity) {  // the object's end
      block->size = *filled;
      return block->begin < block->size || block->damage ? block : BlockPointer{};
    }
    if (capacity - block->begin > kOverlongBytesMin + range_bytes_) {
      // Give the whole records; the long one that follows them is found too long by the worker.
      block->size = searched;
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

StreamObject::StreamObject(std::uint32_t object, const formats::Format* format, formats::StartsRecord starts_record,
                           std::unique_ptr<io::DecodedSource> source, std::string_view head,
                           std::function<bool()> interrupted)
    : SharedObject(object, format, head.substr(0, kDetectionBytesMax), starts_record),
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
  std::shared_ptr<const std::string> header;
  bool ended = false;
  bool skipping = false;  // inside a line that was found too long
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
      const char* unsure = nullptr;
      const char* newline = find_record_end(text, text + filled, ended, &unsure);
      if (newline == nullptr && !ended) {
        const std::size_t passed = unsure == nullptr ? filled : static_cast<std::size_t>(unsure - text);
        carry.assign(text + passed, filled - passed);
        offset += passed;
        continue;
      }
      block->begin = newline == nullptr ? filled : static_cast<std::size_t>(newline - text) + 1;
      block->offset += block->begin;
      skipping = false;
    }
    std::size_t whole = filled;
    if (!ended) {
      const char* newline = find_last_record_end(text + block->begin, text + filled);
      if (newline != nullptr) {
        whole = static_cast<std::size_t>(newline - text) + 1;
      } else if (filled - block->begin >= kOverlongBytesMin) {
        block->overlong = true;
        skipping = true;
        const char* unsure = nullptr;
        find_record_end(text + block->begin, text + filled, false, &unsure);
        if (unsure != nullptr) whole = static_cast<std::size_t>(unsure - text);
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
    block->header = header;
    if (format() != nullptr && format()->last_header) {
      const std::string_view last = format()->last_header(block->text());
      if (!last.empty()) header = std::make_shared<const std::string>(last);
    }
    if (ended) block->damage = source_->damage();
    if ((block->begin < block->size || block->damage) && !push(stop, std::move(block))) return;
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

}  // namespace otomo::engine
