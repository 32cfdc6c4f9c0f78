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
  std::uint64_t equals(char c) const {
    const __m256i all = _mm256_set1_epi8(c);
    return mask(_mm256_cmpeq_epi8(low, all), _mm256_cmpeq_epi8(high, all));
  }
  std::uint64_t high_bits() const { return mask(low, high); }

  // { and [ differ only in bit 5, as do } and ]; : and , are looked up by their low four bits.
  static __m256i structure(__m256i bytes) {
    const __m256i table = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0,  //
                                           0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0);
    const __m256i by_nibble = _mm256_shuffle_epi8(table, bytes);
    return _mm256_cmpeq_epi8(by_nibble, _mm256_or_si256(bytes, _mm256_set1_epi8(0x20)));
  }
  std::uint64_t json_structure() const { return mask(structure(low), structure(high)) & ~control(); }
  // The bytes that bit 5 would turn into , or : although they are control characters (0x0C, 0x1A).
  std::uint64_t control() const {
    const __m256i limit = _mm256_set1_epi8(0x20);
    return mask(_mm256_andnot_si256(low, _mm256_cmpgt_epi8(limit, low)),
                _mm256_andnot_si256(high, _mm256_cmpgt_epi8(limit, high)));
  }
};

inline std::uint64_t prefix_xor(std::uint64_t bits) {
  const __m128i ones = _mm_set1_epi8(static_cast<char>(0xFF));
  return static_cast<std::uint64_t>(
      _mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(bits)), ones, 0)));
}

#include "base/simd/scan.inl"

bool supported() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("pclmul");
}

}  // namespace

extern const Kernels kKernels;
const Kernels kKernels{"avx2", supported, split_line, count_newlines, find_literal, index_json};

}  // namespace otomo::simd::avx2
OTOMO_TARGET_END

#endif
