// SPDX-License-Identifier: Apache-2.0
#include "io/object_list.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <system_error>
#include <utility>

namespace otomo::io {

namespace {

enum Flag : std::uint8_t { kStdin = 1, kArchived = 2, kHasChange = 4, kEtagShift = 3 };
enum EtagForm : std::uint8_t { kNoEtag, kMd5, kOther };

constexpr std::size_t kMd5Bytes = 16;
// Blocks are closed before they are full where paths are long, so that reading one stays cheap.
constexpr std::size_t kBlockBytesMax = 16 * 1024;
// Lists that hold fewer objects per block than this are written anew where they are joined.
constexpr std::size_t kObjectsPerBlockMin = 16;

void put_number(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80U);
    value >>= 7U;
  }
  out += static_cast<char>(value);
}

std::uint64_t take_number(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) break;
  }
  return value;
}

std::string_view take_bytes(std::string_view& bytes, std::size_t count) {
  const std::string_view taken = bytes.substr(0, count);
  bytes.remove_prefix(taken.size());
  return taken;
}

// The way from one number to another, short where they are near.
std::uint64_t difference(std::int64_t from, std::int64_t to) {
  const std::uint64_t way = static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
  return way << 1U ^ (way >> 63U == 0 ? 0 : ~std::uint64_t{0});
}
std::int64_t moved_on(std::int64_t from, std::uint64_t difference) {
  const std::uint64_t way = difference >> 1U ^ ((difference & 1U) == 0 ? 0 : ~std::uint64_t{0});
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(from) + way);
}

int small_hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The bytes of `"d41d8cd98f00b204e9800998ecf8427e"`; false: it is not of that form.
bool put_md5(std::string& out, std::string_view etag) {
  if (etag.size() != 2 * kMd5Bytes + 2 || etag.front() != '"' || etag.back() != '"') return false;
  char bytes[kMd5Bytes];
  for (std::size_t i = 0; i < kMd5Bytes; ++i) {
    const int high = small_hex(etag[1 + 2 * i]);
    const int low = small_hex(etag[2 + 2 * i]);
    if (high < 0 || low < 0) return false;
    bytes[i] = static_cast<char>(high * 16 + low);
  }
  out.append(bytes, kMd5Bytes);
  return true;
}

void take_md5(std::string_view bytes, std::string& etag) {
  static constexpr const char* kDigits = "0123456789abcdef";
  etag.assign(1, '"');
  for (const char c : bytes) {
    etag += kDigits[static_cast<unsigned char>(c) >> 4U];
    etag += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  etag += '"';
}

}  // namespace

ObjectStore::~ObjectStore() {
  if (file_ >= 0) ::close(file_);
}

Result<void> ObjectStore::failure() const {
  const std::lock_guard lock(mutex_);
  if (failure_) return std::unexpected(*failure_);
  return {};
}

bool ObjectStore::take_memory(std::size_t bytes) {
  const auto wanted = static_cast<std::int64_t>(bytes);
  if (memory_left_.fetch_sub(wanted) >= wanted) return true;
  memory_left_ += wanted;
  return false;
}

void ObjectStore::fail(const std::string& doing, int code) {
  if (failure_) return;
  failure_ = Error{ErrorKind::kWorld,
                   doing + " " + folder_ + ": " + std::generic_category().message(code),
                   "many objects are listed: set TMPDIR to a folder with more room, or name fewer objects",
                   {}};
}

std::uint64_t ObjectStore::write(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t offset = file_bytes_;
  if (file_ < 0) {
    std::string name = folder_ + "/objects-XXXXXX";
    file_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (file_ < 0) {
      fail("making a file in", errno);
      return offset;
    }
    ::unlink(name.c_str());
  }
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(file_bytes_));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      fail("writing to a file in", count < 0 ? errno : ENOSPC);
      return offset;
    }
    file_bytes_ += static_cast<std::uint64_t>(count);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return offset;
}

