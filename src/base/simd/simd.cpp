// SPDX-License-Identifier: Apache-2.0
#include "base/simd/simd.h"

#include <cstdlib>

namespace otomo::simd {

#define X(kernel)                \
  namespace kernel {             \
  extern const Kernels kKernels; \
  }
#include "base/simd/kernels.def"
#undef X

std::span<const Kernels* const> all_kernels() {
  static const Kernels* const kAll[] = {
#define X(kernel) &kernel::kKernels,
#include "base/simd/kernels.def"
#undef X
  };
  return kAll;
}

const Kernels& kernels() {
  static const Kernels& chosen = []() -> const Kernels& {
    const char* named = std::getenv("OTOMO_KERNEL");
    for (const Kernels* kernel : all_kernels()) {
      if (kernel->supported() && (named == nullptr || kernel->name == named)) return *kernel;
    }
    return scalar::kKernels;
  }();
  return chosen;
}

}  // namespace otomo::simd
