// SPDX-License-Identifier: Apache-2.0
//
// The way of a record without a database: the objects of a listing are handed out to workers, one per thread; each
// turns what it gets into batches. Small objects are handed out by the group, read whole by one worker and, where
// nobody asks which object a record is from, put into batches together; large plain line files are cut into parts that
// all workers share; large compressed ones are inflated by a thread of their own. Knows no format's fields.
//
// Scan: any thread. ScanWorker: one thread each.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/reading/block.h"
#include "engine/reading/messages.h"
#include "engine/reading/source.h"
#include "formats/format.h"
#include "formats/registry.h"
#include "io/decoded_source.h"
#include "io/listing.h"
#include "io/object_set.h"
#include "io/s3_objects.h"

namespace otomo::engine {

// What became of the objects and records so far. Each number is exact once the scan has ended.
struct ScanTotals {
  std::atomic<std::uint64_t> objects_read{0};     // of the formats that were asked for
  std::atomic<std::uint64_t> objects_other{0};    // of other formats, and side files
  std::atomic<std::uint64_t> objects_unknown{0};  // of no known format
  std::atomic<std::uint64_t> objects_unread{0};   // could not be read, wholly or in part
  std::atomic<std::uint64_t> objects_done{0};
  std::atomic<std::uint64_t> stored_bytes{0};  // as they lie in the objects
  std::atomic<std::uint64_t> plain_bytes{0};   // after decoding, of objects that were read

  void add(const formats::Counts& counts);
  formats::Counts counts() const;
  void add_unread(const Error& error);
  std::vector<Error> unread() const;  // the first kUnreadKept

 private:
  static constexpr std::size_t kUnreadKept = 100;
  mutable std::mutex mutex_;
  formats::Counts counts_;
  std::vector<Error> unread_;
};

enum class ObjectState : std::uint8_t { kRead, kUnknown, kUnread };

// What one worker saw of one object, by account and Region: a part of the object, to be added up with the others.
struct ObjectReport {
  std::string path;
  std::uint64_t size_bytes = 0;
  const formats::Format* format = nullptr;
  const formats::Format* container = nullptr;  // the object's format, where the records stand inside its messages
  ObjectState state = ObjectState::kRead;
  std::string account_id;  // empty: unknown
  std::string region;
  std::optional<std::int64_t> first_event_us;
  std::optional<std::int64_t> last_event_us;
  std::string organization_id;
  std::string trail;
  formats::Counts counts;
  std::uint64_t key_mismatches = 0;  // records that name another account or Region than the key
  std::uint64_t plain_bytes = 0;
  std::string reason;
};

struct ScanOptions {
  const io::Listing* listing = nullptr;
  io::ObjectSet objects;            // of the listing
  std::span<const Source> sources;  // io::Object::source is an index into it
  const formats::Registry* registry = nullptr;
  // The formats of the table that is read; empty: every object is read as what it is.
  std::vector<const formats::Format*> wanted;
  std::map<const formats::Format*, formats::LiteralFilter> filters;  // of those formats that have one
  io::ObjectSet plain_objects;  // that the question reads otherwise: not unknown, though no format has them
  bool reports = false;         // fill ScanWorker::reports
  // A batch may hold records of several objects: nothing that was asked for depends on the object. Needs `wanted`; not
  // with `reports`.
  bool merge_objects = false;
  // Marks in a batch what is to be filled; called once per worker and format.
  std::function<void(const formats::Format&, formats::Batch&)> project;
  std::function<bool()> interrupted;
  // An object of columns, told by its first bytes, as plain rows; nullptr: there are no such objects.
  std::function<bool(std::string_view head)> is_columns;
  std::function<Result<std::unique_ptr<io::ByteSource>>(std::uint32_t number)> open_columns;
  // Of objects in S3 that are fetched before they are read.
  std::size_t read_ahead_bytes = std::size_t{64} * 1024 * 1024;
};

class SharedObject;

class Scan {
 public:
  explicit Scan(ScanOptions options);
  ~Scan();  // ends helper threads

  const ScanOptions& options() const { return options_; }
  ScanTotals totals;

  // Objects' numbers times this plus the block's number order all blocks; see ScanWorker::order().
  std::uint64_t blocks_per_object() const { return blocks_per_object_; }
  // Of all its objects, as they lie.
  std::uint64_t stored_bytes_total() const { return stored_bytes_total_; }

 private:
  friend class ScanWorker;

