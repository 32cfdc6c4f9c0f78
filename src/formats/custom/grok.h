// SPDX-License-Identifier: Apache-2.0
//
// Grok patterns: regular expressions with references to named ones, written out as one regular expression.
//
//   reference = "%{" NAME [ ":" field [ ":" type ] ] "}"      ; type: int, float, or one of otomo's
//
//   %{IPORHOST:client} \[%{HTTPDATE:time}\] %{INT:status:int}
//
// The names mean what they mean to Logstash's users (https://www.elastic.co/docs/reference/logstash/plugins/
// plugins-filters-grok, read April 2026); the expressions are otomo's own, without look-around, which RE2 has not.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "formats/schema.h"

namespace otomo::formats::custom {

// References inside references.
inline constexpr std::size_t kGrokDepthMax = 16;
inline constexpr std::size_t kGrokReferencesMax = 1000;
// The expression that is written out.
inline constexpr std::size_t kGrokBytesMax = 64 * 1024;

struct GrokPattern {
  std::string_view name;
  std::string_view expression;
};
// Those that need no words from the user.
std::span<const GrokPattern> grok_library();

struct GrokExpansion {
  std::string regex;                               // fields are named groups; a name may come twice
  std::map<std::string, Type, std::less<>> types;  // of the fields that say one
};

// `own` comes before the library. The error says what is wrong.
std::expected<GrokExpansion, std::string> expand_grok(std::string_view pattern,
                                                      const std::map<std::string, std::string, std::less<>>& own);

}  // namespace otomo::formats::custom
