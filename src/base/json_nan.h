// SPDX-License-Identifier: Apache-2.0
//
// Numbers that JSON has no word for, which DuckDB writes all the same. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace otomo {

enum class NanForm : std::uint8_t {
  kNull,
  kText,  // "NaN", "Infinity", "-Infinity"
};

// Adds a value as DuckDB writes it; its NaN and Infinity, in any letters and outside of strings, become JSON.
void add_without_nan(std::string& text, std::string_view value, NanForm form);

}  // namespace otomo
