// SPDX-License-Identifier: Apache-2.0
#include "fuzz/cut.h"

namespace otomo::formats::cloudwatch_logs {
extern const Format kFormat;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  otomo::fuzz::check(otomo::formats::cloudwatch_logs::kFormat, {reinterpret_cast<const char*>(data), size});
  return 0;
}
