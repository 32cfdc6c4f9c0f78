// SPDX-License-Identifier: Apache-2.0
//
// What a log format is to the rest of otomo: a name, a table, two detectors, and a reader that turns bytes
// into batches. A format knows no file, no codec and no database; nothing outside its folder knows its fields.
//
// Format objects are constants; readers belong to one thread each.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/batch.h"
#include "formats/schema.h"

namespace otomo::formats {

// What an object's key proves about all records in it.
struct KeyFacts {
  std::string account_id;              // empty: the key does not say
  std::string region;                  // empty: the key does not say
  std::string year, month, day, hour;  // of the key's date, as it is written there; empty: none
  // No record in the object happened after this instant (microseconds UTC): the end of the UTC day in which the
  // object was delivered, because nothing is delivered before it happened.
  std::optional<std::int64_t> latest_event_us;
};

// A hidden column that AWS's documented DDL uses as a partition of the table: built from the key's facts.
// `pattern` spells it: Y, M, D, H stand for the parts, R for the region, everything else for itself ("Y/M/D").
struct PartitionColumn {
  std::string_view name;
  std::string_view pattern;
};

// How sure a detector is from the first bytes of an object.
enum class Verdict : std::uint8_t {
  kNo,     // cannot be this format
  kMaybe,  // could be: decided by the key, or if no other format says more
  kYes,
};

// Skips records that cannot matter: one that contains none of the literals cannot satisfy the query.
struct LiteralFilter {
  std::vector<std::string> any_of;  // empty: no filter
};

// The comparisons that a format may be asked to turn into a literal.
enum class Match : std::uint8_t { kEquals, kContains, kStartsWith, kEndsWith };

class RecordReader {
 public:
  virtual ~RecordReader() = default;

  // Forgets where it is: the next read() starts another object. What it knows of the filter and of the batch's wanted
  // columns stays, so that an object costs no allocation.
  virtual void restart() = 0;

  // Reads records from the front of `bytes` into `batch` until the batch is full or no whole record is left, and
  // returns how many bytes were consumed; the caller presents the rest again, with more behind it.
  //  - `offset` is the place of bytes[0] in the uncompressed object.
  //  - With `last`, nothing follows: what is left becomes a record or a reject, so that the call consumes
  //    everything unless the batch fills up.
  //  - Returning 0 without `last` and with the batch not full means "more bytes, please". A reader never asks for
  //    more once it holds kRecordBytesMax bytes: it rejects the record and skips it, keeping that in its state.
  // REQUIRES: kBlockPaddingBytes readable bytes behind bytes.end(); the batch was made for this format, and wants the
  // same columns in every call.
  // The result does not depend on how the object was cut into calls.
  virtual std::size_t read(std::string_view bytes, std::uint64_t offset, bool last, Batch& batch) = 0;
};

struct Format {
  std::string_view name;     // "s3_access": the word of --format
  std::string_view table;    // "s3_access_logs"; empty: the objects are recognised but hold no records
  std::string_view summary;  // one line for help and manual
  std::span<const ColumnSpec> columns;
  std::span<const PartitionColumn> partitions;
  // A newline always ends a record, so that any part of an object that starts behind one can be read alone.
  bool newline_ends_record = false;

  // The facts of a key that has the form AWS gives this format's objects, whatever stands before it; nullopt where
  // it has not.
  std::optional<KeyFacts> (*read_key)(std::string_view key);
  // Judges the first bytes of the uncompressed object (at most kDetectionBytesMax; `whole` where it is all of it).
  // REQUIRES: kBlockPaddingBytes readable bytes behind head.end().
  Verdict (*detect)(std::string_view head, bool whole);
  // Null where `table` is empty. The filter must outlive the reader.
  std::unique_ptr<RecordReader> (*make_reader)(const LiteralFilter& filter);
  // The bytes that each record must contain if `column` (an index into `columns`) is to match `value`, or nullopt
  // where nothing is certain (the value may be written in other ways).
  std::optional<std::string> (*literal_for)(std::size_t column, Match match, std::string_view value);
};

}  // namespace otomo::formats
