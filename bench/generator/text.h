// SPDX-License-Identifier: Apache-2.0
#pragma once
// A growing block of text, appended to without a check per piece: room for a whole record is made at once.
// One thread at a time.

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "generator/random.h"

namespace otomo::bench {

inline constexpr size_t kRecordMaxBytes = 64 * 1024;

class Text {
 public:
  std::string_view view() const { return {bytes_.get(), size_}; }
  size_t size() const { return size_; }
  void clear() { size_ = 0; }
  void drop_last() { --size_; }

  // To be called before each record: what is appended until the next call must fit in kRecordMaxBytes.
  void make_room() {
    if (capacity_ - size_ >= kRecordMaxBytes) return;
    capacity_ = capacity_ * 2 + kRecordMaxBytes;
    std::unique_ptr<char[]> larger(new char[capacity_]);
    if (size_ != 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
  }

  Text& operator<<(std::string_view piece) {
    std::memcpy(bytes_.get() + size_, piece.data(), piece.size());
    size_ += piece.size();
    return *this;
  }
  Text& operator<<(char byte) {
    bytes_[size_++] = byte;
    return *this;
  }
  Text& operator<<(uint64_t number) {
    char* end = std::to_chars(bytes_.get() + size_, bytes_.get() + capacity_, number).ptr;
    size_ = static_cast<size_t>(end - bytes_.get());
    return *this;
  }

  // With leading zeros. REQUIRES: number has at most `digits` digits.
  Text& padded(uint64_t number, size_t digits) {
    for (size_t left = digits; left != 0; --left, number /= 10) {
      bytes_[size_ + left - 1] = static_cast<char>('0' + number % 10);
    }
    size_ += digits;
    return *this;
  }

  Text& hex(Random& random, size_t count) { return letters(random, count, "0123456789abcdef", 16); }
  Text& upper_hex(Random& random, size_t count) { return letters(random, count, "0123456789ABCDEF", 16); }
  Text& upper_alnum(Random& random, size_t count) {
    return letters(random, count, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 36);
  }
  Text& alnum(Random& random, size_t count) {
    return letters(random, count, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 62);
  }
  Text& base64(Random& random, size_t count) {
    return letters(random, count, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 64);
  }
  // 8-4-4-4-12 hexadecimal digits, version 4.
  Text& uuid(Random& random) {
    hex(random, 8) << '-';
    hex(random, 4) << "-4";
    hex(random, 3) << '-';
    hex(random, 4) << '-';
    return hex(random, 12);
  }

  // 2026-03-01 with the given separator.
  Text& date(int64_t epoch_s, char separator) {
    const std::chrono::year_month_day day = day_of(epoch_s);
    padded(static_cast<uint64_t>(static_cast<int>(day.year())), 4) << separator;
    padded(static_cast<unsigned>(day.month()), 2) << separator;
    return padded(static_cast<unsigned>(day.day()), 2);
  }
  // 14:05:59 with the given separator.
  Text& time(int64_t epoch_s, char separator) {
    const auto second = static_cast<uint64_t>(epoch_s % 86400);
    padded(second / 3600, 2) << separator;
    padded(second / 60 % 60, 2) << separator;
    return padded(second % 60, 2);
  }

  static std::chrono::year_month_day day_of(int64_t epoch_s) {
    return std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(epoch_s)));
  }

 private:
  Text& letters(Random& random, size_t count, const char* alphabet, uint32_t alphabet_size) {
    char* to = bytes_.get() + size_;
    uint64_t bits = 0;
    for (size_t i = 0; i < count; ++i, bits >>= 7U) {
      if (i % 9 == 0) bits = random.next();
      to[i] = alphabet[((bits & 127U) * alphabet_size) >> 7U];
    }
    size_ += count;
    return *this;
  }

  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace otomo::bench
