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
  // What an object that no detector knows is read as; nullptr: it is left unread.
  const formats::Format* assumed = nullptr;
  // What the messages of the source's CloudWatch records are; nullptr: each is asked of the formats' detectors.
  const formats::Format* messages = nullptr;
  formats::SourceSettings settings;
};

}  // namespace otomo::engine
