// SPDX-License-Identifier: Apache-2.0
//
// Records that are lines of fields with a delimiter between them.
//
//   line    = field *( delimiter field )
//   field   = *( any byte that begins no delimiter ) / quote *( any byte but quote / quote quote ) quote
//
// The columns are the fields in their order; with a header, the first line's names say where each column's field is,
// and a column that is not among them is NULL. A line with fewer fields is a reject; each field more than there are
// is counted as a value that did not fit.
#pragma once

#include <memory>

#include "formats/custom/kind.h"

namespace otomo::formats::custom {

std::unique_ptr<RecordKind> make_delimiter(const Description& description, const Columns& columns);

}  // namespace otomo::formats::custom
