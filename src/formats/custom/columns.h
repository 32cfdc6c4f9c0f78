// SPDX-License-Identifier: Apache-2.0
//
// The columns of a user's format, and how a record's texts become a row of them. How a record is taken apart is not
// known here. Columns: any thread, once made. RowWriter: one per reader.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/custom/description.h"
#include "formats/custom/time_form.h"
#include "formats/format.h"

namespace otomo::formats::custom {

struct Columns {
  static constexpr std::size_t kNone = ~std::size_t{0};

  std::deque<std::string> names;  // what the specs view
  std::vector<ColumnSpec> specs;
  std::vector<std::optional<TimeForm>> forms;  // of the timestamps
  std::vector<std::size_t> time_columns;       // event_time is of their texts, a space between them
  TimeForm time;
  std::size_t account = kNone;
  std::size_t region = kNone;

  std::size_t index_of(std::string_view name) const;  // kNone: there is none
};

// The columns in that order; `description` says the rest. Fills `out`, which must stay where it is.
Result<void> make_columns(const Description& description, const std::vector<ColumnDescription>& described,
                          Columns& out);

class RowWriter {
 public:
  explicit RowWriter(const Columns& columns) : values(columns.specs.size()), columns_(columns) {}

  // Learns what is wanted. Once, before the first put().
  void begin(const Batch& batch);
  bool begun() const { return begun_; }
  void restart(const ObjectContext& context) { context_.restart(context); }

  // The columns whose texts are looked at, in order.
  std::span<const std::size_t> needed() const { return needed_; }

  // The record's text for each needed column; data() == nullptr: it has none. Must be views that stay as long as the
  // batch's.
  std::vector<std::string_view> values;

  void put(std::string_view raw, std::uint64_t offset, Batch& batch);

 private:
  void put_value(std::size_t column, std::size_t row, Batch& batch) const;
  void put_time(std::size_t row, Batch& batch);

  const Columns& columns_;
  TimeContext context_;
  std::vector<std::size_t> wanted_;
  std::vector<std::size_t> needed_;
  bool counts_time_ = true;  // no column counts the same text already
  bool begun_ = false;
  std::string joined_;
};

}  // namespace otomo::formats::custom
