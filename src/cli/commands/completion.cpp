// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/exit_code.h"

namespace otomo::cli {

Command completion_command() {
  const auto shell = std::make_shared<std::string>();
  Command command;
  command.name = "completion";
  command.summary = "print a completion script for bash, zsh or fish";
  command.description = "The script completes commands, options, their values and file names.";
  command.options = {{"shell", "SHELL", "bash, zsh or fish", shell.get(), {"bash", "zsh", "fish"}}};
  command.examples = {
      {"otomo completion bash > /etc/bash_completion.d/otomo", "for every user's bash"},
      {"otomo completion zsh > \"${fpath[1]}/_otomo\"", "for zsh"},
      {"otomo completion fish > ~/.config/fish/completions/otomo.fish", "for fish"},
  };
  command.run = [shell] {
    if (*shell == "zsh") {
      std::cout << zsh_completion();
    } else if (*shell == "fish") {
      std::cout << fish_completion();
    } else {
      std::cout << bash_completion();
    }
    return std::cout.flush() ? kFine : kWorldWrong;
  };
  return command;
}

}  // namespace otomo::cli
