// SPDX-License-Identifier: Apache-2.0
//
// A batch: up to kBatchRowsMax records as columns, plus the rejects met on the way (about kBatchRejectsMax at most). It
// is what a format fills and what the engine lends to the database. It knows neither of them.
//
// Text is a view into the block that the records were read from, or into the batch's arena; both must
// outlive the views. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/limits.h"
#include "formats/schema.h"

namespace otomo::formats {

// Why a record could not be read: the fixed words of the column `_rejects.reason`.
enum class RejectReason : std::uint8_t {
#define X(enumerator, word, meaning) enumerator,
#include "formats/reject_reasons.def"
#undef X
};
std::string_view word_of(RejectReason reason);

struct Reject {
  std::uint64_t offset = 0;  // of its first byte in the uncompressed object
  RejectReason reason{};
  std::string_view detail;  // a literal, or text in the batch's arena
  std::string_view raw;     // valid UTF-8 (repaired in the arena where the bytes were not)
};

// One column of a batch. Rows are written by index; what is not written must be set_null.
// For a list or map, `list_end[row]` is one past the row's last element in the child columns, whose
// vectors grow as elements are appended.
class Column {
 public:
  Column(const ColumnSpec& spec, std::size_t rows);

  const ColumnSpec* spec;
  bool wanted = false;                  // nobody asked: leave it alone
  std::vector<std::string_view> text;   // kText; null is data() == nullptr
  std::vector<std::int64_t> integers;   // kInteger, kBigint, kBoolean, kDate, kTimestamp
  std::vector<double> doubles;          // kDouble
  std::vector<std::uint8_t> valid;      // every type but kText: 1 where there is a value
  std::vector<std::uint32_t> list_end;  // kList, kMap
  std::vector<Column> children;

  void set_null(std::size_t row);
  void set_text(std::size_t row, std::string_view value) { text[row] = value; }
  void set_integer(std::size_t row, std::int64_t value) {
    integers[row] = value;
    valid[row] = 1;
  }
  void set_double(std::size_t row, double value) {
    doubles[row] = value;
    valid[row] = 1;
  }
  // Marks this column and everything below it as asked for.
  void want_all();
  // Makes room for `rows` rows (elements of lists grow past the batch's size).
  void resize(std::size_t rows);
};

struct Counts {
  std::uint64_t records = 0;  // read into rows
  std::uint64_t rejects = 0;
  std::uint64_t skipped = 0;           // passed over unread by a literal filter
  std::uint64_t bad_values = 0;        // values that did not fit their column's type and are NULL
  std::uint64_t ambiguous = 0;         // of the records: could be read in two ways, and a rule decided
  std::uint64_t assumed_times = 0;     // of the records: their time lacks a year or zone, and a rule gave it one
  std::uint64_t repaired_bytes = 0;    // bytes of invalid UTF-8 that became U+FFFD
  std::uint64_t control_messages = 0;  // of the log's own transport: neither records nor rejects

  Counts& operator+=(const Counts& other);
};

class Batch {
 public:
  explicit Batch(std::span<const ColumnSpec> specs);

  std::vector<Column> columns;  // the format's own, in the order of its ColumnSpecs
  // What every record has, filled by the format when `wanted`. account_id and region hold what the record
  // itself says; the engine puts the object's key in where they are null.
  Column event_time;
  Column account_id;
  Column region;
  // Of the envelope that the record was found in; filled by the engine.
  Column log_group;
  Column log_stream;
  bool offsets_wanted = false;
  bool raw_wanted = false;
  std::vector<std::uint64_t> offsets;  // the record's first byte in the uncompressed object
  std::vector<std::string_view> raw;   // the record's own text
  std::size_t rows = 0;

  // The rejects of what was read since clear(). Their number is in counts.rejects.
  std::vector<Reject> rejects;
  Counts counts;
  Arena arena;

  // Takes no more: it has all rows or rejects, or, once something was told, too much text. Who finds it full only
  // behind the rejects of one record may have added all of them.
  bool full() const {
    return rows == kBatchRowsMax || rejects.size() >= kBatchRejectsMax ||
           (arena.used_bytes() > kBatchTextBytesMax && tells_something());
  }
  // Counts a record and returns the number of its row, whose place and raw text are filled where they are wanted.
  // REQUIRES: there is room for a row.
  std::size_t begin_row(std::uint64_t offset, std::string_view raw_text) {
    const std::size_t row = rows++;
    ++counts.records;
    if (offsets_wanted) offsets[row] = offset;
    if (raw_wanted) raw[row] = raw_text;
    return row;
  }

  bool tells_something() const {
    return counts.records + counts.rejects + counts.skipped + counts.control_messages > 0;
  }
  // Forgets rows, rejects, counts and arena; keeps what is wanted.
  void clear();

  void add_reject(std::uint64_t offset, RejectReason reason, std::string_view detail, std::string_view raw_text);
  // `text` as valid UTF-8: itself where it is, else a repaired copy in the arena. Adds to
  // counts.repaired_bytes.
  std::string_view repaired(std::string_view text);
};

}  // namespace otomo::formats
