// SPDX-License-Identifier: Apache-2.0
#if defined(__aarch64__)

#include <arm_neon.h>

#include "base/simd/rarest.h"
#include "base/simd/simd.h"

namespace otomo::simd::neon {

namespace {

struct Bytes64 {
  struct Pattern {
    uint8x16_t all;
    explicit Pattern(char c) : all(vdupq_n_u8(static_cast<std::uint8_t>(c))) {}
  };

  uint8x16_t part[4];

  static Bytes64 load(const char* at) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(at);
    return {{vld1q_u8(bytes), vld1q_u8(bytes + 16), vld1q_u8(bytes + 32), vld1q_u8(bytes + 48)}};
  }
  // One bit per byte of four registers whose bytes are all ones or zero: weigh the bits, add neighbours three times.
  static std::uint64_t mask(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
    const uint8x16_t weight = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t ab = vpaddq_u8(vandq_u8(a, weight), vandq_u8(b, weight));
    const uint8x16_t cd = vpaddq_u8(vandq_u8(c, weight), vandq_u8(d, weight));
    const uint8x16_t all = vpaddq_u8(vpaddq_u8(ab, cd), vpaddq_u8(ab, cd));
    return vgetq_lane_u64(vreinterpretq_u64_u8(all), 0);
  }
  std::uint64_t equals(const Pattern& pattern) const {
    const auto is = [&](int i) { return vceqq_u8(part[i], pattern.all); };
    return mask(is(0), is(1), is(2), is(3));
  }
  std::uint64_t high_bits() const {
    const uint8x16_t limit = vdupq_n_u8(0x80);
    return mask(vcgeq_u8(part[0], limit), vcgeq_u8(part[1], limit), vcgeq_u8(part[2], limit), vcgeq_u8(part[3], limit));
  }
  std::uint64_t below(const Pattern& pattern) const {
    const int8x16_t all = vreinterpretq_s8_u8(pattern.all);
    const auto is = [&](int i) { return vcltq_s8(vreinterpretq_s8_u8(part[i]), all); };
    return mask(is(0), is(1), is(2), is(3));
  }
  std::uint64_t json_brackets() const {
    return equals(Pattern('{')) | equals(Pattern('[')) | equals(Pattern('}')) | equals(Pattern(']'));
  }
};

inline std::uint64_t prefix_xor(std::uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

#include "base/simd/place_writer.inl"
#include "base/simd/scan.inl"

bool supported() { return true; }

}  // namespace

extern const Kernels kKernels;
const Kernels kKernels{"neon", supported, split_line, split_fields, count_newlines, find_literal, index_json};

}  // namespace otomo::simd::neon

#endif
