// SPDX-License-Identifier: Apache-2.0
//
// The reference: each function as its contract in simd.h says it, byte by byte, written without a look at scan.inl.
#include <algorithm>

#include "base/simd/simd.h"

namespace otomo::simd::scalar {

namespace {

void split_line(const char* line, const char* end, LineSplit& split) {
  split.quotes = 0;
  split.separators = 0;
  const char* newline = std::find(line, end, '\n');
  split.length = static_cast<std::uint32_t>(newline - line);
  split.complete = newline != end;
  split.regular = true;
  bool quoted = false;
  bool behind_closing = false;
  for (std::uint32_t i = 0; i < split.length; ++i) {
    const char c = line[i];
    const bool at_border = i == 0 || (line[i - 1] == ' ' && !quoted);
    if (static_cast<unsigned char>(c) >= 0x80 || c < ' ') split.regular = false;
    if (behind_closing && c != ' ') split.regular = false;
    behind_closing = false;
    if (c == '"') {
      ++split.quotes;
      if (!quoted && !at_border) split.regular = false;
      behind_closing = quoted;
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      if (at_border) split.regular = false;
      if (split.separators < kSeparatorsMax) split.places[split.separators] = i;
      ++split.separators;
    }
  }
  if (quoted || split.length == 0 || line[split.length - 1] == ' ') split.regular = false;
}

void split_fields(const char* line, const char* end, char separator, FieldSplit& split) {
  const char* newline = std::find(line, end, '\n');
  split.length = static_cast<std::uint32_t>(newline - line);
  split.complete = newline != end;
  split.plain = true;
  split.separators = 0;
  for (std::uint32_t i = 0; i < split.length; ++i) {
    const auto c = static_cast<unsigned char>(line[i]);
    if (line[i] == separator) {
      if (split.separators < kFieldSeparatorsMax) split.places[split.separators] = i;
      ++split.separators;
    } else if (c < ' ' || c >= 0x80) {
      split.plain = false;
    }
  }
}

std::size_t count_newlines(const char* text, std::size_t size_bytes) {
  return static_cast<std::size_t>(std::count(text, text + size_bytes, '\n'));
}

const char* find_literal(const char* text, const char* end, std::string_view literal) {
  return std::search(text, end, literal.begin(), literal.end());
}

const char* find_name_line(const char* text, const char* end) {
  if (text == end) return end;
  for (const char* place = text + 1; place < end; ++place) {
    if (place[-1] == '\n' && static_cast<unsigned char>(*place) >= 'a') return place;
  }
  return end;
}

std::size_t index_json(const char* text, std::size_t size_bytes, std::uint32_t base, JsonCarry& carry,
                       std::uint32_t* places) {
  bool in_string = carry.in_string != 0;
  bool escaped = carry.escaped != 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < size_bytes; ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x80) carry.high = 1;
    if (c == '\\') carry.backslash = 1;
    if (escaped) {
      escaped = false;
      if (c == '"' || c == '\\') continue;
    } else if (c == '\\') {
      escaped = true;
      continue;
    } else if (c == '"') {
      in_string = !in_string;
      if (in_string && carry.depth <= 1) places[count++] = base + static_cast<std::uint32_t>(i);
      continue;
    }
    if (in_string || std::string_view("{}[]").find(c) == std::string_view::npos) continue;
    const std::int64_t before = carry.depth;
    carry.depth += c == '{' || c == '[' ? 1 : -1;
    if (before <= 1 || carry.depth <= 1) places[count++] = base + static_cast<std::uint32_t>(i);
  }
  carry.in_string = in_string ? ~0ULL : 0;
  carry.escaped = escaped ? 1 : 0;
  return count;
}

bool supported() { return true; }

}  // namespace

extern const Kernels kKernels;
const Kernels kKernels{"scalar",       supported,    split_line,     split_fields,
                       count_newlines, find_literal, find_name_line, index_json};

}  // namespace otomo::simd::scalar
