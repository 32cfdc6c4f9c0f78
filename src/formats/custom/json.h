// SPDX-License-Identifier: Apache-2.0
//
// Records that are JSON objects: one after another in any layout, in an array, in the array of a container, or, where
// the user says so, each a line of its own. A column is the value at a path of members' names, compared as they are
// written. An object without the first member of any path is no record of this format.
#pragma once

#include <memory>

#include "formats/custom/kind.h"

namespace otomo::formats::custom {

std::unique_ptr<RecordKind> make_json(const Description& description, const Columns& columns);

}  // namespace otomo::formats::custom