bool ObjectStore::read(std::uint64_t offset, std::string& out) const {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const ssize_t count = ::pread(file_, out.data() + filled, out.size() - filled, static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    filled += static_cast<std::size_t>(count);
  }
  return true;
}

void ObjectList::swap(ObjectList& other) noexcept {
  std::swap(store_, other.store_);
  std::swap(blocks_, other.blocks_);
  std::swap(size_, other.size_);
  std::swap(objects_bytes_, other.objects_bytes_);
  std::swap(tail_, other.tail_);
  std::swap(tail_first_, other.tail_first_);
  std::swap(tail_source_, other.tail_source_);
  std::swap(last_path_, other.last_path_);
  std::swap(last_modified_us_, other.last_modified_us_);
}

void ObjectList::clear() {
  if (store_ != nullptr) {
    for (const Block& block : blocks_) {
      if (block.memory != nullptr) store_->give_memory(block.bytes);
    }
  }
  blocks_.clear();
  tail_.clear();
  size_ = tail_first_ = 0;
  objects_bytes_ = 0;
}

void ObjectList::append(const Object& object) {
  if (size_ - tail_first_ == kObjectsPerBlock || tail_.size() > kBlockBytesMax ||
      (object.source != tail_source_ && !tail_.empty())) {
    seal();
  }
  const bool is_first = tail_.empty();
  if (is_first) {
    tail_first_ = size_;
    tail_source_ = object.source;
    last_modified_us_ = 0;
  }
  const std::size_t flags_at = tail_.size();
  std::uint8_t flags = 0;
  if (object.is_stdin) flags |= kStdin;
  if (object.is_archived) flags |= kArchived;
  if (object.modified_us) flags |= kHasChange;
  tail_ += '\0';
  const std::string_view path = object.path;
  const std::size_t shared =
      is_first
          ? 0
          : static_cast<std::size_t>(
                std::mismatch(path.begin(), path.end(), last_path_.begin(), last_path_.end()).first - path.begin());
  put_number(tail_, shared);
  put_number(tail_, path.size() - shared);
  tail_ += path.substr(shared);
  put_number(tail_, object.size_bytes);
  if (object.modified_us) {
    put_number(tail_, difference(last_modified_us_, *object.modified_us));
    last_modified_us_ = *object.modified_us;
  }
  EtagForm form = kNoEtag;
  if (!object.etag.empty()) {
    form = kMd5;
    if (!put_md5(tail_, object.etag)) {
      form = kOther;
      put_number(tail_, object.etag.size());
      tail_ += object.etag;
    }
  }
  tail_[flags_at] = static_cast<char>(flags | static_cast<unsigned>(form) << kEtagShift);
  last_path_.replace(shared, std::string::npos, path.substr(shared));
  objects_bytes_ += object.size_bytes;
  ++size_;
}

void ObjectList::seal() {
  if (tail_.empty()) return;
  Block block;
  block.first = static_cast<std::uint32_t>(tail_first_);
  block.bytes = static_cast<std::uint32_t>(tail_.size());
  block.source = tail_source_;
  if (store_ == nullptr || store_->take_memory(tail_.size())) {
    block.memory = std::make_unique_for_overwrite<char[]>(tail_.size());
    std::memcpy(block.memory.get(), tail_.data(), tail_.size());
  } else {
    block.offset = store_->write(tail_);
  }
  blocks_.push_back(std::move(block));
  tail_.clear();
  last_path_.clear();
  tail_first_ = size_;
}

void ObjectList::append_all(ObjectList more, std::optional<std::uint16_t> source) {
  if (more.size_ < (more.blocks_.size() + 1) * kObjectsPerBlockMin) {
    ObjectCursor cursor(more);
    while (const Object* object = cursor.next()) {
      if (!source || object->source == *source) {
        append(*object);
        continue;
      }
      Object moved = *object;
      moved.source = *source;
      append(moved);
    }
    return;
  }
  seal();
  more.seal();
  for (Block& block : more.blocks_) {
    block.first += static_cast<std::uint32_t>(size_);
    block.source = source.value_or(block.source);
    blocks_.push_back(std::move(block));
  }
  more.blocks_.clear();
  size_ += more.size_;
  objects_bytes_ += more.objects_bytes_;
  tail_first_ = size_;
}

