// SPDX-License-Identifier: Apache-2.0
#include "app/format_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/format_file.h"
#include "base/nearest_name.h"

namespace otomo::app {

namespace {

bool same_columns(const formats::Format& a, const formats::Format& b) {
  return std::equal(
      a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(),
      [](const auto& one, const auto& other) { return one.name == other.name && one.type == other.type; });
}

// The name that was meant, or empty.
std::string near_field(const std::string& unknown, const formats::Format& format) {
  std::vector<std::string> names;
  for (const formats::ColumnSpec& column : format.columns) {
    names.emplace_back(column.name);
    std::replace(names.back().begin(), names.back().end(), '_', '-');
  }
  return nearest_name(unknown, names);
}

std::string names_of(const std::vector<const formats::Format*>& some, std::string_view separator) {
  std::vector<std::string_view> names;
  for (const formats::Format* format : some) names.push_back(format->name);
  return fmt::format("{}", fmt::join(names, separator));
}

// None of `takers` knows all the names.
Error no_format_knows(const std::string& fields, const std::vector<const formats::Format*>& takers) {
  std::string message = "no format has all these fields";
  std::string near;
  std::size_t fewest = SIZE_MAX;
  for (const formats::Format* format : takers) {
    const std::vector<std::string> unknown = format->unknown_fields(fields);
    message += fmt::format("; {} has no {}", format->name, fmt::join(unknown, ", "));
    if (unknown.size() > fewest || (unknown.size() == fewest && !near.empty())) continue;
    fewest = unknown.size();
    near = near_field(unknown.front(), *format);
  }
  return {ErrorKind::kUsage, message, near.empty() ? "name the format as well" : "did you mean " + near + "?", {}};
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

Result<const formats::Format*> choose_by_fields(const std::string& fields,
                                                std::span<const formats::Format* const> named,
                                                const formats::Registry& registry) {
  if (fields.find_first_not_of(" ,\t\r\n") == std::string::npos) {
    return usage_error("no field is named", "for example \"date time c-ip\"");
  }
  const auto takes_fields = [](const formats::Format* format) { return format->unknown_fields != nullptr; };
  if (const auto taker = std::find_if(named.begin(), named.end(), takes_fields); taker != named.end()) {
    const std::vector<std::string> unknown = (*taker)->unknown_fields(fields);
    if (unknown.empty()) return *taker;
    const std::string near = near_field(unknown.front(), **taker);
    return usage_error(
        fmt::format("{} has no field {}", (*taker)->name, fmt::join(unknown, ", ")),
        near.empty() ? "its fields are its columns: DESCRIBE " + (*taker)->table : "did you mean " + near + "?");
  }
  std::vector<const formats::Format*> takers;
  std::copy_if(registry.all().begin(), registry.all().end(), std::back_inserter(takers), takes_fields);
  const auto is_no_envelope = [](const formats::Format* format) { return format->messages == nullptr; };
  if (const auto other = std::find_if(named.begin(), named.end(), is_no_envelope); other != named.end()) {
    return usage_error((*other)->name + " takes no list of fields", "those that do are " + names_of(takers, ", "));
  }
  std::vector<const formats::Format*> knowing;
  std::copy_if(takers.begin(), takers.end(), std::back_inserter(knowing),
               [&](const formats::Format* format) { return format->unknown_fields(fields).empty(); });
  if (knowing.size() == 1) return knowing.front();
  if (knowing.empty()) return std::unexpected(no_format_knows(fields, takers));
  return usage_error(names_of(knowing, " and ") + " have all these fields", "name the format as well");
}

}  // namespace otomo::app
