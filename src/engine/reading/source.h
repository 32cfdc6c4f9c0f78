// SPDX-License-Identifier: Apache-2.0
//
// Where objects are from, and what the user says of them. Plain data; any thread.
#pragma once

#include <string>

#include "formats/format.h"

namespace otomo::engine {

struct Source {
  std::string name;                         // of otomo.toml; empty: --from
  const formats::Format* forced = nullptr;  // read every object as this format; nullptr: it is detected
  formats::SourceSettings settings;
};

}  // namespace otomo::engine
