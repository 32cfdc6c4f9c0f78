// SPDX-License-Identifier: Apache-2.0
//
// What a log format is to the rest of otomo: a name, a table, two detectors, and a reader that turns bytes
// into batches. A format knows no file, no codec and no database; nothing outside its folder knows its fields.
//
// Format objects are constants; readers belong to one thread each.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/batch.h"
#include "formats/schema.h"

namespace otomo::formats {

// What an object's key says of the records in it. A record that says otherwise wins.
struct KeyFacts {
  std::string account_id;                      // empty: the key does not say
  std::string region;                          // empty: the key does not say
  std::string organization_id;                 // "o-exampleorg1"; empty: the key does not say
  std::string trail;                           // empty: the key does not say
  std::string log_of;                          // what the log is of: a VPC, a web ACL; empty: the key does not say
  std::string year, month, day, hour, minute;  // of the key's date, as it is written there; empty: none

  bool operator==(const KeyFacts&) const = default;
};

// A hidden column that AWS's documented DDL uses as a partition of the table: built from the key's facts.
// `pattern` spells it: Y, M, D, H, I (the minute) stand for the parts, A for the account, R for the region, O for what
// the log is of, everything else for itself ("Y/M/D").
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

// What the user's settings say of a source's objects, where the objects do not say it themselves.
struct SourceSettings {
  std::string fields;      // the names of the fields of lines without a header, separated by spaces or commas
  std::string delimiter;   // between those fields; empty: the log's own
  std::string time_zone;   // IANA name of the zone of times that have none; empty: UTC
  std::string account_id;  // of records and keys that name none; empty: unknown
  // How long after it happened a record is delivered at most, by logs that promise nothing themselves.
  std::optional<std::int64_t> late_us = {};
};

// Does the line that starts with `text` begin a record? At most kRecordStartBytesMax of its bytes are looked at; fewer
// are shown only where the object ends.
using StartsRecord = bool (*)(std::string_view text);
inline constexpr std::size_t kRecordStartBytesMax = 64;

// What is known of an object beside the bytes that a reader is shown.
struct ObjectContext {
  // Its first plain bytes: all of them, or kDetectionBytesMax, with kBlockPaddingBytes readable ones behind them.
  // Readers of a part of it learn its header from here; where the format has a last_header, it may be that line
  // instead. Valid until the next restart().
  std::string_view head;
  // When it was last changed (microseconds UTC): nothing in it happened later. For a pipe it is now. nullopt: unknown.
  std::optional<std::int64_t> modified_us;
  const SourceSettings* settings = nullptr;  // never null where a reader sees it
  std::string_view key = {};                 // of the object; valid until the next restart(); empty: it has none
};

class RecordReader {
 public:
  virtual ~RecordReader() = default;

  // Forgets where it is: the next read() starts another object, or another part of one. What it knows of the filter and
  // of the batch's wanted columns stays, so that an object costs no allocation.
  virtual void restart(const ObjectContext& context) = 0;

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

// Which of a table's columns make messages that may be records of other logs.
struct MessageColumns {
  std::size_t message;
  std::size_t log_group;
  std::size_t log_stream;
  std::size_t owner;  // the account
};

// What a manifest says of the data files that make a table together.
struct Manifest {
  struct Column {
    std::string name;
    std::string type;  // an SQL type
    bool url_encoded = false;
  };
  struct File {
    std::string key;
    std::uint64_t size_bytes = 0;
    std::string md5;  // in hex; empty: not said
  };
  std::string set;              // manifests of one set say the same thing at different times: the newest counts
  std::string of_bucket;        // that the rows are about
  std::int64_t created_us = 0;  // when it was begun
  std::string file_format;      // "CSV", "Parquet"
  std::vector<Column> columns;  // of CSV files, which have no header
  std::vector<File> files;
};

struct Format {
  std::string name;     // "s3_access": the word of --format
  std::string table;    // "s3_access_logs"; empty: the objects are recognised but hold no records
  std::string summary;  // one line for help and manual
  // Formats that share a table have the same columns and partitions.
  std::span<const ColumnSpec> columns = {};
  std::span<const PartitionColumn> partitions = {};
  // A newline always ends a record, so that any part of an object that starts behind one can be read alone (with the
  // object's head in the context).
  bool newline_ends_record = false;
  // Not null: not every line begins a record. Given an object's head (with padding behind it), says how those lines are
  // told that do: parts of a large object start there. nullptr: that object cannot be read in parts.
  StartsRecord (*starts_record)(std::string_view head) = nullptr;
  // Not empty: this is another table over the objects of that format, whose detectors find them.
  std::string objects_of = {};
  // Not null: the records are envelopes, and each message is offered to the other formats, too.
  const MessageColumns* messages = nullptr;
  // Not empty: the objects are manifests of this table's files, and read_manifest reads one. nullopt: it is none.
  std::string manifest_table = {};
  std::function<std::optional<Manifest>(std::string_view text)> read_manifest = {};

  // The facts of a key that has the form AWS gives this format's objects, whatever stands before it; nullopt where
  // it has not.
  std::function<std::optional<KeyFacts>(std::string_view key)> read_key;
  // The key's date is that of the delivery, or of the last record, so that no record happened later than this long
  // after the end of that UTC day. nullopt: the key's date proves nothing.
  std::optional<std::int64_t> key_day_slack_us = {};
  // A record is delivered at most this long after it happened. nullopt: nobody promises that.
  std::optional<std::int64_t> late_us = {};
  // Judges the first bytes of the uncompressed object (at most kDetectionBytesMax; `whole` where it is all of it).
  // REQUIRES: kBlockPaddingBytes readable bytes behind head.end().
  std::function<Verdict(std::string_view head, bool whole)> detect;
  // Null where `table` is empty. The filter must outlive the reader.
  std::function<std::unique_ptr<RecordReader>(const LiteralFilter& filter)> make_reader = {};
  // The bytes that each record must contain if `column` (an index into `columns`) is to match `value`, or nullopt
  // where nothing is certain (the value may be written in other ways).
  std::function<std::optional<std::string>(std::size_t column, Match match, std::string_view value)> literal_for = {};
  // Not null: some lines say what the lines behind them mean. The last such line in `text`, which is whole lines, or
  // empty: where a part of an object is read alone, the last one before it is its context's head.
  std::function<std::string_view(std::string_view text)> last_header = nullptr;
  // Not null: SourceSettings::fields says what the fields of lines without a header are. Those of its names that this
  // log has no field for.
  std::vector<std::string> (*unknown_fields)(std::string_view fields) = nullptr;
};

}  // namespace otomo::formats
