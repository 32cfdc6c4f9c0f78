// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/scan.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <chrono>
#include <cstring>

#include "base/time.h"
#include "engine/reading/shared_object.h"
#include "formats/object_facts.h"
#include "formats/registry.h"
#include "formats/side_file.h"
#include "io/archives.h"

namespace otomo::engine {

namespace {

// Objects from this size on are shared between workers where their format allows it.
constexpr std::uint64_t kSharedBytesMin = 4 * 1024 * 1024;
// DuckDB numbers at most 10^13 blocks per scan.
constexpr std::uint64_t kBlockNumbers = 9'000'000'000'000;
constexpr std::uint64_t kBlocksPerObjectMax = 1ULL << 22;
constexpr std::uint64_t kRangeBytesMin = kBlockBytes;
// Smaller objects are handed out by the group: as many as fill a block, but at most this part of what is left, so that
// all workers end at the same time.
constexpr std::uint64_t kGroupedBytesMax = kBlockBytes;
// Compressed objects with less than this are decoded in one call, into one block.
constexpr std::uint64_t kWholeBytesMax = kKeptBlockBytesMax;
constexpr std::size_t kGroupObjectsMax = 64;
constexpr std::size_t kGroupPartOfRest = 16;

// Damage so early that nobody can tell what the object is.
std::unexpected<Error> unreadable(const std::string& path, const io::Damage& damage) {
  return world_error("reading " + path + ": " + damage.detail,
                     "it is damaged before its first record; --format says what it is");
}

std::size_t rounded_up(std::size_t size) { return (size + 63) / 64 * 64; }

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
      blocks_per_object_(
          std::min(kBlocksPerObjectMax, kBlockNumbers / std::max<std::uint64_t>(1, options_.listing->objects.size()))),
      started_us_(now_us()),
      next_object_(options_.objects.next(0)),
      objects_left_(options_.objects.size()),
      cursor_(options_.listing->objects) {
  assert(!options_.merge_objects || (!options_.wanted.empty() && !options_.reports));
  if (objects_left_ == options_.listing->objects.size()) {
    stored_bytes_total_ = options_.listing->objects.objects_bytes();
  } else {
    io::ObjectCursor cursor(options_.listing->objects);
    for (std::size_t i = next_object_; i != options_.objects.end(); i = options_.objects.next(i + 1)) {
      stored_bytes_total_ += cursor.at(i).size_bytes;
    }
  }
  if (!options_.listing->s3.empty()) {
    read_ahead_ =
        io::S3ReadAhead::make(*options_.listing, options_.objects, options_.read_ahead_bytes, options_.interrupted);
  }
}

Scan::~Scan() = default;

ScanWorker::ScanWorker(Scan& scan)
    : scan_(scan),
      source_(std::make_unique<io::DecodedSource>()),
      messages_(*scan.options_.registry,
                scan.options_.wanted.empty() ? scan.options_.registry->all() : scan.options_.wanted,
                [this](const formats::Format& format) -> Reading& { return reading_for(format); }),
      cursor_(scan.options_.listing->objects) {}
ScanWorker::~ScanWorker() = default;

// Are its records only envelopes of those that are to be told?
bool ScanWorker::reads_messages(const formats::Format& format) const {
  const auto& wanted = scan_.options_.wanted;
  return format.messages != nullptr && !wanted.empty() && wanted.front()->table != format.table;
}

Reading& ScanWorker::reading_for(const formats::Format& format) {
  Reading& reading = readings_[&format];
  if (reading.batch == nullptr) {
    reading.batch = std::make_unique<formats::Batch>(format.columns);
    const bool inside = reads_messages(format);
    if (inside || (scan_.options_.wanted.empty() && format.messages != nullptr)) {
      MessageReader::project(*format.messages, *reading.batch);
    }
    if (!inside) scan_.options_.project(format, *reading.batch);
    static const formats::LiteralFilter kNoFilter;
    const auto filter = scan_.options_.filters.find(&format);
    reading.reader = format.make_reader(filter == scan_.options_.filters.end() ? kNoFilter : filter->second);
  }
  return reading;
}

const formats::KeyFacts& ScanWorker::key_facts() {
  if (!key_facts_) {
    key_facts_ = formats::object_facts(format_, object_.path, source().settings);
  }
  return *key_facts_;
}

Result<formats::Batch*> ScanWorker::next() {
  while (true) {
    if (scan_.options_.interrupted()) return interrupted_error();
    if (in_messages_) {
      if (formats::Batch* batch = next_message_batch()) {
        told_format_ = messages_.format();
        return batch;
      }
      continue;
    }
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
    order_ = number_ * scan_.blocks_per_object_ + std::min(block_->number, scan_.blocks_per_object_ - 1);
    const formats::Format& format = *format_;
    bool done = read_block();
    while (done && merge_next()) done = read_block();
    if (reads_messages(format)) {
      formats::Counts lost = batch_->counts;
      lost.records = 0;  // they are envelopes
      scan_.totals.add(lost);
      if (batch_->rows > 0) {
        messages_.start(*batch_, *format.messages, source());
        in_messages_ = true;
        continue;
      }
    } else {
      count_batch(*batch_);
      if (scan_.options_.wanted.empty() && format.messages != nullptr && batch_->rows > 0) {
        messages_.start(*batch_, *format.messages, source());
        if (scan_.options_.reports) {
          report_messages();
        } else {
          in_messages_ = true;
        }
      }
      if (batch_->rows > 0 || !batch_->rejects.empty()) {
        told_format_ = format_;
        // Whoever needs no more after this batch has seen all of the object.
        if (done && mode_ == Mode::kSequential && block_last_) count_done();
        return batch_;
      }
    }
    if (!done || mode_ == Mode::kIdle) continue;
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

// What the messages of batch_ hold, for the reports alone: its records are counted as what they are.
void ScanWorker::report_messages() {
  while (const formats::Batch* inner = messages_.next()) {
    report_batch(*inner, messages_.format());
    if (inner->counts.rejects == 0) continue;
    const formats::KeyFacts& key = key_facts();
    parts_[{messages_.format(), key.account_id, key.region}].counts.rejects += inner->counts.rejects;
    scan_.totals.add({.rejects = inner->counts.rejects});
  }
}

// The next records inside the envelopes of batch_; nullptr: there are no more.
formats::Batch* ScanWorker::next_message_batch() {
  while (formats::Batch* batch = messages_.next()) {
    if (scan_.options_.wanted.empty()) {
      // Their records are counted as what holds them.
      scan_.totals.add({.rejects = batch->counts.rejects});
    } else {
      count_batch(*batch);
    }
    if (batch->rows > 0 || !batch->rejects.empty()) return batch;
  }
  in_messages_ = false;
  return nullptr;
}

// Reads on in the block. True: all that can be read without more bytes is read.
bool ScanWorker::read_block() {
  const std::string_view text = block_->text().substr(block_at_);
  const bool last = block_last_ && !block_->overlong;
  const std::size_t consumed =
      text.empty() && !last ? 0 : reader_->read(text, block_->offset + block_at_, last, *batch_);
  block_at_ += consumed;
  if (batch_->full() || (consumed != 0 && block_at_ != block_->text().size())) return false;
  if (block_last_ && block_->damage) {
    tell_damage(*block_->damage, block_->offset + block_->text().size());
    block_->damage.reset();
  }
  return true;
}

Result<bool> ScanWorker::find_work() {
  Scan& scan = scan_;
  const auto open = [&](bool is_last) -> Result<void> {
    auto opened = open_object(is_last);
    if (opened || opened.error().kind == ErrorKind::kInterrupted) return opened;
    unread_object(opened.error());
    return {};
  };
  const auto go_on = [&] {
    go_to(group_.back());
    group_.pop_back();
  };
  if (!group_.empty()) {
    go_on();
    const auto opened = open(false);
    if (!opened) return std::unexpected(opened.error());
    return true;
  }
  std::unique_lock lock(scan.mutex_);
  while (true) {
    if (!scan.shared_.empty()) {
      share_ = scan.shared_.front();
      lock.unlock();
      share_object(share_);
      return true;
    }
    // A worker must not come back to a shared object from one that lies behind it: DuckDB wants each thread's blocks in
    // order. So nobody goes on while a large object before is being opened.
    if (scan.objects_left_ > 0 && scan.opening_large_ == 0) {
      claim_objects();
      const bool is_last = scan.objects_left_ == 0;
      go_on();
      const bool large = is_large(object_);
      ++scan.opening_;
      if (large) ++scan.opening_large_;
      lock.unlock();
      const auto opened = open(is_last);
      lock.lock();
      --scan.opening_;
      if (large) --scan.opening_large_;
      lock.unlock();
      scan.changed_.notify_all();
      if (!opened) return std::unexpected(opened.error());
      return true;
    }
    if (scan.opening_ == 0) return false;
    scan.changed_.wait_for(lock, std::chrono::milliseconds(20));
    if (scan.options_.interrupted()) return interrupted_error();
  }
}

// May several workers read it together?
bool ScanWorker::is_large(const io::Object& object) { return object.is_stdin || object.size_bytes >= kSharedBytesMin; }

// Takes the scan's next object, and those behind it while all are small. Without a size it is a pipe, which cannot be
// opened twice, or empty: such objects stay alone. REQUIRES: the scan's lock; there is an object.
void ScanWorker::claim_objects() {
  const std::size_t limit = std::min(kGroupObjectsMax, scan_.objects_left_ / kGroupPartOfRest + 1);
  std::uint64_t bytes = 0;
  while (group_.size() < limit && scan_.objects_left_ > 0) {
    const std::uint64_t more = scan_.cursor_.at(scan_.next_object_).size_bytes;
    if (!group_.empty() && (bytes == 0 || more == 0 || bytes + more > kGroupedBytesMax)) break;
    bytes += more;
    group_.push_back(static_cast<std::uint32_t>(scan_.next_object_));
    scan_.next_object_ = scan_.options_.objects.next(scan_.next_object_ + 1);
    --scan_.objects_left_;
  }
  std::reverse(group_.begin(), group_.end());
}

void ScanWorker::go_to(std::uint32_t number) {
  number_ = number;
  object_ = cursor_.at(number);
}

// Opens the object; returns how many of its bytes are in `out` already.
Result<std::size_t> ScanWorker::start_source(std::uint32_t number, const io::Object& object, std::span<char> out) {
  auto bytes = object.is_stdin  ? io::open_stdin()
               : object.is_s3() ? Result<std::unique_ptr<io::ByteSource>>(scan_.read_ahead_->open(number, object))
                                : opener_.open(object.path, object.size_bytes);
  if (!bytes) return std::unexpected(bytes.error());
  source_->open(std::move(*bytes));
  auto filled = source_->start(out);
  is_columns_ = filled && scan_.options_.is_columns && scan_.options_.is_columns({out.data(), *filled});
  if (!is_columns_) return filled;
  auto rows = scan_.options_.open_columns(number);
  if (!rows) return std::unexpected(std::move(rows.error()).while_doing("reading " + object.path));
  source_->open(std::move(*rows));
  return source_->start(out);
}

// What was read of the object as it is stored.
std::uint64_t ScanWorker::stored_bytes() const { return is_columns_ ? object_.size_bytes : source_->stored_bytes(); }

// What keeps the rest of object_ from being read, once source_ has given all it has.
std::optional<io::Damage> ScanWorker::damage_at_end() const {
  if (source_->damage()) return source_->damage();
  if (object_.is_stdin || stored_bytes() >= object_.size_bytes) return {};
  return io::shrunk_damage();
}

const formats::Format* ScanWorker::format_of(std::string_view text, bool whole) const {
  if (const formats::Format* forced = source().forced) return forced;
  const std::string_view head = text.substr(0, kDetectionBytesMax);
  const formats::Format* detected =
      scan_.options_.registry->detect(object_.path, head, whole && head.size() == text.size());
  return detected == nullptr && !text.empty() ? source().assumed : detected;
}

// What object_ is, of which `text` stands first; nullptr: unknown. An error: it is an archive, or damaged so early that
// nobody can tell.
Result<const formats::Format*> ScanWorker::identify(std::string_view text, bool whole) const {
  const std::string& path = object_.path;
  if (const std::string_view kind = io::archive_kind(text); !kind.empty()) {
    return world_error("reading " + path + ": " + std::string(kind) + "; unpack it first");
  }
  const formats::Format* found = format_of(text, whole);
  const auto damage = found == nullptr && whole ? damage_at_end() : std::nullopt;
  if (damage) return unreadable(path, *damage);
  return found;
}

// The format whose reader takes objects of that format; nullptr: nobody asked for them.
const formats::Format* ScanWorker::reads_as(const formats::Format* format) const {
  if (format == nullptr) return nullptr;
  if (scan_.options_.wanted.empty()) return format->table.empty() ? nullptr : format;
  for (const formats::Format* wanted : scan_.options_.wanted) {
    if (wanted == format || wanted->objects_of == format->name) return wanted;
  }
  return reads_messages(*format) ? format : nullptr;
}

// Reads the object's head, decides what it is and how it is read.
Result<void> ScanWorker::open_object(bool is_last) {
  const ScanOptions& options = scan_.options_;
  const bool large = is_large(object_);
  block_ = pool_.take(kBlockBytes);
  std::size_t head_bytes = large ? kDetectionBytesMax : block_->capacity();
  auto filled = start_source(number_, object_, {block_->data(), head_bytes});
  if (!filled) return std::unexpected(filled.error());
  if (const std::uint64_t whole = source_->whole_bytes(); whole >= head_bytes && whole < kWholeBytesMax && !large) {
    block_ = pool_.take(std::bit_ceil(whole + 1));  // one byte more, so that its end is seen
    head_bytes = block_->capacity();
  }
  const auto more = source_->read({block_->data() + *filled, head_bytes - *filled});
  if (!more) return std::unexpected(more.error());
  *filled += *more;
  block_->size = *filled;
  block_last_ = *filled < head_bytes;
  const auto found = identify(block_->text(), block_last_);
  if (!found) return std::unexpected(found.error());
  const formats::Format* format = reads_as(*found);
  if (format == nullptr) {
    skip_object(*found);
    return {};
  }
  const bool spans_lines = format->starts_record != nullptr;
  const formats::StartsRecord starts_record =
      spans_lines ? format->starts_record(block_->text().substr(0, kDetectionBytesMax)) : nullptr;
  if (large && !block_last_ && (spans_lines ? starts_record != nullptr : format->newline_ends_record)) {
    // In S3 it comes faster as a stream, which is fetched ahead, than range by range.
    if (source_->codec() == nullptr && !object_.is_stdin && !is_columns_ && !object_.is_s3()) {
      auto file = io::open_file_at(object_.path);
      if (!file) return std::unexpected(file.error());
      const std::uint64_t range_bytes =
          std::max(kRangeBytesMin, object_.size_bytes / (scan_.blocks_per_object_ - 1) + 1);
      share_ = std::make_shared<RangeObject>(number_, format, block_->text(), starts_record, std::move(*file),
                                             object_.size_bytes, range_bytes);
    } else if (is_last) {
      share_ = std::make_shared<StreamObject>(number_, format, starts_record, std::move(source_), block_->text(),
                                              options.interrupted);
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
  begin_sequential(format);
  return {};
}

// Goes on with the group's next objects, in the room that the last one has left in the block, until one has something
// to read. False: there is none, or no room.
bool ScanWorker::merge_next() {
  const ScanOptions& options = scan_.options_;
  if (!options.merge_objects || mode_ != Mode::kSequential || !block_last_ || block_->overlong) return false;
  while (!group_.empty()) {
    const std::uint32_t number = group_.back();
    const io::Object& object = cursor_.at(number);
    if (object.source != object_.source) return false;
    const std::size_t begin = rounded_up(block_->size);
    const double expected = static_cast<double>(object.size_bytes) * growth_ * 1.25 + 4096;
    if (static_cast<double>(begin) + expected > static_cast<double>(block_->capacity())) return false;
    const std::size_t room = block_->capacity() - begin;
    auto filled = start_source(number, object, {block_->data() + begin, room});
    // What has no room is opened again, with a block of its own. Behind damage, a size may be anything.
    if (const std::uint64_t whole = source_->whole_bytes(); filled && whole >= room && whole < kWholeBytesMax)
      return false;
    if (filled && *filled < room) {
      const auto more = source_->read({block_->data() + begin + *filled, room - *filled});
      filled = more ? Result<std::size_t>(*filled + *more) : more;
    }
    if (filled && *filled == room) return false;
    if (mode_ == Mode::kSequential) finish_object();
    group_.pop_back();
    go_to(number);
    if (!filled) {
      unread_object(filled.error());
      continue;
    }
    const auto found = identify({block_->data() + begin, *filled}, true);
    if (!found) {
      unread_object(found.error());
      continue;
    }
    const formats::Format* format = reads_as(*found);
    if (format == nullptr) {
      skip_object(*found);
      continue;
    }
    if (format != format_) {  // of another batch: it is opened again
      group_.push_back(number);
      return false;
    }
    block_->begin = begin;
    block_->size = begin + *filled;
    block_->offset = 0;
    begin_sequential(format);
    return true;
  }
  return false;
}

// Readies the reader for object_, whose first bytes are in the block.
void ScanWorker::begin_sequential(const formats::Format* format) {
  begin_object(format, block_->text().substr(0, kDetectionBytesMax));
  mode_ = Mode::kSequential;
  if (block_last_) block_->damage = damage_at_end();
  const std::size_t filled = block_->text().size();
  stored_counted_ = stored_bytes();
  growth_ = std::max(growth_ * 0.9, static_cast<double>(filled) / static_cast<double>(stored_counted_ + 1));
  ++scan_.totals.objects_read;
  scan_.totals.plain_bytes += filled;
  scan_.totals.stored_bytes += stored_counted_;
  part_plain_bytes_ += filled;
}

void ScanWorker::restart_reader(std::string_view head) {
  reader_->restart({head, object_.modified_us.value_or(scan_.started_us_), &source().settings, object_.path});
}

void ScanWorker::begin_object(const formats::Format* format, std::string_view head) {
  format_ = format;
  key_facts_.reset();
  counted_done_ = false;
  block_at_ = 0;
  Reading& reading = reading_for(*format);
  batch_ = reading.batch.get();
  reader_ = reading.reader.get();
  restart_reader(head);
}

void ScanWorker::share_object(std::shared_ptr<SharedObject> shared) {
  share_ = std::move(shared);
  go_to(share_->object());
  begin_object(share_->format(), share_->head());
  mode_ = Mode::kShared;
  block_ = std::make_shared<Block>(0);
  block_last_ = false;
}

void ScanWorker::skip_object(const formats::Format* format) {
  const ScanOptions& options = scan_.options_;
  // A report tells of each object what it is; a question only that nothing was missed.
  const bool known =
      format != nullptr ||
      (!options.reports && (options.plain_objects.contains(number_) || formats::is_side_file(object_.path)));
  ++(known ? scan_.totals.objects_other : scan_.totals.objects_unknown);
  scan_.totals.stored_bytes += object_.size_bytes;
  ++scan_.totals.objects_done;
  if (options.reports) {
    format_ = format;
    key_facts_.reset();
    flush_reports(format == nullptr ? ObjectState::kUnknown : ObjectState::kRead,
                  format != nullptr                                   ? ""
                  : object_.size_bytes == 0 && block_->text().empty() ? "empty"
                                                                      : "no known format");
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

void ScanWorker::count_done() {
  if (!counted_done_) ++scan_.totals.objects_done;
  counted_done_ = true;
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
    count_done();
  }
  if (scan_.options_.reports) flush_reports(damage_.empty() ? ObjectState::kRead : ObjectState::kUnread, damage_);
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
  block_last_ = true;  // whole records only
  scan_.totals.plain_bytes += block_->text().size();
  part_plain_bytes_ += block_->text().size();
  restart_reader(block_->header != nullptr ? std::string_view(*block_->header) : share_->head());
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
  if (block_last_) next->damage = damage_at_end();
  block_ = std::move(next);
  block_at_ = 0;
  scan_.totals.plain_bytes += *count;
  part_plain_bytes_ += *count;
  scan_.totals.stored_bytes += stored_bytes() - stored_counted_;
  stored_counted_ = stored_bytes();
  return true;
}

// Damage is a reject, with what there is of it; and as nobody knows what stood behind it, the object is partly unread.
void ScanWorker::tell_damage(const io::Damage& damage, std::uint64_t offset) {
  formats::RejectReason reason = formats::RejectReason::kCorruptData;
  if (damage.kind == io::DamageKind::kTrailingGarbage) reason = formats::RejectReason::kTrailingGarbage;
  if (damage.kind == io::DamageKind::kTruncated) reason = formats::RejectReason::kTruncated;
  batch_->add_reject(offset, reason, batch_->arena.copy(damage.detail), batch_->arena.copy(damage.raw));
  const std::string what = "partly unread: " + damage.detail;
  scan_.totals.add_unread({ErrorKind::kWorld, "reading " + object_.path + ": " + what, {}, {}});
  if (scan_.options_.reports) damage_ = what;
}

// Adds what the last read brought to the totals and, where wanted, to the report.
void ScanWorker::count_batch(const formats::Batch& batch) {
  scan_.totals.add(batch.counts);
  if (!scan_.options_.reports) return;
  formats::Counts others = batch.counts;
  others.records = 0;
  part_rejects_ += others;
  report_batch(batch, format_);
}

void ScanWorker::report_batch(const formats::Batch& batch, const formats::Format* format) {
  const formats::KeyFacts& key = key_facts();
  const auto differ = [](std::string_view record, const std::string& from_key) {
    return record.data() != nullptr && !from_key.empty() && record != from_key;
  };
  ObjectReport* part = nullptr;
  std::string_view account;
  std::string_view region;
  for (std::size_t row = 0; row < batch.rows; ++row) {
    const std::string_view own_account = batch.account_id.text[row];
    const std::string_view own_region = batch.region.text[row];
    const std::string_view row_account = own_account.data() == nullptr ? key.account_id : own_account;
    const std::string_view row_region = own_region.data() == nullptr ? key.region : own_region;
    if (part == nullptr || row_account != account || row_region != region) {
      account = row_account;
      region = row_region;
      part = &parts_[{format, std::string(account), std::string(region)}];
    }
    ++part->counts.records;
    if (differ(own_account, key.account_id) || differ(own_region, key.region)) ++part->key_mismatches;
    if (batch.event_time.valid[row] != 0) {
      const std::int64_t instant = batch.event_time.integers[row];
      part->first_event_us = std::min(part->first_event_us.value_or(instant), instant);
      part->last_event_us = std::max(part->last_event_us.value_or(instant), instant);
    }
  }
}

void ScanWorker::flush_reports(ObjectState state, std::string reason) {
  const formats::KeyFacts& key = key_facts();
  const bool has_own =
      std::any_of(parts_.begin(), parts_.end(), [&](const auto& p) { return p.first.format == format_; });
  if (!has_own) parts_[{format_, key.account_id, key.region}];
  bool first = true;
  for (auto& [place, part] : parts_) {
    part.path = object_.path;
    part.size_bytes = object_.size_bytes;
    part.format = place.format;
    if (place.format != format_) part.container = format_;
    part.state = state;
    part.account_id = place.account_id;
    part.region = place.region;
    part.organization_id = key.organization_id;
    part.trail = key.trail;
    if (first && place.format == format_) {
      part.counts += part_rejects_;
      part.plain_bytes = part_plain_bytes_;
      part.reason = reason;
    }
    first = first && place.format != format_;
    reports.push_back(std::move(part));
  }
  parts_.clear();
  part_rejects_ = {};
  part_plain_bytes_ = 0;
  damage_.clear();
}

}  // namespace otomo::engine
