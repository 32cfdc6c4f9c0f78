// SPDX-License-Identifier: Apache-2.0
//
// The road of records of several lines: one starts with each line that `Parser` says starts one, and goes on to the
// next such line; what stands before the first is shown as a record, too. Keeps the count, skips records that a literal
// filter rules out, and leaves the meaning to the parser:
//   bool starts_record(std::string_view line);
//   void read_record(std::string_view text, std::uint64_t offset, Batch& batch);   // without the newlines at its end
// One reader per thread.
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/limits.h"
#include "base/simd/simd.h"
#include "formats/lines.h"

namespace otomo::formats::custom {

// A record of this size or more is a reject, and a line of this size starts none: so a reader that waits for the end of
// the line behind a record never holds kRecordBytesMax bytes.
inline constexpr std::size_t kMultilineBytesMax = kRecordBytesMax / 2;

template <class Parser>
class MultilineReader final : public RecordReader {
 public:
  template <class... Arguments>
  explicit MultilineReader(const LiteralFilter& filter, Arguments&&... arguments)
      : filter_(filter), parser_(std::forward<Arguments>(arguments)...) {}

  void restart(const ObjectContext& context) override {
    tested_ = 0;
    skipping_ = in_line_ = false;
    parser_.restart(context);
  }

  std::size_t read(std::string_view bytes, std::uint64_t offset, bool last, Batch& batch) override {
    std::size_t at = 0;
    if (offset == 0 && tested_ == 0 && !skipping_) {
      if (bytes.size() < 3 && !last) return 0;
      if (bytes.starts_with("\xEF\xBB\xBF")) at = 3;
    }
    while (at < bytes.size() && !batch.full()) {
      const std::string_view rest = bytes.substr(at);
      if (skipping_) {
        const std::size_t passed = skip(rest, last);
        at += passed;
        if (skipping_) return at;
        continue;
      }
      const std::size_t end = find_end(rest, last);
      if (end == kUnknown) return at;
      if (end == kTooLong) {
        batch.add_reject(offset + at, RejectReason::kTooLong, "longer than 8 MiB", rest.substr(0, kRejectRawBytesMax));
        skipping_ = true;
        in_line_ = rest[tested_ - 1] != '\n';
        at += tested_;
      } else {
        take(rest.substr(0, end), offset + at, batch);
        at += end;
      }
      tested_ = 0;
    }
    return at;
  }

 private:
  static constexpr std::size_t kUnknown = ~std::size_t{0};
  static constexpr std::size_t kTooLong = kUnknown - 1;

  // Where the record at the front ends; kUnknown: behind these bytes. What was looked at is not looked at again.
  std::size_t find_end(std::string_view text, bool last) {
    while (tested_ < text.size() && tested_ < kMultilineBytesMax) {
      const std::size_t newline = text.find('\n', tested_);
      const std::string_view line = text.substr(tested_, newline - tested_);
      const bool whole = newline != std::string_view::npos || last;
      if (line.size() < kMultilineBytesMax) {
        if (!whole) return kUnknown;
        if (tested_ > 0 && parser_.starts_record(without_cr(line))) return tested_;
      }
      tested_ = newline == std::string_view::npos ? text.size() : newline + 1;
    }
    if (tested_ >= kMultilineBytesMax) return kTooLong;
    return last ? text.size() : kUnknown;
  }

  // Passes over the rest of a record that was rejected.
  std::size_t skip(std::string_view text, bool last) {
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t newline = text.find('\n', at);
      const std::string_view line = text.substr(at, newline - at);
      if (!in_line_ && line.size() < kMultilineBytesMax) {
        if (newline == std::string_view::npos && !last) return at;
        if (parser_.starts_record(without_cr(line))) {
          skipping_ = false;
          return at;
        }
      }
      in_line_ = newline == std::string_view::npos;
      if (in_line_) return text.size();
      at = newline + 1;
    }
    return at;
  }

  void take(std::string_view text, std::uint64_t offset, Batch& batch) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    if (text.find_first_not_of("\r\n") == std::string_view::npos) return;
    if (!filter_.any_of.empty() && lacks_literals(text)) {
      ++batch.counts.skipped;
    } else {
      parser_.read_record(text, offset, batch);
    }
  }

  bool lacks_literals(std::string_view text) const {
    const char* const end = text.data() + text.size();
    return std::none_of(filter_.any_of.begin(), filter_.any_of.end(), [&](const std::string& literal) {
      return simd::kernels().find_literal(text.data(), end, literal) != end;
    });
  }

  const LiteralFilter& filter_;
  Parser parser_;
  std::size_t tested_ = 0;  // bytes of the record at the front whose lines were looked at: whole lines
  bool skipping_ = false;   // in a record that was found too long
  bool in_line_ = false;    // and in a line of it
};

}  // namespace otomo::formats::custom
