// SPDX-License-Identifier: Apache-2.0
#include "formats/lines.h"

#include <charconv>

#include "base/time.h"

namespace otomo::formats {

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::optional<double> parse_double(std::string_view text) {
  // No nan, inf or exponent: no log writes them, and a text that looks so is no number.
  if (text.find_first_not_of("-.0123456789") != std::string_view::npos) return {};
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

void put_integer(Column& column, std::size_t row, std::string_view text, Batch& batch) {
  const auto value = parse_integer(text);
  if (value && (column.spec->type != Type::kInteger || (*value >= INT32_MIN && *value <= INT32_MAX))) {
    column.set_integer(row, *value);
    return;
  }
  column.set_null(row);
  if (text != "-") ++batch.counts.bad_values;
}

void put_double(Column& column, std::size_t row, std::string_view text, Batch& batch) {
  if (const auto value = parse_double(text)) {
    column.set_double(row, *value);
    return;
  }
  column.set_null(row);
  if (text != "-") ++batch.counts.bad_values;
}

void put_date(Column& column, std::size_t row, std::string_view text, Batch& batch) {
  if (const auto days = parse_iso_date(text)) {
    column.set_integer(row, *days);
    return;
  }
  column.set_null(row);
  if (text != "-") ++batch.counts.bad_values;
}

}  // namespace otomo::formats
