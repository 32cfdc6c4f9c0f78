// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include <immintrin.h>

#include "base/simd/rarest.h"
#include "base/simd/simd.h"
#include "base/simd/target.h"

OTOMO_TARGET_BEGIN("avx2,bmi,bmi2,popcnt,lzcnt,pclmul")
namespace otomo::simd::avx2 {

namespace {

struct Bytes64 {
  struct Pattern {
    __m256i all;
    explicit Pattern(char c) : all(_mm256_set1_epi8(c)) {}
  };

  __m256i low;
  __m256i high;

  static Bytes64 load(const char* at) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)),
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32))};
  }
  static std::uint64_t mask(__m256i a, __m256i b) {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(a)) |
           (static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(b))) << 32);
  }
  std::uint64_t equals(const Pattern& pattern) const {
    return mask(_mm256_cmpeq_epi8(low, pattern.all), _mm256_cmpeq_epi8(high, pattern.all));
  }
  std::uint64_t high_bits() const { return mask(low, high); }
  std::uint64_t below(const Pattern& pattern) const {
    return mask(_mm256_cmpgt_epi8(pattern.all, low), _mm256_cmpgt_epi8(pattern.all, high));
  }

  // { and [ differ only in bit 5, as do } and ].
  static __m256i brackets(__m256i part) {
    const __m256i lowered = _mm256_or_si256(part, _mm256_set1_epi8(0x20));
    return _mm256_or_si256(_mm256_cmpeq_epi8(lowered, _mm256_set1_epi8('{')),
                           _mm256_cmpeq_epi8(lowered, _mm256_set1_epi8('}')));
  }
  std::uint64_t json_brackets() const { return mask(brackets(low), brackets(high)); }
};

inline std::uint64_t prefix_xor(std::uint64_t bits) {
  const __m128i ones = _mm_set1_epi8(static_cast<char>(0xFF));
  return static_cast<std::uint64_t>(
      _mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(bits)), ones, 0)));
}

#include "base/simd/place_writer.inl"
#include "base/simd/scan.inl"

bool supported() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("pclmul");
}

}  // namespace

extern const Kernels kKernels;
const Kernels kKernels{"avx2", supported, split_line, split_fields, count_newlines, find_literal, index_json};

}  // namespace otomo::simd::avx2
OTOMO_TARGET_END

#endif
