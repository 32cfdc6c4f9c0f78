// SPDX-License-Identifier: Apache-2.0
//
// What is asked of a TOML text before toml++ sees it. Every part of a dotted key makes a table within a table, without
// a limit (in toml++ 3.3), and those are taken down by recursion: 400 kB of "a.a.a…" use up the stack. Any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace otomo {

// Dots outside strings on one line, as between the parts of a key.
inline constexpr std::size_t kTomlLineDotsMax = 8;

// The first line, from 1, with more than kTomlLineDotsMax dots outside strings and comments; 0: there is none. Its idea
// of strings is TOML's as long as the text is valid, and toml++ goes no further than that.
std::size_t toml_line_of_deep_key(std::string_view text);

}  // namespace otomo
