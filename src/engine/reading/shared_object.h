// SPDX-License-Identifier: Apache-2.0
//
// One large line-based object that several workers read together: a plain file cut into ranges, or a compressed one
// that a thread of its own inflates. Every block holds whole records: lines, and where the format says so the lines
// that belong to them. Any thread may take; knows of a format only what a header is and where a record starts.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/result.h"
#include "engine/reading/block.h"
#include "formats/format.h"
#include "io/byte_source.h"
#include "io/decoded_source.h"

namespace otomo::engine {

class SharedObject {
 public:
  SharedObject(std::uint32_t object, const formats::Format* format, std::string_view head,
               formats::StartsRecord starts_record)
      : starts_record_(starts_record), object_(object), format_(format), head_(head), head_bytes_(head.size()) {
    head_.append(kBlockPaddingBytes, '\0');
  }
  virtual ~SharedObject() = default;

  // The next block, or nullptr when all have been taken.
  virtual Result<BlockPointer> take(BlockPool& pool) = 0;

  std::uint32_t object() const { return object_; }
  const formats::Format* format() const { return format_; }
  // Its first plain bytes, with kBlockPaddingBytes behind them.
  std::string_view head() const { return std::string_view(head_).substr(0, head_bytes_); }
  // Bytes of the stored object that were read since the last call.
  std::uint64_t take_stored_bytes() { return stored_bytes_.exchange(0); }

 protected:
  // The first newline in [`from`, `end`) behind which a record starts, or nullptr; `ended`: the object ends at `end`.
  // `unsure`, where it is not null, becomes the first newline whose line is not in sight far enough to say, or nullptr.
  const char* find_record_end(const char* from, const char* end, bool ended, const char** unsure = nullptr) const;
  // The last one for sure, where the object goes on behind `end`.
  const char* find_last_record_end(const char* begin, const char* end) const;

  std::atomic<std::uint64_t> stored_bytes_{0};
  const formats::StartsRecord starts_record_;  // nullptr: every line does

 private:
  std::uint32_t object_;
  const formats::Format* format_;
  std::string head_;
  std::size_t head_bytes_;
};

// `range_bytes` apart; each range owns the records that start behind its first byte, up to and with the first byte of
// the next.
class RangeObject final : public SharedObject {
 public:
  RangeObject(std::uint32_t object, const formats::Format* format, std::string_view head,
              formats::StartsRecord starts_record, std::unique_ptr<io::RandomAccess> file, std::uint64_t size_bytes,
              std::uint64_t range_bytes)
      : SharedObject(object, format, head, starts_record),
        file_(std::move(file)),
        size_bytes_(size_bytes),
        range_bytes_(range_bytes) {}

  Result<BlockPointer> take(BlockPool& pool) override;

 private:
  Result<BlockPointer> read_range(BlockPool& pool, std::uint64_t number);
  void pass_header(std::uint64_t number, Block* block);

  std::unique_ptr<io::RandomAccess> file_;
  std::uint64_t size_bytes_;
  std::uint64_t range_bytes_;
  std::atomic<std::uint64_t> next_{0};
  std::atomic<bool> shrunk_told_{false};

  // The last header in the ranges before number `headers_passed_`.
  std::mutex mutex_;
  std::condition_variable passed_;
  std::uint64_t headers_passed_ = 0;
  std::shared_ptr<const std::string> header_;
};

// Decodes in a thread of its own, at most kBlocksAhead blocks ahead of the workers.
class StreamObject final : public SharedObject {
 public:
  // `head` was already read from `source`.
  StreamObject(std::uint32_t object, const formats::Format* format, formats::StartsRecord starts_record,
               std::unique_ptr<io::DecodedSource> source, std::string_view head, std::function<bool()> interrupted);
  ~StreamObject() override;

  Result<BlockPointer> take(BlockPool& pool) override;

 private:
  static constexpr std::size_t kBlocksAhead = 6;

  void decode(std::stop_token stop, std::string head);
  bool push(std::stop_token& stop, BlockPointer block);

  std::unique_ptr<io::DecodedSource> source_;
  std::function<bool()> interrupted_;
  BlockPool pool_{3 * kBlocksAhead};  // those ahead, and what the workers and the database's vectors hold
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<BlockPointer> ready_;
  bool ended_ = false;
  std::optional<Error> error_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace otomo::engine
