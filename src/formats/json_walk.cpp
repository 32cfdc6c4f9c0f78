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

// REQUIRES: 8 readable bytes behind text.begin().
bool is_scalar(std::string_view text) {
  if (text.empty()) return false;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text.data(), sizeof bytes);
  if (text[0] < 'a') {
    // A whole number of up to eight digits, mostly: all are digits if neither they nor six more have another high half.
    if (text.size() <= 8 && text[0] != '0') {
      constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
      const std::size_t spare_bits = 64 - 8 * text.size();
      const std::uint64_t differences = (bytes ^ (kOnes * '0')) << spare_bits;
      if (((differences | (differences + kOnes * 6)) & (kOnes * 0xF0)) == 0) return true;
    }
    return is_number(text);
  }
  if (text.size() == 4) return text == "null" || text == "true";
  return text == "false";
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

// The most members, and bytes of their names, that are remembered of one object.
constexpr std::size_t kMembersMax = 128;
constexpr std::size_t kNamesBytesMax = 8 * 1024;
// Behind the names, so that they can be compared without a look at where they end.
constexpr std::size_t kSpareBytes = 32;

// The same `size` bytes. REQUIRES: kSpareBytes readable bytes more in both.
inline bool same_bytes(const char* a, const char* b, std::size_t size) {
  // As many bytes of it as are compared, and then none.
  struct Mask {
    unsigned char bytes[2 * kSpareBytes] = {};
    constexpr Mask() {
      for (std::size_t i = 0; i < kSpareBytes; ++i) bytes[i] = 0xFF;
    }
  };
  static constexpr Mask kMask;
  for (; size > kSpareBytes; size -= kSpareBytes, a += kSpareBytes, b += kSpareBytes) {
    if (std::memcmp(a, b, kSpareBytes) != 0) return false;
  }
  constexpr std::size_t kWords = kSpareBytes / 8;
  std::uint64_t first[kWords];
  std::uint64_t second[kWords];
  std::uint64_t mask[kWords];
  std::memcpy(first, a, kSpareBytes);
  std::memcpy(second, b, kSpareBytes);
  std::memcpy(mask, kMask.bytes + kSpareBytes - size, kSpareBytes);
  std::uint64_t differences = 0;
  for (std::size_t i = 0; i < kWords; ++i) differences |= (first[i] ^ second[i]) & mask[i];
  return differences == 0;
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

void JsonText::start(std::string_view text, JsonDepth depth) {
  text_ = text;
  depth_ = depth;
  count_ = 0;
  indexed_ = 0;
  carry_ = {};
  // Far above the depths that the kernel leaves out.
  if (depth == JsonDepth::kAll) carry_.depth = INT64_MIN / 2;
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

bool JsonShapes::has_names(const Shape& shape, std::string_view text, const JsonMembers& members) const {
  if (shape.number == 0 || shape.ends.size() != members.size()) return false;
  std::uint32_t begin = 0;
  const std::uint32_t* end = shape.ends.data();
  for (const JsonMember& member : members) {
    const std::size_t size = member.key_end - member.key_begin;
    if (*end - begin != size + 3 ||
        std::memcmp(shape.names.data() + begin + 1, text.data() + member.key_begin, size) != 0)
      return false;
    begin = *end++;
  }
  return true;
}

void JsonShapes::number(std::string_view text, JsonMembers& members) {
  if (members.empty() || members.size() > kMembersMax) return;
  std::size_t names_bytes = 0;
  for (const JsonMember& member : members) names_bytes += member.key_end - member.key_begin;
  if (names_bytes > kNamesBytesMax) return;
  for (std::size_t i = 0; i < kShapesMax; ++i) {
    if (!has_names(shapes_[i], text, members)) continue;
    last_ = i;
    members.set_shape(shapes_[i].number);
    return;
  }
  Shape& shape = shapes_[next_];
  shape.names.clear();
  shape.ends.clear();
  for (const JsonMember& member : members) {
    shape.names += '"';
    shape.names += text.substr(member.key_begin, member.key_end - member.key_begin);
    shape.names += "\":";
    shape.ends.push_back(static_cast<std::uint32_t>(shape.names.size()));
  }
  shape.names.append(kSpareBytes, '\0');
  shape.number = ++numbers_given_;
  last_ = next_;
  next_ = (next_ + 1) % kShapesMax;
  members.set_shape(shape.number);
}

// The token of the bracket that closes the one at `token`, whatever its kind; token_count() or more where none does.
std::size_t JsonText::closing(std::size_t token) const {
  // Where nothing deeper is told, it is the next one.
  if (depth_ == JsonDepth::kTop) return token + 1;
  std::int64_t depth = 0;
  for (; token < count_; ++token) {
    const char c = text_[tokens_[token]];
    // { and [ have this bit, } and ] have not.
    depth += c == '"' ? 0 : (c & 2) - 1;
    if (depth == 0) break;
  }
  return token;
}

// Adds members from the one whose name is token `at` on, as long as they have the shape's names and nothing but one
// comma between them; returns the first byte behind them, and the token there. Numbers them where the object ends like
// the shape.
std::uint32_t JsonText::walk_alike(const JsonShapes::Shape& shape, std::size_t& at, JsonMembers& members) const {
  const char* const text = text_.data();
  const std::uint32_t* const tokens = tokens_.get();
  const char* name = shape.names.data();
  std::uint32_t behind = tokens[at - 1] + 1;
  std::uint32_t name_begin = 0;
  for (std::size_t i = 0; i < shape.ends.size() && at + 1 < count_; ++i) {
    const std::uint32_t name_size = shape.ends[i] - name_begin;
    const std::uint32_t place = tokens[at];
    if (place != behind || !same_bytes(text + place, name, name_size)) break;
    JsonMember member;
    member.key_begin = place + 1;
    member.key_end = place + name_size - 2;
    const std::uint32_t begin = place + name_size;
    const char c = text[begin];
    std::uint32_t next = tokens[at + 1];
    std::size_t taken = 1;
    if (next == begin) {
      taken = c == '"' ? 2 : closing(at + 1) + 1 - at;
      if (at + taken >= count_) break;
      const std::uint32_t close = c == '"' ? string_end(text, begin, tokens[at + 2]) : tokens[at + taken - 1];
      if (c == '"' ? close == 0 : text[close] != (c == '{' ? '}' : ']')) break;
      member.value = {begin, close + 1, c, static_cast<std::uint32_t>(at + 1)};
      next = tokens[at + taken];
    } else {
      const std::uint32_t close = text[next - 1] == ',' ? next - 1 : next;
      if (close <= begin || !is_scalar({text + begin, close - begin})) break;
      member.value = {begin, close, 's'};
    }
    const std::uint32_t value_end = member.value.end;
    const bool goes_on = text[value_end] == ',' && next == value_end + 1 && text[next] == '"';
    const bool ends = next == value_end && text[next] == '}';
    if (!goes_on && !ends) break;
    members.add(member);
    at += taken;
    behind = next;
    name += name_size;
    name_begin = shape.ends[i];
    if (ends) {
      if (i + 1 == shape.ends.size()) members.set_shape(shape.number);
      break;
    }
  }
  return behind;
}

JsonWalk JsonText::walk(std::size_t token, const JsonShapes::Shape* shape, JsonMembers& members, std::uint32_t& end,
                        std::size_t& next_token) const {
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
  if (shape != nullptr && in_object && shape->number != 0) {
    behind = walk_alike(*shape, at, members);
    // Behind a comma, or before the closing bracket.
    if (!members.empty()) state = text[behind] == '}' ? kAfter : kKey;
  }
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
      const std::size_t close_at = closing(at);
      if (close_at >= count) return JsonWalk::kIncomplete;
      const std::uint32_t close = tokens[close_at];
      if (text[close] != (c == '{' ? '}' : ']')) return JsonWalk::kInvalid;
      behind = close + 1;
      member.value = {place, behind, c, static_cast<std::uint32_t>(at)};
      at = close_at + 1;
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

bool JsonText::read_all(std::string_view text, JsonDepth depth, JsonShapes* shapes, JsonMembers& members) {
  start(text, depth);
  finish();
  if (count_ == 0 || tokens_[0] != 0 || text[0] == '"') return false;
  std::uint32_t end = 0;
  std::size_t next = 0;
  const JsonWalk walk_end = shapes == nullptr ? walk(0, members, end, next) : walk(0, *shapes, members, end, next);
  return walk_end == JsonWalk::kDone && end == text.size();
}

bool JsonText::read(const JsonValue& value, JsonShapes& shapes, JsonMembers& members) const {
  std::uint32_t end = 0;
  std::size_t next = 0;
  return walk(value.token, shapes, members, end, next) == JsonWalk::kDone && end == value.end;
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
  const std::string_view inside = written.substr(1, written.size() - 2);
  return is_plain() ? inside : unescape_json(inside, arena);
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

bool has_json_escapes(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; });
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
