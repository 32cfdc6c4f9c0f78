// SPDX-License-Identifier: Apache-2.0
//
// The road of every line-based format: cuts blocks into lines, skips those that a literal filter rules out, keeps the
// count, and leaves the meaning of a line to `Parser`:
//   std::size_t read_line_at(const char* line, const char* limit, std::uint64_t offset, Batch& batch);
// which makes a row or a reject, finds the line's end itself (one pass over the bytes) and returns the line's length
// without its newline; blank lines never reach it. A parser that has `void restart(const ObjectContext&)` is told of
// each object; one that has `std::size_t pass_over(std::string_view lines)` is shown what a filter passes over, and
// says how many of those lines are no records. One reader per thread.
#pragma once

#include <bit>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/simd/simd.h"
#include "formats/format.h"

namespace otomo::formats {

template <class Parser>
class LineReader final : public RecordReader {
 public:
  // The parser is made of what follows the filter.
  template <class... Arguments>
  explicit LineReader(const LiteralFilter& filter, Arguments&&... arguments)
      : filter_(filter), parser_(std::forward<Arguments>(arguments)...) {}

  void restart(const ObjectContext& context) override {
    in_overlong_line_ = false;
    if constexpr (requires { parser_.restart(context); }) parser_.restart(context);
  }

  std::size_t read(std::string_view bytes, std::uint64_t offset, bool last, Batch& batch) override {
    const char* const begin = bytes.data();
    const char* at = begin;
    const char* const end = begin + bytes.size();
    if (in_overlong_line_) {
      const auto* newline = static_cast<const char*>(std::memchr(at, '\n', bytes.size()));
      if (newline == nullptr) return bytes.size();
      in_overlong_line_ = false;
      at = newline + 1;
    }
    if (offset == 0 && at == begin) {
      if (bytes.size() < 3 && !last) return 0;
      if (bytes.starts_with("\xEF\xBB\xBF")) at += 3;
    }
    // Whole lines end here; what is behind waits for more bytes.
    const char* limit = end;
    if (!last) {
      const auto* newline = static_cast<const char*>(memrchr(at, '\n', static_cast<std::size_t>(end - at)));
      limit = newline == nullptr ? at : newline + 1;
    }
    while (at < limit && !batch.full()) {
      if (!filter_.any_of.empty()) {
        at = skip_unwanted(at, limit, batch);
        if (at == limit) break;
      }
      const std::uint64_t place = offset + static_cast<std::uint64_t>(at - begin);
      if (*at == '\n' || (*at == '\r' && (at + 1 == limit || at[1] == '\n'))) {
        at += *at == '\n' ? 1 : (at + 1 == limit ? 1 : 2);
        continue;
      }
      if (static_cast<std::size_t>(limit - at) >= kRecordBytesMax &&
          std::memchr(at, '\n', kRecordBytesMax) == nullptr) {
        const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(limit - at)));
        const char* line_end = newline == nullptr ? limit : newline;
        reject_overlong({at, static_cast<std::size_t>(line_end - at)}, place, batch);
        at = line_end;
      } else {
        at += parser_.read_line_at(at, limit, place, batch);
      }
      if (at < limit) ++at;  // the newline
    }
    if (!last && at == limit && static_cast<std::size_t>(end - at) >= kRecordBytesMax) {
      reject_overlong({at, static_cast<std::size_t>(end - at)}, offset + static_cast<std::uint64_t>(at - begin), batch);
      in_overlong_line_ = true;
      return bytes.size();
    }
    return static_cast<std::size_t>(at - begin);
  }

 private:
  // The next line that holds one of the literals, or `limit`.
  const char* skip_unwanted(const char* at, const char* limit, Batch& batch) {
    const char* found = limit;
    for (const std::string& literal : filter_.any_of) {
      // Only up to what another literal has found already, plus what may reach over its start.
      const char* stop = found == limit ? limit : std::min(limit, found + literal.size());
      const char* place = simd::kernels().find_literal(at, stop, literal);
      if (place != stop && place < found) found = place;
    }
    const auto* newline =
        found == at ? nullptr : static_cast<const char*>(memrchr(at, '\n', static_cast<std::size_t>(found - at)));
    const char* line = found == limit ? limit : (newline == nullptr ? at : newline + 1);
    if (line != at) {
      const auto passed = static_cast<std::size_t>(line - at);
      batch.counts.skipped += simd::kernels().count_newlines(at, passed) + (line[-1] == '\n' ? 0 : 1);
      if constexpr (requires { parser_.pass_over(std::string_view(at, passed)); }) {
        batch.counts.skipped -= parser_.pass_over(std::string_view(at, passed));
      }
    }
    return line;
  }

  static void reject_overlong(std::string_view line, std::uint64_t offset, Batch& batch) {
    batch.add_reject(offset, RejectReason::kTooLong, "longer than 16 MiB", line.substr(0, kRejectRawBytesMax));
  }

  const LiteralFilter& filter_;
  Parser parser_;
  bool in_overlong_line_ = false;
};

// `text` as a number: nullopt where it is anything but an optional minus and decimal digits that fit.
std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_double(std::string_view text);

// A column of numbers: NULL for "-", NULL and counted where the text is no number.
void put_integer(Column& column, std::size_t row, std::string_view text, Batch& batch);
void put_double(Column& column, std::size_t row, std::string_view text, Batch& batch);
// A column of dates, written as 2026-11-23: the same.
void put_date(Column& column, std::size_t row, std::string_view text, Batch& batch);

// The same, for text with eight readable bytes before its end: up to eight digits without a branch on their number,
// which no predictor knows. Three multiplications add neighbours up (Mula, "SWAR parsing of integers", 2014).
inline void put_integer_inside(Column& column, std::size_t row, std::string_view text, Batch& batch) {
  static_assert(std::endian::native == std::endian::little);
  const std::size_t size = text.size();
  if (size - 1 >= 8) {
    put_integer(column, row, text, batch);
    return;
  }
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text.data() + size - 8, 8);
  const std::uint64_t digits = (bytes ^ 0x3030303030303030ULL) & (~0ULL << (64 - 8 * size));
  const bool valid = ((digits | (digits + 0x0606060606060606ULL)) & 0xF0F0F0F0F0F0F0F0ULL) == 0;
  const bool dash = size == 1 && text[0] == '-';
  if (!valid && !dash) {
    put_integer(column, row, text, batch);
    return;
  }
  const std::uint64_t pairs = digits * 10 + (digits >> 8);
  constexpr std::uint64_t kMask = 0x000000FF000000FFULL;
  const std::uint64_t value =
      ((pairs & kMask) * 0x000F424000000064ULL + ((pairs >> 16) & kMask) * 0x0000271000000001ULL) >> 32;
  column.integers[row] = static_cast<std::int64_t>(value);
  column.valid[row] = valid ? 1 : 0;
}

// The rest of a line behind the newline search: without a CR at its end.
inline std::string_view without_cr(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Calls `look(line)` for the first `lines_max` lines of `head` that are whole and not blank, until it returns true;
// says whether it did.
template <class Look>
bool any_line(std::string_view head, bool whole, std::size_t lines_max, Look look) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  while (!head.empty() && lines_max > 0) {
    const std::size_t newline = head.find('\n');
    if (newline == std::string_view::npos && !whole) return false;
    const std::string_view line = without_cr(head.substr(0, newline));
    head.remove_prefix(newline == std::string_view::npos ? head.size() : newline + 1);
    if (line.empty()) continue;
    --lines_max;
    if (look(line)) return true;
  }
  return false;
}

}  // namespace otomo::formats
