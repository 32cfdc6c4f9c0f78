// SPDX-License-Identifier: Apache-2.0
#include "formats/batch.h"

#include <algorithm>

#include "base/utf8.h"

namespace otomo::formats {

namespace {
constexpr ColumnSpec kEventTime{"event_time", Type::kTimestamp};
constexpr ColumnSpec kAccountId{"account_id", Type::kText};
constexpr ColumnSpec kRegion{"region", Type::kText};
constexpr ColumnSpec kLogGroup{"log_group", Type::kText};
constexpr ColumnSpec kLogStream{"log_stream", Type::kText};
}  // namespace

std::string_view word_of(RejectReason reason) {
  static constexpr std::string_view kWords[] = {
#define X(enumerator, word, meaning) word,
#include "formats/reject_reasons.def"
#undef X
  };
  return kWords[static_cast<std::size_t>(reason)];
}

Column::Column(const ColumnSpec& column_spec, std::size_t rows) : spec(&column_spec) {
  for (const ColumnSpec& child : column_spec.children) {
    // Elements of a list are counted by the list, not by the batch's rows.
    children.emplace_back(child, column_spec.type == Type::kStruct ? rows : 0);
  }
  resize(rows);
}

void Column::resize(std::size_t rows) {
  switch (spec->type) {
    case Type::kText: text.resize(rows); return;
    case Type::kDouble: doubles.resize(rows); break;
    case Type::kStruct:
      for (Column& child : children) child.resize(rows);
      break;
    case Type::kList:
    case Type::kMap: list_end.resize(rows); break;
    default: integers.resize(rows);
  }
  valid.resize(rows);
}

void Column::set_null(std::size_t row) {
  switch (spec->type) {
    case Type::kText: text[row] = {}; return;
    case Type::kStruct:
      for (Column& child : children) {
        if (child.wanted) child.set_null(row);
      }
      break;
    case Type::kList:
    case Type::kMap: list_end[row] = row == 0 ? 0 : list_end[row - 1]; break;
    default: break;
  }
  valid[row] = 0;
}

void Column::want_all() {
  wanted = true;
  for (Column& child : children) child.want_all();
}

Counts& Counts::operator+=(const Counts& other) {
  records += other.records;
  rejects += other.rejects;
  skipped += other.skipped;
  bad_values += other.bad_values;
  ambiguous += other.ambiguous;
  assumed_times += other.assumed_times;
  repaired_bytes += other.repaired_bytes;
  control_messages += other.control_messages;
  return *this;
}

Batch::Batch(std::span<const ColumnSpec> specs)
    : event_time(kEventTime, kBatchRowsMax),
      account_id(kAccountId, kBatchRowsMax),
      region(kRegion, kBatchRowsMax),
      log_group(kLogGroup, kBatchRowsMax),
      log_stream(kLogStream, kBatchRowsMax),
      offsets(kBatchRowsMax),
      raw(kBatchRowsMax) {
  columns.reserve(specs.size());
  for (const ColumnSpec& spec : specs) columns.emplace_back(spec, kBatchRowsMax);
}

void Batch::clear() {
  rows = 0;
  for (Column* column : {&log_group, &log_stream}) {
    if (column->wanted) std::fill(column->text.begin(), column->text.end(), std::string_view{});
  }
  rejects.clear();
  counts = {};
  arena.clear();
}

void Batch::add_reject(std::uint64_t offset, RejectReason reason, std::string_view detail, std::string_view raw_text) {
  ++counts.rejects;
  rejects.push_back({offset, reason, detail, repaired(raw_text)});
}

std::string_view Batch::repaired(std::string_view text) {
  if (utf8::is_valid(text)) return text;
  const std::size_t room = utf8::repaired_size_max(text.size());
  char* place = arena.allocate(room);
  const utf8::Repair repair = utf8::repair(text, place);
  arena.shrink_last(room, repair.size_bytes);
  counts.repaired_bytes += repair.bad_bytes;
  return {place, repair.size_bytes};
}

}  // namespace otomo::formats
