// SPDX-License-Identifier: Apache-2.0
#include "aws/shared_config.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

#include "base/ascii.h"

namespace otomo::aws {

namespace {

std::string_view without_comment(std::string_view value) {
  for (std::size_t i = 1; i < value.size(); ++i) {
    if ((value[i] == '#' || value[i] == ';') && (value[i - 1] == ' ' || value[i - 1] == '\t')) {
      return trim_ascii(value.substr(0, i));
    }
  }
  return trim_ascii(value);
}

// The settings that follow the section's head; nullptr: nobody reads them.
Settings* section_of(std::string_view name, SharedFile file, SharedConfig& into) {
  const auto take_word = [&](std::string_view word) {
    if (!name.starts_with(word)) return false;
    const std::string_view rest = name.substr(word.size());
    if (rest.empty() || (rest[0] != ' ' && rest[0] != '\t')) return false;
    name = trim_ascii(rest);
    if (name.size() >= 2 && (name[0] == '"' || name[0] == '\'') && name.back() == name[0]) {
      name = name.substr(1, name.size() - 2);
    }
    return true;
  };
  if (file == SharedFile::kCredentials) return &into.credentials[std::string(name)];
  if (name == "default" || take_word("profile")) return &into.profiles[std::string(name)];
  if (take_word("sso-session")) return &into.sso_sessions[std::string(name)];
  if (take_word("services")) return &into.services[std::string(name)];
  return nullptr;
}

Result<void> read_file(const std::string& path, SharedFile file, SharedConfig& into) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return world_error(path + ": " + std::generic_category().message(errno));
  }
  const std::string text(std::istreambuf_iterator<char>(in), {});
  return parse_shared_file(text, file, path, into);
}

std::string path_of(const Environment& environment, const char* variable, const char* name) {
  const std::string home = environment("HOME");
  std::string path = environment(variable);
  if (path.empty()) return home + "/.aws/" + name;
  if (path.starts_with("~/")) path.replace(0, 1, home);
  return path;
}

}  // namespace

const std::string& Settings::operator[](const std::string& key) const {
  static const std::string kNone;
  const auto found = values.find(key);
  return found == values.end() ? kNone : found->second;
}

const Settings* SharedConfig::profile(const std::string& name) const {
  const auto found = profiles.find(name);
  return found == profiles.end() ? nullptr : &found->second;
}

Result<void> parse_shared_file(std::string_view text, SharedFile file, const std::string& path, SharedConfig& into) {
  Settings* section = nullptr;
  bool in_section = false;
  std::string outer;  // the key that indented lines belong to
  std::size_t number = 0;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t newline = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, newline);
    text.remove_prefix(std::min(newline + 1, text.size()));
    ++number;
    const std::string_view content = trim_ascii(line);
    if (content.empty() || content[0] == '#' || content[0] == ';') continue;
    if (line[0] == '[') {
      const std::size_t end = content.find(']');
      if (end == std::string_view::npos) {
        return world_error(fmt::format("{}, line {}: the section's name lacks its ]", path, number));
      }
      section = section_of(trim_ascii(content.substr(1, end - 1)), file, into);
      in_section = true;
      outer.clear();
      continue;
    }
    const std::size_t equals = content.find('=');
    if (equals == std::string_view::npos || equals == 0 || !in_section) {
      return world_error(fmt::format("{}, line {}: neither a [section] nor key = value", path, number));
    }
    const std::string key = lower_ascii(trim_ascii(content.substr(0, equals)));
    const std::string value(without_comment(content.substr(equals)).substr(1));
    const bool indented = line[0] == ' ' || line[0] == '\t';
    if (section == nullptr) continue;
    if (indented && !outer.empty()) {
      section->values[outer + "." + key] = trim_ascii(value);
    } else {
      section->values[key] = trim_ascii(value);
      outer = trim_ascii(value).empty() ? key : "";
    }
  }
  return {};
}

Result<SharedConfig> read_shared_config(const Environment& environment) {
  SharedConfig config;
  config.config_path = path_of(environment, "AWS_CONFIG_FILE", "config");
  config.credentials_path = path_of(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  if (auto read = read_file(config.config_path, SharedFile::kConfig, config); !read) {
    return std::unexpected(std::move(read.error()));
  }
  if (auto read = read_file(config.credentials_path, SharedFile::kCredentials, config); !read) {
    return std::unexpected(std::move(read.error()));
  }
  for (const auto& [name, settings] : config.credentials) {
    for (const auto& [key, value] : settings.values) config.profiles[name].values[key] = value;
  }
  return config;
}

}  // namespace otomo::aws
