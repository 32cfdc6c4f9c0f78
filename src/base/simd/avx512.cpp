// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include <immintrin.h>

#include "base/simd/rarest.h"
#include "base/simd/simd.h"
#include "base/simd/target.h"

OTOMO_TARGET_BEGIN("avx512f,avx512bw,avx512vl,avx2,bmi,bmi2,popcnt,lzcnt,pclmul")
namespace otomo::simd::avx512 {

namespace {

struct Bytes64 {
  __m512i bytes;

  static Bytes64 load(const char* at) { return {_mm512_loadu_si512(at)}; }
  std::uint64_t equals(char c) const { return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(c)); }
  std::uint64_t high_bits() const { return _mm512_movepi8_mask(bytes); }
  // { and [ differ only in bit 5, as do } and ].
  std::uint64_t equals_lowered(char c) const {
    return _mm512_cmpeq_epi8_mask(_mm512_or_si512(bytes, _mm512_set1_epi8(0x20)), _mm512_set1_epi8(c));
  }
  std::uint64_t json_opens() const { return equals_lowered('{'); }
  std::uint64_t json_closes() const { return equals_lowered('}'); }
};

inline std::uint64_t prefix_xor(std::uint64_t bits) {
  const __m128i ones = _mm_set1_epi8(static_cast<char>(0xFF));
  return static_cast<std::uint64_t>(
      _mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(bits)), ones, 0)));
}

#include "base/simd/scan.inl"

bool supported() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("pclmul");
}

}  // namespace

extern const Kernels kKernels;
const Kernels kKernels{"avx512", supported, split_line, count_newlines, find_literal, index_json};

}  // namespace otomo::simd::avx512
OTOMO_TARGET_END

#endif
