// SPDX-License-Identifier: Apache-2.0
//
// The list of formats, and the choice between them for one object. Any thread.
#pragma once

#include <span>
#include <string_view>

#include "formats/format.h"

namespace otomo::formats {

std::span<const Format* const> all_formats();
const Format* find_format(std::string_view name);  // nullptr: there is none
const Format* find_table(std::string_view table);  // nullptr: there is none

// The object's format: the one whose key form fits and whose content says yes; else the one whose content says yes;
// where only "maybe" is heard, the one whose key form fits; nullptr where none is certain. An object that several
// formats claim by content alone is unknown, never read by luck.
const Format* detect(std::string_view key, std::string_view head, bool whole);

}  // namespace otomo::formats