std::string_view ObjectList::bytes_of(std::size_t block, std::string& room) const {
  if (block == blocks_.size()) return tail_;
  const Block& wanted = blocks_[block];
  if (wanted.memory != nullptr) return {wanted.memory.get(), wanted.bytes};
  room.resize(wanted.bytes);
  if (!store_->read(wanted.offset, room)) room.clear();
  return room;
}

Object ObjectList::at(std::size_t number) const { return ObjectCursor(*this).at(number); }

void ObjectCursor::open(std::size_t block) {
  block_ = block;
  next_ = list_->first_of(block);
  block_end_ = block < list_->blocks_.size() ? list_->first_of(block + 1) : list_->size();
  rest_ = list_->bytes_of(block, room_);
  object_.source = block < list_->blocks_.size() ? list_->blocks_[block].source : list_->tail_source_;
  modified_us_ = 0;
}

void ObjectCursor::decode() {
  ++next_;
  if (rest_.empty()) {
    const std::uint16_t source = object_.source;
    object_ = Object();
    object_.source = source;
    return;
  }
  const auto flags = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  object_.is_stdin = (flags & kStdin) != 0;
  object_.is_archived = (flags & kArchived) != 0;
  const std::size_t shared = take_number(rest_);
  object_.path.replace(shared, std::string::npos, take_bytes(rest_, take_number(rest_)));
  object_.size_bytes = take_number(rest_);
  object_.modified_us.reset();
  if ((flags & kHasChange) != 0) {
    modified_us_ = moved_on(modified_us_, take_number(rest_));
    object_.modified_us = modified_us_;
  }
  switch (flags >> kEtagShift) {
    case kMd5: take_md5(take_bytes(rest_, kMd5Bytes), object_.etag); break;
    case kOther: object_.etag = take_bytes(rest_, take_number(rest_)); break;
    default: object_.etag.clear();
  }
}

const Object& ObjectCursor::at(std::size_t number) {
  if (block_end_ != 0 && number + 1 == next_) return object_;
  if (number < next_ || number >= block_end_) {
    const auto& blocks = list_->blocks_;
    if (block_end_ != 0 && number == block_end_) {
      open(block_ + 1);
    } else if (number >= list_->tail_first_) {
      open(blocks.size());
    } else {
      const auto behind =
          std::upper_bound(blocks.begin(), blocks.end(), number,
                           [](std::size_t n, const ObjectList::Block& block) { return n < block.first; });
      open(static_cast<std::size_t>(behind - blocks.begin()) - 1);
    }
  }
  while (next_ <= number) decode();
  return object_;
}

ObjectList merge_sorted(std::vector<ObjectList> lists, const std::shared_ptr<ObjectStore>& store) {
  if (lists.size() == 1) return std::move(lists.front());
  struct Head {
    explicit Head(const ObjectList& list) : cursor(list), object(cursor.next()) {}
    ObjectCursor cursor;
    const Object* object;
  };
  std::deque<Head> heads;
  for (const ObjectList& list : lists) heads.emplace_back(list);
  const auto behind = [&](std::size_t a, std::size_t b) {
    const int order = heads[a].object->path.compare(heads[b].object->path);
    return order == 0 ? a > b : order > 0;
  };
  std::vector<std::size_t> heap;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    if (heads[i].object != nullptr) heap.push_back(i);
  }
  std::make_heap(heap.begin(), heap.end(), behind);
  ObjectList merged(store);
  std::string last;
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), behind);
    Head& head = heads[heap.back()];
    if (merged.empty() || head.object->path != last) {
      merged.append(*head.object);
      last = head.object->path;
    }
    head.object = head.cursor.next();
    if (head.object == nullptr) {
      heap.pop_back();
    } else {
      std::push_heap(heap.begin(), heap.end(), behind);
    }
  }
  return merged;
}

}  // namespace otomo::io
