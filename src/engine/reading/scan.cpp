// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/scan.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstring>

#include "engine/reading/shared_object.h"
#include "formats/registry.h"

namespace otomo::engine {

namespace {

// Objects from this size on are shared between workers where their format allows it.
constexpr std::uint64_t kSharedBytesMin = 4 * 1024 * 1024;
// DuckDB numbers at most 10^13 blocks per scan.
constexpr std::uint64_t kBlockNumbers = 9'000'000'000'000;
constexpr std::uint64_t kBlocksPerObjectMax = 1ULL << 22;
constexpr std::uint64_t kRangeBytesMin = kBlockBytes;

}  // namespace

void ScanTotals::add(const formats::Counts& counts) {
  const std::lock_guard lock(mutex_);
  counts_ += counts;
}

formats::Counts ScanTotals::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void ScanTotals::add_unread(const Error& error) {
  ++objects_unread;
  const std::lock_guard lock(mutex_);
  if (unread_.size() < kUnreadKept) unread_.push_back(error);
}

std::vector<Error> ScanTotals::unread() const {
  const std::lock_guard lock(mutex_);
  return unread_;
}

Scan::Scan(ScanOptions options)
    : options_(std::move(options)),
      blocks_per_object_(std::min(kBlocksPerObjectMax,
                                  kBlockNumbers / std::max<std::uint64_t>(1, options_.listing->objects.size()))) {}

Scan::~Scan() = default;

ScanWorker::ScanWorker(Scan& scan) : scan_(scan), source_(std::make_unique<io::DecodedSource>()) {}
ScanWorker::~ScanWorker() = default;

std::uint64_t ScanWorker::order() const {
  const std::uint64_t within = block_ == nullptr ? 0 : block_->number;
  return object_ * scan_.blocks_per_object_ + std::min(within, scan_.blocks_per_object_ - 1);
}

formats::Batch& ScanWorker::batch_for(const formats::Format& format) {
  auto& batch = batches_[&format];
  if (batch == nullptr) {
    batch = std::make_unique<formats::Batch>(format.columns);
    scan_.options_.project(format, *batch);
  }
  return *batch;
}

Result<formats::Batch*> ScanWorker::next() {
  while (true) {
    if (scan_.options_.interrupted()) return interrupted_error();
    if (mode_ == Mode::kIdle) {
      const auto found = find_work();
      if (!found) return std::unexpected(found.error());
      if (!*found) return nullptr;
      if (mode_ == Mode::kIdle) {
        // An object without records: its report may be waiting.
        if (!reports.empty()) return nullptr;
        continue;
      }
    }
    batch_->clear();
    const std::string_view text = block_->text().substr(block_at_);
    const bool last = block_last_ && !block_->overlong;
    const std::size_t consumed =
        text.empty() && !last ? 0 : reader_->read(text, block_->offset + block_at_, last, *batch_);
    block_at_ += consumed;
    const bool stuck = consumed == 0 || block_at_ == block_->text().size();
    bool done = false;
    if (stuck && !batch_->full()) {
      if (block_last_ && block_->damage) {
        reject_damage(*block_->damage, block_->offset + block_->text().size());
        block_->damage.reset();
      }
      done = true;
    }
    count_batch();
    if (batch_->rows > 0 || !batch_->rejects.empty()) {
      if (done) block_at_ = block_->text().size();
      return batch_;
    }
    if (!done) continue;
    const auto more = next_block();
    if (!more) {
      if (more.error().kind == ErrorKind::kInterrupted) return std::unexpected(more.error());
      unread_object(more.error());
      continue;
    }
    if (!*more) finish_object();
    if (!reports.empty()) return nullptr;
  }
}

Result<bool> ScanWorker::find_work() {
  Scan& scan = scan_;
  std::unique_lock lock(scan.mutex_);
  while (true) {
    if (!scan.shared_.empty()) {
      share_ = scan.shared_.front();
      lock.unlock();
      share_object(share_);
      return true;
    }
    if (scan.next_object_ < scan.options_.objects.size()) {
      const std::uint32_t object = scan.options_.objects[scan.next_object_++];
      const bool is_last = scan.next_object_ == scan.options_.objects.size();
      ++scan.opening_;
      lock.unlock();
      const auto opened = open_object(object, is_last);
      lock.lock();
      --scan.opening_;
      lock.unlock();
      scan.changed_.notify_all();
      if (!opened) {
        if (opened.error().kind == ErrorKind::kInterrupted) return std::unexpected(opened.error());
        object_ = object;
        unread_object(opened.error());
      }
      return true;
    }
    if (scan.opening_ == 0) return false;
    scan.changed_.wait_for(lock, std::chrono::milliseconds(20));
    if (scan.options_.interrupted()) return interrupted_error();
  }
}

// Reads the object's head, decides what it is and how it is read.
Result<void> ScanWorker::open_object(std::uint32_t index, bool is_last) {
  const ScanOptions& options = scan_.options_;
  const io::Object& object = options.listing->objects[index];
  const std::string path = options.listing->path(object);
  object_ = index;
  stored_counted_ = 0;

  std::unique_ptr<io::ByteSource> bytes;
  if (object.is_stdin) {
    bytes = io::open_stdin();
  } else {
    auto file = io::open_file(path);
    if (!file) return std::unexpected(file.error());
    bytes = std::move(*file);
  }
  if (auto opened = source_->open(std::move(bytes)); !opened) return opened;

  const bool large = object.is_stdin || object.size_bytes >= kSharedBytesMin;
  block_ = pool_.take(kBlockBytes);
  const std::size_t head_bytes = large ? kDetectionBytesMax : block_->capacity();
  const auto filled = source_->read({block_->data(), head_bytes});
  if (!filled) return std::unexpected(filled.error());
  block_->size = *filled;
  block_last_ = *filled < head_bytes;
  const std::string_view head = block_->text().substr(0, kDetectionBytesMax);
  const formats::Format* format =
      options.forced != nullptr ? options.forced : formats::detect(path, head, block_last_ && *filled == head.size());
  if (format == nullptr || format->table.empty() || (options.wanted != nullptr && format != options.wanted)) {
    skip_object(format);
    return {};
  }
  if (format->newline_ends_record && large && !block_last_) {
    if (source_->codec() == nullptr && !object.is_stdin) {
      auto file = io::open_file_at(path);
      if (!file) return std::unexpected(file.error());
      const std::uint64_t range_bytes =
          std::max(kRangeBytesMin, object.size_bytes / (scan_.blocks_per_object_ - 1) + 1);
      share_ = std::make_shared<RangeObject>(index, format, std::move(*file), object.size_bytes, range_bytes);
    } else if (is_last) {
      share_ = std::make_shared<StreamObject>(index, format, std::move(source_), head, options.interrupted);
      source_ = std::make_unique<io::DecodedSource>();
    }
    if (share_ != nullptr) {
      {
        const std::lock_guard lock(scan_.mutex_);
        scan_.shared_.push_back(share_);
      }
      ++scan_.totals.objects_read;
      share_object(share_);
      return {};
    }
  }
  ++scan_.totals.objects_read;
  begin_object(index, format);
  mode_ = Mode::kSequential;
  if (block_last_) block_->damage = source_->damage();
  scan_.totals.plain_bytes += block_->size;
  part_plain_bytes_ += block_->size;
  scan_.totals.stored_bytes += source_->stored_bytes();
  stored_counted_ = source_->stored_bytes();
  return {};
}

void ScanWorker::begin_object(std::uint32_t object, const formats::Format* format) {
  object_ = object;
  format_ = format;
  block_at_ = 0;
  batch_ = &batch_for(*format);
  batch_->clear();
  reader_ = format->make_reader(scan_.options_.filter);
  key_facts_ = format->read_key(scan_.options_.listing->path(scan_.options_.listing->objects[object]))
                   .value_or(formats::KeyFacts{});
}

void ScanWorker::share_object(std::shared_ptr<SharedObject> shared) {
  share_ = std::move(shared);
  begin_object(share_->object(), share_->format());
  mode_ = Mode::kShared;
  block_ = std::make_shared<Block>(0);
  block_last_ = false;
}

void ScanWorker::skip_object(const formats::Format* format) {
  if (format == nullptr) {
    ++scan_.totals.objects_unknown;
  } else {
    ++scan_.totals.objects_other;
  }
  const io::Object& object = scan_.options_.listing->objects[object_];
  scan_.totals.stored_bytes += object.size_bytes;
  ++scan_.totals.objects_done;
  if (scan_.options_.reports) {
    format_ = format;
    key_facts_ = {};
    if (format != nullptr) {
      key_facts_ = format->read_key(scan_.options_.listing->path(object)).value_or(formats::KeyFacts{});
    }
    flush_reports(format == nullptr ? ObjectState::kUnknown : ObjectState::kRead,
                  format == nullptr ? "no known format" : "");
  }
  mode_ = Mode::kIdle;
}

void ScanWorker::unread_object(const Error& error) {
  scan_.totals.add_unread(error);
  ++scan_.totals.objects_done;
  if (scan_.options_.reports) flush_reports(ObjectState::kUnread, error.message);
  format_ = nullptr;
  mode_ = Mode::kIdle;
  share_.reset();
}

void ScanWorker::finish_object() {
  if (mode_ == Mode::kShared) {
    const std::lock_guard lock(scan_.mutex_);
    const auto place = std::find(scan_.shared_.begin(), scan_.shared_.end(), share_);
    if (place != scan_.shared_.end()) {
      scan_.shared_.erase(place);
      ++scan_.totals.objects_done;
    }
    share_.reset();
  } else {
    ++scan_.totals.objects_done;
  }
  if (scan_.options_.reports) flush_reports(ObjectState::kRead, "");
  mode_ = Mode::kIdle;
}

Result<bool> ScanWorker::next_block() {
  if (mode_ == Mode::kSequential) return continue_block();
  auto taken = share_->take(pool_);
  scan_.totals.stored_bytes += share_->take_stored_bytes();
  if (!taken) {
    // Nobody else needs to run into the same error.
    const std::lock_guard lock(scan_.mutex_);
    std::erase(scan_.shared_, share_);
    return std::unexpected(taken.error());
  }
  if (*taken == nullptr) return false;
  block_ = std::move(*taken);
  block_at_ = 0;
  block_last_ = true;  // whole lines only
  scan_.totals.plain_bytes += block_->text().size();
  part_plain_bytes_ += block_->text().size();
  reader_ = format_->make_reader(scan_.options_.filter);
  return true;
}

// The next block of an object that this worker reads alone: what is left of the last one, then more.
Result<bool> ScanWorker::continue_block() {
  if (block_last_) return false;
  const std::string_view rest = block_->text().substr(block_at_);
  const std::size_t capacity = std::max(kBlockBytes, rest.size() * 2);
  BlockPointer next = pool_.take(capacity);
  // The new bytes go to an aligned place: the kernel copies there twice as fast.
  const std::size_t begin = (64 - rest.size() % 64) % 64;
  if (begin + rest.size() >= capacity) next = pool_.take(capacity * 2);
  std::memcpy(next->data() + begin, rest.data(), rest.size());
  const std::size_t room = next->capacity() - begin - rest.size();
  const auto count = source_->read({next->data() + begin + rest.size(), room});
  if (!count) return std::unexpected(count.error());
  next->begin = begin;
  next->size = begin + rest.size() + *count;
  next->offset = block_->offset + block_at_;
  next->number = block_->number + 1;
  block_last_ = *count < room;
  if (block_last_) next->damage = source_->damage();
  block_ = std::move(next);
  block_at_ = 0;
  scan_.totals.plain_bytes += *count;
  part_plain_bytes_ += *count;
  scan_.totals.stored_bytes += source_->stored_bytes() - stored_counted_;
  stored_counted_ = source_->stored_bytes();
  return true;
}

void ScanWorker::reject_damage(const io::Damage& damage, std::uint64_t offset) {
  formats::RejectReason reason = formats::RejectReason::kCorruptData;
  if (damage.kind == io::DamageKind::kTrailingGarbage) reason = formats::RejectReason::kTrailingGarbage;
  if (damage.kind == io::DamageKind::kTruncated) reason = formats::RejectReason::kTruncated;
  batch_->add_reject(offset, reason, batch_->arena.copy(damage.detail), batch_->arena.copy(damage.raw));
}

// Adds what the last read brought to the totals and, where wanted, to the report.
void ScanWorker::count_batch() {
  const formats::Batch& batch = *batch_;
  scan_.totals.add(batch.counts);
  if (!scan_.options_.reports) return;
  formats::Counts others = batch.counts;
  others.records = 0;
  part_rejects_ += others;
  ObjectReport* part = nullptr;
  std::string_view account;
  std::string_view region;
  for (std::size_t row = 0; row < batch.rows; ++row) {
    const std::string_view row_account =
        batch.account_id.text[row].data() == nullptr ? key_facts_.account_id : batch.account_id.text[row];
    const std::string_view row_region =
        batch.region.text[row].data() == nullptr ? key_facts_.region : batch.region.text[row];
    if (part == nullptr || row_account != account || row_region != region) {
      account = row_account;
      region = row_region;
      part = &parts_[{std::string(account), std::string(region)}];
    }
    ++part->counts.records;
    if (batch.event_time.valid[row] != 0) {
      const std::int64_t instant = batch.event_time.integers[row];
      part->first_event_us = std::min(part->first_event_us.value_or(instant), instant);
      part->last_event_us = std::max(part->last_event_us.value_or(instant), instant);
    }
  }
}

void ScanWorker::flush_reports(ObjectState state, std::string reason) {
  if (parts_.empty()) parts_[{key_facts_.account_id, key_facts_.region}];
  bool first = true;
  for (auto& [place, part] : parts_) {
    part.object = object_;
    part.format = format_;
    part.state = state;
    part.account_id = place.first;
    part.region = place.second;
    if (first) {
      part.counts += part_rejects_;
      part.plain_bytes = part_plain_bytes_;
      part.reason = reason;
    }
    first = false;
    reports.push_back(std::move(part));
  }
  parts_.clear();
  part_rejects_ = {};
  part_plain_bytes_ = 0;
}

}  // namespace otomo::engine
