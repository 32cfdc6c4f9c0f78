// SPDX-License-Identifier: Apache-2.0
//
// The objects of a listing, ten million of them in the memory of some hundred thousand: each is written as what differs
// from the one before, in blocks that can be read alone. Blocks beyond ObjectStore's memory lie in a file without a
// name.
//
//   block   = object*                                  kObjectsPerBlock of them; fewer in a list's last
//   object  = flags shared length suffix size [change] [etag]
//   flags     1 standard input, 2 archived, 4 has a change; 8 and 16: EtagForm
//   shared    bytes of the path that are those of the path before; of a block's first object 0
//   change    of the last change, in microseconds, as the way from that before it in the block: times two, and
//             less one where it leads back
//   etag      16 bytes that are an MD5, or length and text
//
// Numbers are LEB128. A list is written by one thread; once it is finished, any thread may read.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace otomo::io {

struct Object {
  bool is_stdin = false;
  bool is_archived = false;  // in S3: in Glacier, so that it cannot be read
  std::uint16_t source = 0;  // the caller's number of where it is from
  std::uint64_t size_bytes = 0;
  std::optional<std::int64_t> modified_us;  // nullopt: a pipe
  std::string path;
  std::string etag;  // in S3, where the server knows one

  bool is_s3() const { return is_s3_url(path); }
  static bool is_s3_url(std::string_view text) { return text.starts_with("s3://"); }
  // The path up to and with its last slash, and what follows.
  std::string_view folder() const { return std::string_view(path).substr(0, path.rfind('/') + 1); }
  std::string_view name() const { return std::string_view(path).substr(path.rfind('/') + 1); }
};

// Where lists keep their blocks. Any thread.
class ObjectStore {
 public:
  static constexpr std::size_t kMemoryBytes = std::size_t{32} * 1024 * 1024;

  // `folder`: where the file is made, once there is need of one.
  explicit ObjectStore(std::string folder, std::size_t memory_bytes = kMemoryBytes)
      : folder_(std::move(folder)), memory_left_(static_cast<std::int64_t>(memory_bytes)) {}
  ~ObjectStore();
  ObjectStore(const ObjectStore&) = delete;
  ObjectStore& operator=(const ObjectStore&) = delete;

  // What went wrong first: then blocks are missing.
  Result<void> failure() const;

 private:
  friend class ObjectList;

  bool take_memory(std::size_t bytes);
  void give_memory(std::size_t bytes) { memory_left_ += static_cast<std::int64_t>(bytes); }
  std::uint64_t write(std::string_view bytes);
  bool read(std::uint64_t offset, std::string& out) const;
  void fail(const std::string& doing, int code);

  const std::string folder_;
  std::atomic<std::int64_t> memory_left_;
  mutable std::mutex mutex_;
  int file_ = -1;
  std::uint64_t file_bytes_ = 0;
  std::optional<Error> failure_;
};

class ObjectList {
 public:
  static constexpr std::size_t kObjectsPerBlock = 64;

  // nullptr: everything stays in memory.
  explicit ObjectList(std::shared_ptr<ObjectStore> store = nullptr) : store_(std::move(store)) {}
  ~ObjectList() { clear(); }
  ObjectList(ObjectList&& other) noexcept { swap(other); }
  ObjectList& operator=(ObjectList&& other) noexcept {
    swap(other);
    return *this;
  }

  void append(const Object& object);
  // Puts `more` behind, as objects of `source` where that is said; it is empty then. REQUIRES: the same store.
  void append_all(ObjectList more, std::optional<std::uint16_t> source = {});

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::uint64_t objects_bytes() const { return objects_bytes_; }  // the sum of their sizes
  const std::shared_ptr<ObjectStore>& store() const { return store_; }

  // One of them, for whoever needs few.
  Object at(std::size_t number) const;

 private:
  friend class ObjectCursor;

  struct Block {
    std::unique_ptr<char[]> memory;  // nullptr: in the store's file
    std::uint64_t offset = 0;
    std::uint32_t first = 0;  // the number of its first object
    std::uint32_t bytes = 0;
    std::uint16_t source = 0;
  };

  void swap(ObjectList& other) noexcept;
  void clear();
  void seal();
  // The bytes of a block; those of the tail behind the last. `room` holds them where they lie in the file.
  std::string_view bytes_of(std::size_t block, std::string& room) const;
  std::size_t first_of(std::size_t block) const { return block < blocks_.size() ? blocks_[block].first : tail_first_; }

  std::shared_ptr<ObjectStore> store_;
  std::vector<Block> blocks_;
  std::size_t size_ = 0;
  std::uint64_t objects_bytes_ = 0;
  // The block that is being written.
  std::string tail_;
  std::size_t tail_first_ = 0;
  std::uint16_t tail_source_ = 0;
  std::string last_path_;
  std::int64_t last_modified_us_ = 0;
};

// Reads a finished list, best in its order. One thread; the list must live as long and stay where it is.
class ObjectCursor {
 public:
  explicit ObjectCursor(const ObjectList& list) : list_(&list) {}
  ObjectCursor(const ObjectCursor&) = delete;
  ObjectCursor& operator=(const ObjectCursor&) = delete;

  // Valid until the next call. REQUIRES: there is an object of that number. What the store has lost has no path.
  const Object& at(std::size_t number);
  // The next one; nullptr: there is none.
  const Object* next() { return next_ < list_->size() ? &at(next_) : nullptr; }
  // What next() gave last.
  std::size_t number() const { return next_ - 1; }

 private:
  void open(std::size_t block);
  void decode();

  const ObjectList* list_;
  std::size_t block_ = 0;
  std::size_t block_end_ = 0;  // the number behind its last object; 0: no block is open
  std::size_t next_ = 0;       // the number of the object that decode() gives
  std::string_view rest_;
  std::string room_;
  Object object_;
  std::int64_t modified_us_ = 0;
};

// One list of several, each sorted by path: sorted, each path once, of the first list that has it.
ObjectList merge_sorted(std::vector<ObjectList> lists, const std::shared_ptr<ObjectStore>& store);

}  // namespace otomo::io
