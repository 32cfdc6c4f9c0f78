// SPDX-License-Identifier: Apache-2.0
//
// The program: finds the command, parses its options from its own description, runs it.
#include <CLI/CLI.hpp>

#include <clocale>
#include <iostream>

#include "cli/commands/commands.h"
#include "cli/exit_code.h"
#include "cli/signals.h"
#include "engine/database.h"

namespace otomo::cli {

std::vector<Command> all_commands() {
  std::vector<Command> commands;
#define X(name) commands.push_back(name##_command());
#include "cli/commands.def"
#undef X
  return commands;
}

namespace {

void add_option(CLI::App& app, const Option& option) {
  CLI::Option* added = nullptr;
  if (const auto* flag = std::get_if<bool*>(&option.target)) {
    added = app.add_flag(option.names, **flag, option.help);
  } else if (const auto* text = std::get_if<std::string*>(&option.target)) {
    added = app.add_option(option.names, **text, option.help)->type_name(option.value);
  } else {
    auto* list = std::get<std::vector<std::string>*>(option.target);
    added = app.add_option(option.names, *list, option.help)->type_name(option.value + " ...");
  }
  if (!option.choices.empty()) added->check(CLI::IsMember(option.choices));
}

std::string footer(const Command& command) {
  std::string text = "Examples:\n";
  for (const Example& example : command.examples) {
    text += "  # " + example.meaning + "\n  " + example.command + "\n";
  }
  return text;
}

int run(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  take_signals();
  CLI::App app("otomo answers questions about AWS logs where they lie", "otomo");
  app.set_version_flag("--version",
                       "otomo " OTOMO_VERSION " (DuckDB " + std::string(engine::Database::engine_version()) + ")");
  app.require_subcommand(1);
  app.footer("Each command explains itself: otomo COMMAND --help\nStart with: otomo scan PATH");
  const std::vector<Command> commands = all_commands();
  int code = kFine;
  for (const Command& command : commands) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    sub->description(command.summary + "\n\n" + command.description);
    for (const Option& option : command.options) add_option(*sub, option);
    if (!command.examples.empty()) sub->footer(footer(command));
    sub->callback([&code, &command] { code = command.run(); });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::cerr << "otomo: " << error.what() << "\n  see: otomo"
              << (argc > 1 && argv[1][0] != '-' ? std::string(" ") + argv[1] : "") << " --help\n";
    return kUsageWrong;
  }
  return code;
}

}  // namespace

}  // namespace otomo::cli

int main(int argc, char** argv) { return otomo::cli::run(argc, argv); }
