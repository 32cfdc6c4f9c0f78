// SPDX-License-Identifier: Apache-2.0
#pragma once
// Random numbers that are a function of (seed, index): any record can be made without making those before it, so that
// the same seed gives the same records however they are spread over files and threads. Not for secrets.

#include <cmath>
#include <cstdint>

namespace otomo::bench {

class Random {
 public:
  explicit Random(uint64_t seed, uint64_t index = 0) : state_(mix(seed) ^ mix(~index)) {}

  uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15U); }

  // From 0 to bound - 1. REQUIRES: 0 < bound < 2^32.
  uint32_t below(uint64_t bound) { return static_cast<uint32_t>(((next() >> 32U) * bound) >> 32U); }

  bool chance(uint32_t percent) { return below(100) < percent; }

  // From 0 to 1, without 1.
  double fraction() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

  // A rank from 0 to count - 1, rank r about 1 / (r + 1) as likely as rank 0: Zipf's law with exponent 1, by its
  // continuous inverse.
  uint32_t zipf(uint32_t count) {
    return static_cast<uint32_t>(std::exp2(fraction() * std::log2(static_cast<double>(count) + 1.0)) - 1.0) % count;
  }

 private:
  // The finisher of splitmix64 (Steele, Lea and Flood, OOPSLA 2014).
  static uint64_t mix(uint64_t value) {
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
  }

  uint64_t state_;
};

}  // namespace otomo::bench
