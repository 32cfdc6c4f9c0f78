// SPDX-License-Identifier: Apache-2.0
//
// What a command says of itself: from this come its parsing, its help, the shell completions and the man page.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace otomo::app {
struct ConfigKey;
}

namespace otomo::cli {

struct Option {
  std::string names;  // "-o,--output-file"; a name without dashes is a positional argument
  std::string value;  // "FILE"; empty: a switch
  std::string help;
  // optional<bool>: a switch that --name=false turns off, where a setting would turn it on.
  std::variant<bool*, std::optional<bool>*, std::string*, std::vector<std::string>*> target;
  std::vector<std::string> choices = {};  // the only values there are
  bool completes_files = false;
  std::string or_file = {};             // ".toml": beside the choices, every file with this ending is a value
  bool one_per_use = false;             // of a list: what follows its value is none of its values
  std::string completion_command = {};  // prints the values there are, one a line, each one word
};

struct Example {
  std::string command;
  std::string meaning;
};

struct Command {
  std::string name;
  std::string summary;
  std::string description;
  std::vector<Option> options;
  std::vector<Example> examples;
  std::function<int()> run;  // the exit code
};

// One per line of commands.def.
std::vector<Command> all_commands();

// How otomo.toml is found, and what one of its keys means: for the help and the manual.
extern const std::string kConfigSummary;
std::string meaning_of(const app::ConfigKey& key);

// The shell's completion script, or the man page (roff), made from all_commands().
std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();
std::string manual_page();

}  // namespace otomo::cli
