// SPDX-License-Identifier: Apache-2.0
#include "formats/json_rows.h"

#include "base/time.h"

namespace otomo::formats {

std::optional<std::int64_t> instant_or_bad(std::string_view text, Batch& batch) {
  const auto parsed = parse_iso_instant(text);
  if (!parsed && !text.empty()) ++batch.counts.bad_values;
  return parsed;
}

std::optional<std::string> literal_of_row(std::span<const ColumnSpec> columns, std::size_t other, std::size_t column,
                                          std::string_view value) {
  if (columns[column].type != Type::kText) return {};
  if (column == other) return literal_of_members(value);
  // A U+FFFD may have been put in by the repair.
  if (value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  return std::string(value);
}

}  // namespace otomo::formats
