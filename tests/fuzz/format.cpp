// SPDX-License-Identifier: Apache-2.0
//
// Built once for each format of formats.def, which is its OTOMO_FORMAT.
#include "fuzz/cut.h"

namespace otomo::formats::OTOMO_FORMAT {
extern const Format kFormat;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  otomo::fuzz::check(otomo::formats::OTOMO_FORMAT::kFormat, {reinterpret_cast<const char*>(data), size});
  return 0;
}
