// SPDX-License-Identifier: Apache-2.0
//
// Some of a listing's objects, by their numbers: a bit for each that there is. One thread writes, or any read.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace otomo::io {

class ObjectSet {
 public:
  static ObjectSet all(std::size_t count) {
    ObjectSet set;
    set.words_.assign((count + 63) / 64, ~std::uint64_t{0});
    if (count % 64 != 0) set.words_.back() >>= 64 - count % 64;
    set.size_ = count;
    return set;
  }

  void add(std::size_t number) {
    if (number / 64 >= words_.size()) words_.resize(number / 64 + 1);
    size_ += contains(number) ? 0 : 1;
    words_[number / 64] |= bit(number);
  }
  void remove(std::size_t number) {
    if (!contains(number)) return;
    words_[number / 64] &= ~bit(number);
    --size_;
  }
  void keep_only(const ObjectSet& other) {
    size_ = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      words_[i] &= i < other.words_.size() ? other.words_[i] : 0;
      size_ += static_cast<std::size_t>(std::popcount(words_[i]));
    }
  }

  bool contains(std::size_t number) const {
    return number / 64 < words_.size() && (words_[number / 64] & bit(number)) != 0;
  }
  std::size_t size() const { return size_; }

  // The first number from `from` on; end() where there is none.
  std::size_t next(std::size_t from) const {
    for (std::size_t word = from / 64; word < words_.size(); ++word) {
      std::uint64_t rest = words_[word];
      if (word == from / 64) rest &= ~std::uint64_t{0} << (from % 64);
      if (rest != 0) return word * 64 + static_cast<std::size_t>(std::countr_zero(rest));
    }
    return end();
  }
  // Larger than every number in it.
  std::size_t end() const { return words_.size() * 64; }

 private:
  static std::uint64_t bit(std::size_t number) { return std::uint64_t{1} << (number % 64); }

  std::vector<std::uint64_t> words_;
  std::size_t size_ = 0;
};

}  // namespace otomo::io
