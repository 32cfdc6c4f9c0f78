// SPDX-License-Identifier: Apache-2.0
//
// JSON: an array of objects, or one object per line. Cells arrive as JSON values.
#pragma once

#include "cli/printing/printers.h"

namespace otomo::cli {

enum class JsonForm : std::uint8_t { kArray, kLines };

// A JSON value of the text, which must be UTF-8.
std::string json_string(std::string_view text);

std::unique_ptr<Printer> make_json_printer(JsonForm form, Output& output);

}  // namespace otomo::cli
