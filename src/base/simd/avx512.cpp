// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include <immintrin.h>

#include "base/simd/rarest.h"
#include "base/simd/simd.h"
#include "base/simd/target.h"

OTOMO_TARGET_BEGIN("avx512f,avx512bw,avx512vl,avx512vbmi2,avx2,bmi,bmi2,popcnt,lzcnt,pclmul")
namespace otomo::simd::avx512 {

namespace {

struct Bytes64 {
  struct Pattern {
    __m512i all;
    // The empty statement hides where it comes from: GCC would make it anew in each round of a loop.
    explicit Pattern(char c) : all(_mm512_set1_epi8(c)) { asm("" : "+v"(all)); }
  };

  __m512i bytes;

  static Bytes64 load(const char* at) { return {_mm512_loadu_si512(at)}; }
  std::uint64_t equals(const Pattern& pattern) const {
    std::uint64_t mask = _mm512_cmpeq_epi8_mask(bytes, pattern.all);
    // Else GCC turns a later `mask & other` into a masked comparison, which waits for `other` on its way back into a
    // mask register: 214 instead of 178 cycles per line of 660 bytes.
    asm("" : "+r"(mask));
    return mask;
  }
  std::uint64_t high_bits() const { return _mm512_movepi8_mask(bytes); }
  std::uint64_t below(const Pattern& pattern) const { return _mm512_cmplt_epi8_mask(bytes, pattern.all); }
  // { and [ differ only in bit 5, as do } and ].
  std::uint64_t json_brackets() const {
    const __m512i lowered = _mm512_or_si512(bytes, _mm512_set1_epi8(0x20));
    return _mm512_cmpeq_epi8_mask(lowered, _mm512_set1_epi8('{')) |
           _mm512_cmpeq_epi8_mask(lowered, _mm512_set1_epi8('}'));
  }
};

inline std::uint64_t prefix_xor(std::uint64_t bits) {
  const __m128i ones = _mm_set1_epi8(static_cast<char>(0xFF));
  return static_cast<std::uint64_t>(
      _mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(bits)), ones, 0)));
}

// vpcompressb gathers the numbers of the bits set.
struct PlaceWriter {
  __m512i numbers;
  __m512i origin;
  __m512i register_size = _mm512_set1_epi32(64);

  explicit PlaceWriter(std::uint32_t first) : origin(_mm512_set1_epi32(static_cast<int>(first))) {
    alignas(64) static constexpr std::uint8_t kNumbers[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    numbers = _mm512_load_si512(kNumbers);
    asm("" : "+v"(numbers), "+v"(register_size));  // as in Pattern
  }
  void advance() { origin = _mm512_add_epi32(origin, register_size); }
  void put(std::uint64_t bits, std::uint32_t* places) const {
    const __m512i found = _mm512_maskz_compress_epi8(bits, numbers);
    // maskz: GCC 12 says of the plain forms that they read what is not initialised.
    const auto put_part = [&](int part, __m128i few) {
      _mm512_storeu_si512(places + 16 * part, _mm512_add_epi32(_mm512_maskz_cvtepu8_epi32(0xFFFF, few), origin));
    };
    put_part(0, _mm512_maskz_extracti32x4_epi32(0xF, found, 0));
    if (__builtin_popcountll(bits) <= 16) return;
    put_part(1, _mm512_maskz_extracti32x4_epi32(0xF, found, 1));
    put_part(2, _mm512_maskz_extracti32x4_epi32(0xF, found, 2));
    put_part(3, _mm512_maskz_extracti32x4_epi32(0xF, found, 3));
  }
};

#include "base/simd/scan.inl"

bool supported() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2") &&
         __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("pclmul");
}

}  // namespace

extern const Kernels kKernels;
const Kernels kKernels{"avx512", supported, split_line, split_fields, count_newlines, find_literal, index_json};

}  // namespace otomo::simd::avx512
OTOMO_TARGET_END

#endif
