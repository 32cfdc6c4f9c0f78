// SPDX-License-Identifier: Apache-2.0
#include "base/toml_text.h"

#include <algorithm>
#include <string>

namespace otomo {

namespace {

// Behind the string that begins at `begin`, or behind the line where it has no end. `line` is counted on.
std::size_t behind_string(std::string_view text, std::size_t begin, std::size_t& line) {
  const char quote = text[begin];
  const std::string three(3, quote);
  const bool many_lines = text.substr(begin).starts_with(three);
  for (std::size_t i = begin + (many_lines ? 3 : 1); i < text.size(); ++i) {
    if (text[i] == '\n') {
      if (!many_lines) return i;
      ++line;
    } else if (text[i] == '\\' && quote == '"') {
      ++i;
      if (i < text.size() && text[i] == '\n') ++line;
    } else if (text[i] == quote && !many_lines) {
      return i + 1;
    } else if (many_lines && text.substr(i).starts_with(three)) {
      i += 3;
      while (i < text.size() && text[i] == quote) ++i;  // """a""""" ends with two quotes that are its own
      return i;
    }
  }
  return text.size();
}

}  // namespace

std::size_t toml_line_of_deep_key(std::string_view text) {
  std::size_t line = 1;
  std::size_t dots = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = behind_string(text, i, line);
      continue;
    }
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    if (c == '\n') {
      ++line;
      dots = 0;
    } else if (c == '.' && ++dots > kTomlLineDotsMax) {
      return line;
    }
    ++i;
  }
  return 0;
}

}  // namespace otomo
