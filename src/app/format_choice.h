// SPDX-License-Identifier: Apache-2.0
//
// Which format a name means: --format and `format` of a source in otomo.toml. Here, and only here, a name becomes a
// Format. Any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/registry.h"

namespace otomo::app {

// The words of --format, and the tables of those formats.
std::vector<std::string> format_names();
std::vector<std::string> table_names();

// A format of `registry`, valid as long as that; the file of a format that a user describes ("shop.toml") joins it.
// Errors: kUsage, naming those there are, or the place in the file.
Result<const formats::Format*> choose_format(const std::string& name, formats::Registry& registry);

// The format of whose lines `fields` (SourceSettings::fields) tells: the first of `named` that takes such a list; where
// there is none that could, and only envelopes are named, the only format of `registry` that knows all the names.
// Errors: kUsage, with the names that are not known.
Result<const formats::Format*> choose_by_fields(const std::string& fields,
                                                std::span<const formats::Format* const> named,
                                                const formats::Registry& registry);

}  // namespace otomo::app
