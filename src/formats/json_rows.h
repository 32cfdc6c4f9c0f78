// SPDX-License-Identifier: Apache-2.0
//
// The road of a format whose records are JSON objects and whose columns are their members, by name: what is cut by
// json_records.h is filled by json_columns.h. A format adds what is no member: when it happened, and where.
// Readers belong to one thread each.
#pragma once

#include <optional>

#include "formats/json_columns.h"
#include "formats/json_records.h"

namespace otomo::formats {

// Whose record it is, where the record says so; data() == nullptr: it does not.
struct RecordOwner {
  std::string_view account_id;
  std::string_view region;
};

class JsonRowReader : public JsonRecordReader {
 public:
  // REQUIRES: form.is_record looks at names alone.
  JsonRowReader(const JsonRecordForm& form, const LiteralFilter& filter, std::span<const ColumnSpec> columns,
                std::span<const JsonName> names, std::string_view other)
      : JsonRecordReader(form, filter), columns_(columns, names, other), is_record_(form.is_record) {}

 protected:
  // When the record that was looked at happened (microseconds UTC); nullopt, and counted where it is wrong, else.
  virtual std::optional<std::int64_t> instant(Batch& batch) const = 0;
  virtual RecordOwner owner(Batch& batch) const = 0;

  JsonColumns columns_;

 private:
  void begin(const Batch& batch) override { columns_.begin(batch); }
  JsonDepth depth() const override { return columns_.depth(); }

  bool take(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset,
            Batch& batch) override {
    if (!is_record_(json, members)) {
      batch.add_reject(offset, RejectReason::kNotARecord, "", text);
      return true;
    }
    const std::size_t row = batch.begin_row(offset, text);
    columns_.look_at(json, members);
    if (batch.event_time.wanted) {
      if (const auto when = instant(batch)) {
        batch.event_time.set_integer(row, *when);
      } else {
        batch.event_time.set_null(row);
      }
    }
    if (batch.account_id.wanted || batch.region.wanted) {
      const RecordOwner who = owner(batch);
      if (batch.account_id.wanted) batch.account_id.set_text(row, who.account_id);
      if (batch.region.wanted) batch.region.set_text(row, who.region);
    }
    columns_.put(row, batch);
    return true;
  }

  JsonNamesTest is_record_;
};

// The instant that an ISO 8601 text tells: nullopt where there is none, and counted where it is wrong.
std::optional<std::int64_t> instant_or_bad(std::string_view text, Batch& batch);

// Format::literal_for where text columns are strings of the record, `other` apart: the value stands in the record as it
// is, or the record has a backslash, and is read then.
std::optional<std::string> literal_of_row(std::span<const ColumnSpec> columns, std::size_t other, std::size_t column,
                                          std::string_view value);

}  // namespace otomo::formats
