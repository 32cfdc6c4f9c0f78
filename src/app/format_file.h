// SPDX-License-Identifier: Apache-2.0
//
// Files in which users describe formats: read from disk and made into formats. Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "formats/format.h"

namespace otomo::app {

// What --format takes for such a file.
inline constexpr std::string_view kFormatFileEnding = ".toml";

// Errors, all kUsage: the file cannot be read, or is wrong; told with the place.
Result<std::shared_ptr<const formats::Format>> load_format_file(const std::string& path);

// A format as people see it.
struct FormatReport {
  struct ReportedColumn {
    std::string name;
    std::string type;
  };
  struct Sample {
    std::uint32_t line = 0;  // in the file
    std::string reject;      // its reason; empty: a record
    std::vector<std::pair<std::string, std::string>> values;
  };
  std::string name;
  std::string summary;
  std::string records;  // how they are found
  std::vector<ReportedColumn> columns;
  std::vector<Sample> samples;
};
Result<FormatReport> check_format_file(const std::string& path);

}  // namespace otomo::app
