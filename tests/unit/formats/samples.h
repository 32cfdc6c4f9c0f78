// SPDX-License-Identifier: Apache-2.0
//
// The samples beside each format, for tests of what holds for all of them.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "formats/registry.h"

namespace otomo::formats {

struct SampleFile {
  const Format* format;
  std::string name;
  std::string text;
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Of the formats that have records.
inline std::vector<SampleFile> sample_files() {
  std::vector<SampleFile> found;
  for (const Format* format : all_formats()) {
    if (format->table.empty()) continue;
    const auto folder = std::filesystem::path(OTOMO_ROOT) / "src/formats" / format->name / "samples";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      found.push_back({format, entry.path().filename().string(), read_file(entry.path())});
    }
  }
  return found;
}

}  // namespace otomo::formats
