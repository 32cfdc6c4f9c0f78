// SPDX-License-Identifier: Apache-2.0
//
// JSON in blocks: where an object's members begin and end, without building a tree. A kernel finds the places of the
// brackets and opening quotes that are not deeper than the members (base/simd); the walk goes from place to place and
// looks at what lies between, which in the JSON that machines write is one colon or comma. What lies deeper is skipped
// at the kernel's speed, unless the text was started for all depths: then it can be walked in its turn.
//
// Checked: names, separators, literals and numbers of the members, and that brackets balance below them. Not checked:
// what else stands inside nested values, escapes, raw control characters; UTF-8 is the caller's.
// One thread per object.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/simd/simd.h"

namespace otomo::formats {

struct JsonValue {
  std::uint32_t begin = 0;  // first byte
  std::uint32_t end = 0;    // behind the last; strings with their quotes
  char kind = 0;            // '{' '[' '"', or 's' for a number, true, false, null
  std::uint32_t token = 0;  // of an object or array: its bracket's
};

struct JsonMember {
  std::uint32_t key_begin = 0;  // without quotes; empty in arrays
  std::uint32_t key_end = 0;
  JsonValue value;
};

// The members of one object, kept for their memory from one walk to the next. The sizes of their names stand beside
// them, eight in a word, so that most members are passed over without a look.
class JsonMembers {
 public:
  void clear() {
    size_ = 0;
    shape_ = 0;
  }
  void add(const JsonMember& member) {
    if (size_ == capacity_) grow();
    name_sizes_[size_] = static_cast<std::uint8_t>(member.key_end - member.key_begin);
    members_[size_++] = member;
  }
  // Calls look(member) for all members whose names may have `name_bytes` bytes, in their order, until it returns true.
  template <class Look>
  void of_name_size(std::size_t name_bytes, Look look) const {
    constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
    for (std::size_t at = 0; at < size_; at += 8) {
      std::uint64_t sizes = 0;
      std::memcpy(&sizes, name_sizes_.get() + at, sizeof sizes);
      const std::uint64_t differences = sizes ^ (kOnes * static_cast<std::uint8_t>(name_bytes));
      // The highest bit of each byte that is zero, and of some above one.
      std::uint64_t same = (differences - kOnes) & ~differences & (kOnes << 7);
      if (size_ - at < 8) same &= (1ULL << (8 * (size_ - at))) - 1;
      for (; same != 0; same &= same - 1) {
        if (look(members_[at + static_cast<std::size_t>(std::countr_zero(same)) / 8])) return;
      }
    }
  }
  // Not 0: all members that have this number, of walks with the same JsonShapes, have the same names in the same order.
  std::uint32_t shape() const { return shape_; }
  void set_shape(std::uint32_t shape) { shape_ = shape; }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  const JsonMember* begin() const { return members_.get(); }
  const JsonMember* end() const { return members_.get() + size_; }

 private:
  void grow();

  std::unique_ptr<JsonMember[]> members_;
  std::unique_ptr<std::uint8_t[]> name_sizes_;  // modulo 256
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::uint32_t shape_ = 0;
};

// The names of the last objects' members. A log writes its records alike, so that mostly one comparison per member
// finds out where its value begins, and a number for all of the names tells what they mean. One thread.
class JsonShapes {
 public:
  static constexpr std::size_t kShapesMax = 8;

  struct Shape {
    std::uint32_t number = 0;         // 0: none is remembered here
    std::string names;                // as they are written: `"name":` one behind the other
    std::vector<std::uint32_t> ends;  // of each in `names`
  };

  // The one that the last object had.
  const Shape& last() const { return shapes_[last_]; }
  // Gives the members their number, remembering their names if they are new.
  void number(std::string_view text, JsonMembers& members);

 private:
  bool has_names(const Shape& shape, std::string_view text, const JsonMembers& members) const;