  ScanOptions options_;
  std::unique_ptr<io::S3ReadAhead> read_ahead_;
  std::uint64_t blocks_per_object_;
  std::uint64_t stored_bytes_total_ = 0;
  std::int64_t started_us_;  // stands for the last change of a pipe
  // Objects that several workers read together, and workers that may yet make one.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<std::shared_ptr<SharedObject>> shared_;
  std::size_t opening_ = 0;
  std::size_t opening_large_ = 0;  // of them, those that may become shared
  std::size_t next_object_ = 0;    // of options_.objects; its end() where all are handed out
  std::size_t objects_left_ = 0;
  io::ObjectCursor cursor_;
};

class ScanWorker {
 public:
  explicit ScanWorker(Scan& scan);
  ~ScanWorker();

  // The next batch with rows or rejects, all of one block and, without merge_objects, of one object; nullptr at the
  // end. Valid until the next call.
  Result<formats::Batch*> next();

  // Of the batch that next() returned:
  const io::Object& object() const { return object_; }
  const Source& source() const { return source_of(object_); }
  const formats::Format* format() const { return told_format_; }
  std::uint64_t order() const { return order_; }  // grows along the objects and within them
  const BlockPointer& block() const { return block_; }
  const formats::KeyFacts& key_facts();

  std::vector<ObjectReport> reports;  // finished parts, when ScanOptions::reports; the caller takes them away

 private:
  enum class Mode : std::uint8_t { kIdle, kSequential, kShared };

  Result<bool> find_work();  // false: there is none left
  static bool is_large(const io::Object& object);
  void claim_objects();
  void go_to(std::uint32_t number);
  Result<void> open_object(bool is_last);
  Result<std::size_t> start_source(std::uint32_t number, const io::Object& object, std::span<char> out);
  std::uint64_t stored_bytes() const;
  std::optional<io::Damage> damage_at_end() const;
  const formats::Format* format_of(std::string_view text, bool whole) const;
  Result<const formats::Format*> identify(std::string_view text, bool whole) const;
  const formats::Format* reads_as(const formats::Format* format) const;
  void begin_object(const formats::Format* format, std::string_view head);
  void restart_reader(std::string_view head);
  const Source& source_of(const io::Object& object) const { return scan_.options_.sources[object.source]; }
  void begin_sequential(const formats::Format* format);
  bool read_block();
  bool merge_next();
  void share_object(std::shared_ptr<SharedObject> shared);
  void finish_object();
  void count_done();
  void skip_object(const formats::Format* format);
  void unread_object(const Error& error);
  Result<bool> next_block();  // false: the object, or this worker's share of it, is done
  Result<bool> continue_block();
  void tell_damage(const io::Damage& damage, std::uint64_t offset);
  void count_batch(const formats::Batch& batch);
  void report_batch(const formats::Batch& batch, const formats::Format* format);
  formats::Batch* next_message_batch();
  void report_messages();
  void flush_reports(ObjectState state, std::string reason);

  Scan& scan_;
  BlockPool pool_;
  io::FileOpener opener_;
  std::unique_ptr<io::DecodedSource> source_;
  Reading& reading_for(const formats::Format& format);
  bool reads_messages(const formats::Format& format) const;

  std::map<const formats::Format*, Reading> readings_;
  MessageReader messages_;
  bool in_messages_ = false;                      // the last batch of envelopes may hold more
  const formats::Format* told_format_ = nullptr;  // of the batch that next() returned
  std::vector<std::uint32_t> group_;              // handed out to this worker, the last one first; not yet opened
  io::ObjectCursor cursor_;
  double growth_ = 1;  // plain bytes per stored byte of late
  Mode mode_ = Mode::kIdle;
  std::uint32_t number_ = 0;  // of object_ in the listing
  io::Object object_;
  const formats::Format* format_ = nullptr;
  std::optional<formats::KeyFacts> key_facts_;  // once they were asked for
  formats::RecordReader* reader_ = nullptr;
  formats::Batch* batch_ = nullptr;
  std::uint64_t order_ = 0;
  BlockPointer block_;
  std::size_t block_at_ = 0;   // bytes of block_->text() that were consumed
  bool block_last_ = false;    // nothing follows the block
  bool counted_done_ = false;  // object_ is in ScanTotals::objects_done
  std::uint64_t stored_counted_ = 0;
  bool is_columns_ = false;  // source_ gives an object of columns as rows
  std::shared_ptr<SharedObject> share_;
  struct PartKey {
    const formats::Format* format;
    std::string account_id;
    std::string region;
    auto operator<=>(const PartKey&) const = default;
  };
  std::map<PartKey, ObjectReport> parts_;
  std::uint64_t part_plain_bytes_ = 0;
  std::string damage_;  // of object_, with `reports`; empty: none was seen
  formats::Counts part_rejects_;
};

}  // namespace otomo::engine
