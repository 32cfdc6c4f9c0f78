// SPDX-License-Identifier: Apache-2.0
//
// The makers of the commands, one per file of this folder: those that commands.def lists.
#pragma once

#include "cli/command.h"

namespace otomo::cli {

#define X(name) Command name##_command();
#include "cli/commands.def"
#undef X

}  // namespace otomo::cli
