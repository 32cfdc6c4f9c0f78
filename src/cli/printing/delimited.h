// SPDX-License-Identifier: Apache-2.0
//
// CSV (RFC 4180, lines ended by LF) and TSV. NULL is nothing, an empty text is "" in CSV.
#pragma once

#include "cli/printing/printers.h"

namespace otomo::cli {

std::unique_ptr<Printer> make_delimited_printer(char delimiter, bool safe, Output& output);

}  // namespace otomo::cli
