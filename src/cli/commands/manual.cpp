// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands/commands.h"
#include "cli/exit_code.h"

namespace otomo::cli {

Command manual_command() {
  Command command;
  command.name = "manual";
  command.summary = "print the man page";
  command.description = "The page is made from the same descriptions as --help.";
  command.examples = {{"otomo manual | man -l -", "read it"}};
  command.run = [] {
    std::cout << manual_page();
    return std::cout.flush() ? kFine : kWorldWrong;
  };
  return command;
}

}  // namespace otomo::cli
