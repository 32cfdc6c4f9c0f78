// SPDX-License-Identifier: Apache-2.0
//
// One line of an S3 server access log, split into its fields by the rules of s3_access.cpp. Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/batch.h"
#include "formats/s3_access/columns.h"

namespace otomo::formats::s3_access {

// The fields as the line has them: quotes kept, the time without its brackets. Views into the line.
struct Line {
  std::string_view fields[kFieldsKnown];  // data() == nullptr: the line ends before it
  std::string_view rest;                  // what stands behind the 27th field
  std::string_view extra_token;           // the undocumented one of March 2019
  std::uint32_t era = 0;                  // number of fields, the extra token not counted
  bool ambiguous = false;
};

// Splits a line without its newline and CR. False: it is a reject for `reason`.
bool split_exactly(std::string_view line, Line& fields, RejectReason& reason);

}  // namespace otomo::formats::s3_access
