// SPDX-License-Identifier: Apache-2.0
#include "formats/custom/grouped_pattern.h"

#include <fmt/format.h>

#include <algorithm>

#include "formats/custom/description.h"

namespace otomo::formats::custom {

namespace {

// The end of the class that opens at `at`: a ] that comes first is a character, and [:word:] stands for one.
std::size_t class_end(std::string_view regex, std::size_t at) {
  std::size_t i = at + 1;
  if (i < regex.size() && regex[i] == '^') ++i;
  if (i < regex.size() && regex[i] == ']') ++i;
  while (i < regex.size() && regex[i] != ']') {
    if (regex[i] == '\\') {
      i += 2;
    } else if (regex.substr(i, 2) == "[:") {
      const std::size_t close = regex.find(":]", i + 2);
      i = close == std::string_view::npos ? i + 1 : close + 2;
    } else {
      ++i;
    }
  }
  return std::min(i + 1, regex.size());
}

}  // namespace

std::expected<GroupedPattern, std::string> GroupedPattern::parse(std::string_view regex) {
  GroupedPattern result;
  std::string piece;
  for (std::size_t at = 0; at < regex.size();) {
    const std::string_view rest = regex.substr(at);
    std::size_t size = 1;
    if (rest.starts_with("\\Q")) {
      const std::size_t end = rest.find("\\E", 2);
      size = end == std::string_view::npos ? rest.size() : end + 2;
    } else if (rest.starts_with("\\C")) {
      return std::unexpected("\\C matches a part of a character");
    } else if (rest[0] == '\\') {
      size = std::min<std::size_t>(2, rest.size());
    } else if (rest[0] == '[') {
      size = class_end(rest, 0);
    } else if (rest.starts_with("(?P<") ||
               (rest.starts_with("(?<") && !rest.starts_with("(?<=") && !rest.starts_with("(?<!"))) {
      const std::size_t open = rest[2] == 'P' ? 4 : 3;
      const std::size_t close = rest.find('>', open);
      if (close == std::string_view::npos) return std::unexpected("the name of a group has no end");
      const std::string_view name = rest.substr(open, close - open);
      if (!is_column_name(name)) return std::unexpected(fmt::format("'{}' is no name for a column", name));
      auto known = std::find(result.names_.begin(), result.names_.end(), name);
      if (known == result.names_.end()) known = result.names_.insert(known, std::string(name));
      result.openings_.push_back(static_cast<std::size_t>(known - result.names_.begin()));
      result.pieces_.push_back(std::move(piece));
      piece.clear();
      at += close + 1;
      continue;
    } else if (rest[0] == '(' && !rest.starts_with("(?")) {
      piece += "(?:";
      ++at;
      continue;
    }
    piece += rest.substr(0, size);
    at += size;
  }
  result.pieces_.push_back(std::move(piece));
  return result;
}

std::string GroupedPattern::write(const std::vector<bool>& wanted, std::vector<std::size_t>& groups) const {
  std::string regex = pieces_[0];
  groups.clear();
  for (std::size_t i = 0; i < openings_.size(); ++i) {
    if (wanted[openings_[i]]) {
      regex += '(';
      groups.push_back(openings_[i]);
    } else {
      regex += "(?:";
    }
    regex += pieces_[i + 1];
  }
  return regex;
}

}  // namespace otomo::formats::custom
