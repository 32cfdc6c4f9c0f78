// SPDX-License-Identifier: Apache-2.0
//
// Rows of s3_access_logs from the fields of a record, spelled as a line of text has them. What otomo makes of the
// fields (the decoded key, the request's method, clean texts) is made here, for every way of delivery. One per reader.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "formats/batch.h"
#include "formats/lines.h"
#include "formats/s3_access/columns.h"
#include "formats/s3_access/s3_access.h"

namespace otomo::formats::s3_access {

class RowWriter {
 public:
  // What the question needs, once: the columns that are fields, and the fields behind derived columns.
  void find_wanted(const Batch& batch);
  const std::vector<std::size_t>& wanted_fields() const { return wanted_fields_; }
  // The fields that put() looks at, the time apart.
  const std::vector<std::size_t>& needed_fields() const { return needed_fields_; }
  bool derived_wanted() const { return derived_wanted_; }

  // What every row has; returns its number.
  static std::size_t begin(std::string_view raw, std::uint64_t offset, Batch& batch) {
    const std::size_t row = batch.begin_row(offset, raw);
    // A record does not tell the account that owns the bucket, only its canonical id, nor the bucket's Region.
    if (batch.account_id.wanted) batch.account_id.set_null(row);
    if (batch.region.wanted) batch.region.set_null(row);
    return row;
  }

  // `is_told`: there is a time, so that none is a bad value.
  static void put_event_time(std::optional<std::int64_t> instant, bool is_told, std::size_t row, Batch& batch);

  // REQUIRES, of a number: eight readable bytes before its end, or data() == nullptr.
  static void put_field(std::size_t field, std::string_view text, std::size_t row, Batch& batch) {
    if (field == kBytesSent || field == kObjectSize) {
      put_integer_inside(batch.columns[field], row, text, batch);
    } else {
      batch.columns[field].set_text(row, text);
    }
  }

  // All wanted columns; `line` has the needed fields, and the time where it is wanted.
  void put(const Line& line, std::size_t row, Batch& batch) const {
    for (const std::size_t field : wanted_fields_) put_field(field, line.fields[field], row, batch);
    if (derived_wanted_) put_derived(line, row, batch);
    if (line.ambiguous) ++batch.counts.ambiguous;
  }

 private:
  static void put_derived(const Line& line, std::size_t row, Batch& batch);

  std::vector<std::size_t> wanted_fields_;
  std::vector<std::size_t> needed_fields_;
  bool derived_wanted_ = false;
};

}  // namespace otomo::formats::s3_access