  std::array<Shape, kShapesMax> shapes_;
  std::size_t last_ = 0;
  std::size_t next_ = 0;  // to be forgotten first
  std::uint32_t numbers_given_ = 0;
};

enum class JsonWalk : std::uint8_t {
  kDone,
  kIncomplete,  // fine so far, but the text ends
  kInvalid,
};

// Which objects and arrays of a text can be walked.
enum class JsonDepth : std::uint8_t {
  kTop,  // those that are not inside others
  kAll,  // worth it where most of what is inside is wanted
};

class JsonText {
 public:
  // Forgets what was indexed and starts at `text`, which must stay, with kBlockPaddingBytes behind it.
  void start(std::string_view text, JsonDepth depth = JsonDepth::kTop);
  // The members of the object or elements of the array that is all of `text`. False: it is not a valid one.
  bool read(std::string_view text, JsonMembers& members, JsonDepth depth = JsonDepth::kTop) {
    return read_all(text, depth, nullptr, members);
  }
  // The same, for objects that are mostly like the last one.
  bool read(std::string_view text, JsonShapes& shapes, JsonMembers& members, JsonDepth depth) {
    return read_all(text, depth, &shapes, members);
  }
  // Of an object or array in a text of all depths.
  bool read(const JsonValue& value, JsonShapes& shapes, JsonMembers& members) const;
  // Indexes at least `more` further bytes, if there are any. False: all is indexed.
  bool extend(std::size_t more);
  // Indexes everything.
  void finish() {
    while (extend(text_.size())) {
    }
  }

  std::string_view text() const { return text_; }
  JsonDepth depth() const { return depth_; }
  std::string_view slice(std::uint32_t begin, std::uint32_t end) const { return text_.substr(begin, end - begin); }
  std::string_view slice(const JsonValue& value) const { return slice(value.begin, value.end); }
  std::string_view key(const JsonMember& member) const { return slice(member.key_begin, member.key_end); }

  std::size_t token_count() const { return count_; }
  std::uint32_t token(std::size_t i) const { return tokens_[i]; }
  // The first token at or behind byte `place`, looking on from `from`.
  std::size_t token_at(std::uint32_t place, std::size_t from) const;
  std::uint32_t indexed_bytes() const { return indexed_; }
  // No byte of 0x80 or more so far: surely valid UTF-8.
  bool is_ascii() const { return carry_.high == 0; }
  // No backslash so far: what was indexed holds no escapes.
  bool is_plain() const { return carry_.backslash == 0; }

  // Walks the object or array whose bracket is token `token`, and lists its members (elements). `end` comes back behind
  // the closing bracket, `next_token` as the token behind it. Members seen before a failure are listed too.
  JsonWalk walk(std::size_t token, JsonMembers& members, std::uint32_t& end, std::size_t& next_token) const {
    return walk(token, nullptr, members, end, next_token);
  }
  // The same, for objects that are mostly like the last one; numbers the members of those that are done.
  JsonWalk walk(std::size_t token, JsonShapes& shapes, JsonMembers& members, std::uint32_t& end,
                std::size_t& next_token) const {
    const JsonWalk walk_end = walk(token, &shapes.last(), members, end, next_token);
    if (walk_end == JsonWalk::kDone && members.shape() == 0) shapes.number(text_, members);
    return walk_end;
  }
  // Only the end: brackets are counted, nothing is checked.
  JsonWalk skip(std::size_t token, std::uint32_t& end, std::size_t& next_token) const;

  // The text of a scalar or string: strings unescaped (in the arena where they hold a backslash), null as
  // data() == nullptr, everything else as it is written.
  std::string_view plain(const JsonValue& value, Arena& arena) const;

 private:
  JsonWalk walk(std::size_t token, const JsonShapes::Shape* shape, JsonMembers& members, std::uint32_t& end,
                std::size_t& next_token) const;
  bool read_all(std::string_view text, JsonDepth depth, JsonShapes* shapes, JsonMembers& members);
  std::uint32_t walk_alike(const JsonShapes::Shape& shape, std::size_t& at, JsonMembers& members) const;
  std::size_t closing(std::size_t token) const;

  std::string_view text_;
  JsonDepth depth_ = JsonDepth::kTop;
  std::unique_ptr<std::uint32_t[]> tokens_;
  std::size_t count_ = 0;
  std::size_t capacity_ = 0;
  std::uint32_t indexed_ = 0;
  simd::JsonCarry carry_;
};

// The text between a string's quotes without its escapes; what is no valid escape stays as it is.
std::string_view unescape_json(std::string_view text, Arena& arena);
// Must JSON escape a byte of `text`? Then it never stands in a JSON string as it is.
bool has_json_escapes(std::string_view text);
// Appends `text` as a JSON string.
void append_json_string(std::string& out, std::string_view text);

}  // namespace otomo::formats
