// SPDX-License-Identifier: Apache-2.0
#include "app/format_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/format_file.h"

namespace otomo::app {

namespace {

bool same_columns(const formats::Format& a, const formats::Format& b) {
  return std::equal(
      a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(),
      [](const auto& one, const auto& other) { return one.name == other.name && one.type == other.type; });
}

}  // namespace

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const formats::Format* format : formats::all_formats()) {
    if (!format->table.empty() && format->objects_of.empty()) names.push_back(format->name);
  }
  return names;
}

std::vector<std::string> table_names() { return formats::Registry().tables(); }

Result<const formats::Format*> choose_format(const std::string& name, formats::Registry& registry) {
  if (name.ends_with(kFormatFileEnding)) {
    auto format = load_format_file(name);
    if (!format) return std::unexpected(std::move(format.error()));
    // Two sources may share a file; it is loaded twice, and its table is one.
    for (const formats::Format* other : registry.of_table((*format)->table)) {
      if (!same_columns(*other, **format)) {
        return usage_error("two descriptions, one of them " + name + ", make the table " + (*format)->table,
                           "give one of them another name");
      }
    }
    registry.add(*format);
    return format->get();
  }
  const formats::Format* format = registry.find(name);
  if (format == nullptr || format->table.empty()) {
    return usage_error("unknown format '" + name + "'",
                       fmt::format("the formats are {}; a file that describes one ends in {}",
                                   fmt::join(format_names(), ", "), kFormatFileEnding));
  }
  return format;
}

}  // namespace otomo::app
