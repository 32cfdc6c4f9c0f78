// SPDX-License-Identifier: Apache-2.0
//
// Which otomo.toml is used: the one that --config or OTOMO_CONFIG names; else the first in the working folder and those
// above it, up to the border of the file system, as git looks for its own; else the user's, below $XDG_CONFIG_HOME.
// Knows nothing of what stands in it. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"

namespace otomo::app {

inline constexpr const char* kConfigName = "otomo.toml";

// A file of configuration that a person writes has some kilobytes.
inline constexpr std::size_t kConfigBytesMax = 1024 * 1024;

// The environment's variables by name.
using Environment = std::map<std::string, std::string>;
Environment process_environment();

enum class ConfigOrigin : std::uint8_t {
  kNone,   // there is no file
  kFound,  // in the working folder, or in one above it
  kOwn,    // the user's
  kNamed,
};

struct ConfigFile {
  ConfigOrigin origin = ConfigOrigin::kNone;
  std::string path;     // to open it, and as errors show it
  std::string folder;   // what relative urls are relative to: "" or ending with "/"
  std::string caution;  // of a found file that somebody else may have written: who; else empty
};

// `named` is --config; empty: not given. Whether a named file is there is found out by reading it.
ConfigFile find_config_file(const std::string& named, const Environment& environment);

// The file's text; sets `caution`. Errors: kUsage, for what is no file, cannot be read, or is too long.
Result<std::string> read_config_file(ConfigFile& file);

}  // namespace otomo::app
