// SPDX-License-Identifier: Apache-2.0
//
// Every kernel that this processor runs against the scalar one, on any bytes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/simd/simd.h"

namespace {

using otomo::simd::Kernels;

void check_lines(const Kernels& kernel, const Kernels& scalar, const char* at, const char* end) {
  while (at < end) {
    otomo::simd::LineSplit expected;
    otomo::simd::LineSplit actual;
    scalar.split_line(at, end, expected);
    kernel.split_line(at, end, actual);
    const std::uint32_t places = std::min(otomo::simd::kSeparatorsMax, expected.separators);
    if (actual.length != expected.length || actual.complete != expected.complete ||
        actual.regular != expected.regular || actual.quotes != expected.quotes ||
        actual.separators != expected.separators ||
        !std::equal(actual.places, actual.places + places, expected.places)) {
      std::abort();
    }
    at += expected.length + 1;
  }
}

void check_fields(const Kernels& kernel, const Kernels& scalar, char separator, const char* at, const char* end) {
  while (at < end) {
    otomo::simd::FieldSplit expected;
    otomo::simd::FieldSplit actual;
    scalar.split_fields(at, end, separator, expected);
    kernel.split_fields(at, end, separator, actual);
    const std::uint32_t places = std::min(otomo::simd::kFieldSeparatorsMax, expected.separators);
    if (actual.length != expected.length || actual.complete != expected.complete || actual.plain != expected.plain ||
        actual.separators != expected.separators ||
        !std::equal(actual.places, actual.places + places, expected.places)) {
      std::abort();
    }
    at += expected.length + 1;
  }
}

std::vector<std::uint32_t> index_json(const Kernels& kernel, const char* text, std::size_t size, std::size_t step) {
  std::vector<std::uint32_t> all;
  otomo::simd::JsonCarry carry;
  for (std::size_t at = 0; at < size; at += step) {
    const std::size_t part = std::min(step, size - at);
    const auto places = std::make_unique_for_overwrite<std::uint32_t[]>((part + 63) / 64 * 64);
    const std::size_t count = kernel.index_json(text + at, part, static_cast<std::uint32_t>(at), carry, places.get());
    all.insert(all.end(), places.get(), places.get() + count);
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t literal_size = std::min<std::size_t>(1U + data[1] % 20U, size - 2);
  const std::size_t text_size = size - 2;
  const auto text = std::make_unique<char[]>(text_size + otomo::kBlockPaddingBytes);
  std::memcpy(text.get(), data + 2, text_size);
  const char* begin = text.get();
  const char* end = begin + text_size;
  const Kernels& scalar = *otomo::simd::all_kernels().back();
  for (const Kernels* kernel : otomo::simd::all_kernels()) {
    if (kernel == &scalar || !kernel->supported()) continue;
    check_lines(*kernel, scalar, begin, end);
    // Any byte that may separate, chosen by the input.
    const char separator = static_cast<char>(data[0] % 0x80U);
    if (separator != '\n') check_fields(*kernel, scalar, separator, begin, end);
    if (kernel->count_newlines(begin, text_size) != scalar.count_newlines(begin, text_size)) std::abort();
    if (literal_size > 0) {
      // The text's own end, so that there is something to find.
      const std::string_view literal(end - literal_size, literal_size);
      if (kernel->find_literal(begin, end, literal) != scalar.find_literal(begin, end, literal)) std::abort();
      if (kernel->find_literal(begin, end - 1, literal) != scalar.find_literal(begin, end - 1, literal)) std::abort();
    }
    for (const std::size_t step : {std::size_t{64}, std::size_t{192}, (text_size + 64) / 64 * 64}) {
      if (index_json(*kernel, begin, text_size, step) != index_json(scalar, begin, text_size, step)) std::abort();
    }
  }
  return 0;
}
