// SPDX-License-Identifier: Apache-2.0
#include "base/json_nan.h"

#include <algorithm>

namespace otomo {

void add_without_nan(std::string& text, std::string_view value, NanForm form) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  bool quoted = false;
  while (!value.empty()) {
    std::size_t length = 1;
    if (quoted) {
      if (value.front() == '\\') length = std::min<std::size_t>(2, value.size());
    } else if (is_letter(value.front())) {
      length = static_cast<std::size_t>(std::find_if_not(value.begin(), value.end(), is_letter) - value.begin());
    }
    const std::string_view word = value.substr(0, length);
    if (word == "\"") quoted = !quoted;
    const bool is_json =
        quoted || length == 1 || word == "true" || word == "false" || word == "null";  // 1: an exponent
    if (is_json) {
      text += word;
    } else {
      const bool negative = text.ends_with('-');
      if (negative) text.pop_back();
      if (form == NanForm::kNull) {
        text += "null";
      } else {
        text += negative ? "\"-" : "\"";
        text += word;
        text += '"';
      }
    }
    value.remove_prefix(length);
  }
}

}  // namespace otomo
