// SPDX-License-Identifier: Apache-2.0
#include "formats/json_walk.h"

#include <algorithm>
#include <cstring>

#include "base/utf8.h"

namespace otomo::formats {

namespace {

// Bytes indexed per call of the kernel.
constexpr std::size_t kIndexStride = 16 * 1024;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number(std::string_view text) {
  std::size_t i = text.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t first = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i > first;
  };
  if (i < text.size() && text[i] == '0') {
    ++i;
  } else if (!digits()) {
    return false;
  }
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == text.size();
}

bool is_scalar(std::string_view text) {
  if (text.empty()) return false;
  if (text[0] < 'a') {
    // A whole number, mostly.
    if (text[0] != '0' && std::all_of(text.begin(), text.end(), is_digit)) return true;
    return is_number(text);
  }
  return text == "null" || text == "true" || text == "false";
}

// The closing quote of the string that opens at `open`; 0 where none comes before `next`.
std::uint32_t closing_quote(const char* text, std::uint32_t open, std::uint32_t next) {
  std::uint32_t at = open + 1;
  while (at < next && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at < next ? at : 0;
}

bool is_scalar_byte(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '.'; }

// The closing quote of the string that opens at `open`, `next` being the next token: between them there is one quote
// that is not escaped, and mostly it stands right before that token, or before the separator there. 0 where there is
// none.
inline std::uint32_t string_end(const char* text, std::uint32_t open, std::uint32_t next) {
  std::uint32_t close = next - 1;
  if (text[close] == ',' || text[close] == ':') --close;
  if (close > open && text[close] == '"' && text[close - 1] != '\\') return close;
  // A name whose value is a number or a word: `"readOnly":true,` and the next token behind it.
  while (close > open + 1 && is_scalar_byte(text[close])) --close;
  if (close > open + 1 && text[close] == ':' && text[close - 1] == '"' && text[close - 2] != '\\') return close - 1;
  return closing_quote(text, open, next);
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Four hexadecimal digits at `at`, or -1.
int hex_unit(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

std::size_t put_utf8(char* out, std::uint32_t code) {
  if (code < 0x80) {
    out[0] = static_cast<char>(code);
    return 1;
  }
  if (code < 0x800) {
    out[0] = static_cast<char>(0xC0 | (code >> 6));
    out[1] = static_cast<char>(0x80 | (code & 0x3F));
    return 2;
  }
  if (code < 0x10000) {
    out[0] = static_cast<char>(0xE0 | (code >> 12));
    out[1] = static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out[2] = static_cast<char>(0x80 | (code & 0x3F));
    return 3;
  }
  out[0] = static_cast<char>(0xF0 | (code >> 18));
  out[1] = static_cast<char>(0x80 | ((code >> 12) & 0x3F));
  out[2] = static_cast<char>(0x80 | ((code >> 6) & 0x3F));
  out[3] = static_cast<char>(0x80 | (code & 0x3F));
  return 4;
}

}  // namespace

void JsonMembers::grow() {
  const std::size_t larger = std::max<std::size_t>(64, capacity_ * 2);
  auto moved = std::make_unique<JsonMember[]>(larger);
  std::copy(members_.get(), members_.get() + size_, moved.get());
  members_ = std::move(moved);
  auto moved_sizes = std::make_unique<std::uint8_t[]>(larger);
  std::copy(name_sizes_.get(), name_sizes_.get() + size_, moved_sizes.get());
  name_sizes_ = std::move(moved_sizes);
  capacity_ = larger;
}

void JsonText::start(std::string_view text) {
  text_ = text;
  count_ = 0;
  indexed_ = 0;
  carry_ = {};
}

bool JsonText::extend(std::size_t more) {
  if (indexed_ == text_.size()) return false;
  // Whole registers, unless it is the end.
  std::size_t size = std::min(text_.size() - indexed_, (std::max<std::size_t>(more, 1) + 63) / 64 * 64);
  const auto& kernels = simd::kernels();
  while (size > 0) {
    const std::size_t part = std::min(size, kIndexStride);
    // At most one place per byte; real text has one per eight.
    if (capacity_ < count_ + kIndexStride) {
      const std::size_t larger = std::max(capacity_ * 2, count_ + kIndexStride);
      auto moved = std::make_unique_for_overwrite<std::uint32_t[]>(larger);
      if (count_ > 0) std::memcpy(moved.get(), tokens_.get(), count_ * sizeof(std::uint32_t));
      tokens_ = std::move(moved);
      capacity_ = larger;
    }
    count_ += kernels.index_json(text_.data() + indexed_, part, indexed_, carry_, tokens_.get() + count_);
    indexed_ += static_cast<std::uint32_t>(part);
    size -= part;
  }
  return true;
}

std::size_t JsonText::token_at(std::uint32_t place, std::size_t from) const {
  return static_cast<std::size_t>(
      std::lower_bound(tokens_.get() + std::min(from, count_), tokens_.get() + count_, place) - tokens_.get());
}

JsonWalk JsonText::walk(std::size_t token, JsonMembers& members, std::uint32_t& end, std::size_t& next_token) const {
  enum State : std::uint8_t { kKey, kKeyOrEnd, kColon, kValue, kValueOrEnd, kAfter };
  members.clear();
  const char* const text = text_.data();
  const std::uint32_t* const tokens = tokens_.get();
  const std::size_t count = count_;
  std::size_t at = token;
  const bool in_object = text[tokens[at]] == '{';
  const State behind_comma = in_object ? kKey : kValue;
  State state = in_object ? kKeyOrEnd : kValueOrEnd;
  std::uint32_t behind = tokens[at] + 1;  // the first byte that was not looked at
  ++at;
  JsonMember member;

  // What stands between two tokens: spaces, separators, scalars. False: something else.
  const auto cross = [&](std::uint32_t stop) {
    while (behind < stop) {
      const char c = text[behind];
      if (is_space(c)) {
        ++behind;
      } else if (state == kColon && c == ':') {
        state = kValue;
        ++behind;
      } else if (state == kAfter && c == ',') {
        state = behind_comma;
        ++behind;
      } else if (state == kValue || state == kValueOrEnd) {
        const std::uint32_t first = behind;
        while (behind < stop && !is_space(text[behind]) && text[behind] != ',' && text[behind] != ':') ++behind;
        if (!is_scalar({text + first, behind - first})) return false;
        member.value = {first, behind, 's'};
        members.add(member);
        state = kAfter;
      } else {
        return false;
      }
    }
    return true;
  };

  while (at < count) {
    const std::uint32_t place = tokens[at];
    if (behind != place && !cross(place)) return JsonWalk::kInvalid;
    const char c = text[place];
    if (c == '"') {
      const bool is_key = state == kKey || state == kKeyOrEnd;
      if (!is_key && state != kValue && state != kValueOrEnd) return JsonWalk::kInvalid;
      if (at + 1 >= count) return JsonWalk::kIncomplete;
      const std::uint32_t next = tokens[at + 1];
      const std::uint32_t close = string_end(text, place, next);
      if (close == 0) return JsonWalk::kInvalid;
      ++at;
      behind = close + 1;
      if (is_key) {
        member.key_begin = place + 1;
        member.key_end = close;
        state = kColon;
        if (text[behind] != ':') continue;
        state = kValue;
        ++behind;
        if (at + 1 >= count) continue;
        if (behind != next) {
          // A number or word and one comma, before the next name: no need to look at each byte again.
          if (text[next - 1] != ',' || text[next] != '"' || !is_scalar({text + behind, next - 1 - behind})) continue;
          member.value = {behind, next - 1, 's'};
          members.add(member);
          behind = next;
          state = kKey;
          continue;
        }
        if (text[next] != '"') continue;
        // The value is the next string: no need to go around.
        const std::uint32_t after = tokens[at + 1];
        const std::uint32_t value_close = string_end(text, next, after);
        if (value_close == 0) return JsonWalk::kInvalid;
        ++at;
        member.value = {next, value_close + 1, '"'};
        members.add(member);
        behind = value_close + 1;
        state = kAfter;
        if (text[behind] == ',' && behind < after) {
          state = kKey;
          ++behind;
        }
      } else {
        member.value = {place, behind, '"'};
        members.add(member);
        state = kAfter;
        if (text[behind] == ',' && behind < next) {
          state = behind_comma;
          ++behind;
        }
      }
    } else if (c == '{' || c == '[') {
      if (state != kValue && state != kValueOrEnd) return JsonWalk::kInvalid;
      // Nothing deeper is told: the next token closes it.
      if (at + 1 >= count) return JsonWalk::kIncomplete;
      const std::uint32_t close = tokens[at + 1];
      if (text[close] != (c == '{' ? '}' : ']')) return JsonWalk::kInvalid;
      behind = close + 1;
      at += 2;
      member.value = {place, behind, c};
      members.add(member);
      state = kAfter;
    } else {
      if (c != (in_object ? '}' : ']') || (state != kAfter && state != (in_object ? kKeyOrEnd : kValueOrEnd))) {
        return JsonWalk::kInvalid;
      }
      end = place + 1;
      next_token = at + 1;
      return JsonWalk::kDone;
    }
  }
  return JsonWalk::kIncomplete;
}

bool JsonText::read(std::string_view text, JsonMembers& members) {
  start(text);
  finish();
  std::uint32_t end = 0;
  std::size_t next = 0;
  return count_ > 0 && tokens_[0] == 0 && text[0] != '"' && walk(0, members, end, next) == JsonWalk::kDone &&
         end == text.size();
}

JsonWalk JsonText::skip(std::size_t token, std::uint32_t& end, std::size_t& next_token) const {
  int depth = 0;
  for (std::size_t at = token; at < count_; ++at) {
    const char c = text_[tokens_[at]];
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) {
        end = tokens_[at] + 1;
        next_token = at + 1;
        return JsonWalk::kDone;
      }
    }
  }
  return JsonWalk::kIncomplete;
}

std::string_view JsonText::plain(const JsonValue& value, Arena& arena) const {
  const std::string_view written = slice(value);
  if (value.kind != '"') return written == "null" ? std::string_view{} : written;
  return unescape_json(written.substr(1, written.size() - 2), arena);
}

std::string_view unescape_json(std::string_view text, Arena& arena) {
  std::size_t backslash = text.find('\\');
  if (backslash == std::string_view::npos) return text;
  char* const out = arena.allocate(text.size() + 1);
  std::size_t written = 0;
  std::size_t at = 0;
  while (backslash != std::string_view::npos) {
    std::memcpy(out + written, text.data() + at, backslash - at);
    written += backslash - at;
    at = backslash + 1;
    const char c = at < text.size() ? text[at] : '\0';
    static constexpr std::string_view kShort = "\"\\/bfnrt";
    static constexpr std::string_view kMeaning = "\"\\/\b\f\n\r\t";
    const std::size_t known = at < text.size() ? kShort.find(c) : std::string_view::npos;
    const int unit = c == 'u' ? hex_unit(text, at + 1) : -1;
    if (known != std::string_view::npos) {
      out[written++] = kMeaning[known];
      ++at;
    } else if (unit >= 0) {
      auto code = static_cast<std::uint32_t>(unit);
      at += 5;
      if (code >= 0xD800 && code < 0xDC00 && at + 1 < text.size() && text[at] == '\\' && text[at + 1] == 'u') {
        const int low = hex_unit(text, at + 2);
        if (low >= 0xDC00 && low < 0xE000) {
          code = 0x10000 + ((code - 0xD800) << 10) + (static_cast<std::uint32_t>(low) - 0xDC00);
          at += 6;
        }
      }
      if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;  // half a pair
      written += put_utf8(out + written, code);
    } else {
      out[written++] = '\\';
    }
    backslash = text.find('\\', at);
  }
  std::memcpy(out + written, text.data() + at, text.size() - at);
  written += text.size() - at;
  arena.shrink_last(text.size() + 1, written);
  return {out, written};
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace otomo::formats
