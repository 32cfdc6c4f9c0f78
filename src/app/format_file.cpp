// SPDX-License-Identifier: Apache-2.0
#include "app/format_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "formats/custom/custom.h"
#include "formats/custom/description.h"

namespace otomo::app {

namespace {

// One byte more than there may be, so that a larger file is told.
Result<std::string> read_text(const std::string& path) {
  const auto wrong = [&](const std::string& why) {
    return usage_error("reading " + path + ": " + why, "a format's file is TOML: see otomo format --help");
  };
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return wrong("it is a folder");
  std::ifstream file(path, std::ios::binary);
  if (!file) return wrong(std::strerror(errno));
  std::string text(formats::custom::kFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return wrong(std::strerror(errno));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace

Result<std::shared_ptr<const formats::Format>> load_format_file(const std::string& path) {
  const auto text = read_text(path);
  if (!text) return std::unexpected(text.error());
  return formats::custom::load(*text, path);
}

Result<FormatReport> check_format_file(const std::string& path) {
  const auto text = read_text(path);
  if (!text) return std::unexpected(text.error());
  auto checked = formats::custom::check(*text, path);
  if (!checked) return std::unexpected(std::move(checked.error()));
  FormatReport report{checked->format->name, checked->format->summary, checked->summary, {}, {}};
  for (const formats::ColumnSpec& column : checked->format->columns) {
    report.columns.push_back({std::string(column.name), std::string(formats::custom::word_of(column.type))});
  }
  for (auto& sample : checked->samples) {
    report.samples.push_back({sample.line, std::move(sample.reject), std::move(sample.values)});
  }
  return report;
}

}  // namespace otomo::app
