// SPDX-License-Identifier: Apache-2.0
//
// The answer as a table for people: columns as wide as they need to be, numbers to the right, cut to fit the terminal;
// and the same as Markdown. It keeps the rows that it will show.
#pragma once

#include "cli/printing/printers.h"

namespace otomo::cli {

std::unique_ptr<Printer> make_table_printer(const PrintOptions& options, Output& output);

}  // namespace otomo::cli
