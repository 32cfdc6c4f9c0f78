// SPDX-License-Identifier: Apache-2.0
//
// The program: finds the command, parses its options from its own description, runs it.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <clocale>
#include <iostream>
#include <sstream>

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
    added = app.add_option(option.names, *list, option.help)->type_name(option.value);
  }
  if (!option.or_file.empty()) {
    const auto fits = [&option](const std::string& value) {
      const bool known = std::find(option.choices.begin(), option.choices.end(), value) != option.choices.end();
      if (known || value.ends_with(option.or_file)) return std::string();
      return value + " not in {" + CLI::detail::join(option.choices, ",") + "}, and no file that ends in " +
             option.or_file;
    };
    added->check(CLI::Validator(fits, CLI::IsMember(option.choices).get_description() + "|FILE" + option.or_file));
  } else if (!option.choices.empty()) {
    added->check(CLI::IsMember(option.choices));
  }
}

// Breaks lines at spaces, so that none is longer than `width`.
std::string wrapped(const std::string& text, std::size_t width) {
  std::string out;
  std::size_t column = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line); out += '\n', column = 0) {
    std::istringstream words(line);
    for (std::string word; words >> word; column += word.size()) {
      if (column > 0 && column + 1 + word.size() > width) {
        out += '\n';
        column = 0;
      }
      if (column > 0) {
        out += ' ';
        ++column;
      }
      out += word;
    }
  }
  return out;
}

// Commands are listed by their summaries alone; their own help tells the rest.
class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_subcommand(const CLI::App* command) const override {
    std::stringstream out;
    const std::string description = command->get_description();
    CLI::detail::format_help(out, command->get_name(), description.substr(0, description.find('\n')),
                             get_column_width());
    return out.str();
  }
  std::string make_description(const CLI::App* app) const override {
    return wrapped(app->get_description(), 100) + "\n";
  }
};

std::string footer(const Command& command) {
  std::string text = "Examples:\n";
  for (const Example& example : command.examples) {
    text += "  # " + example.meaning + "\n  " + example.command + "\n";
  }
  return text;
}

// A closed standard stream would give its number to the first file that is opened. What is written to it then fails.
void fill_standard_streams() {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) < 0) ::open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY);
  }
}

// CLI11 takes "[a,b]" for a list; a folder may have that name.
std::vector<std::string> arguments(int argc, char** argv) {
  std::vector<std::string> all;
  for (int i = argc - 1; i > 0; --i) {  // CLI11 wants them the last one first
    const std::string argument = argv[i];
    all.push_back(argument.starts_with('[') && argument.ends_with(']') ? "./" + argument : argument);
  }
  return all;
}

int run(int argc, char** argv) {
  fill_standard_streams();
  std::setlocale(LC_CTYPE, "C.UTF-8");
  take_signals();
  CLI::App app("otomo answers questions about AWS logs where they lie", "otomo");
  app.set_version_flag("--version",
                       "otomo " OTOMO_VERSION " (DuckDB " + std::string(engine::Database::engine_version()) + ")");
  app.formatter(std::make_shared<HelpFormatter>());
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
    app.parse(arguments(argc, argv));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    if (argc > 1 && argv[1][0] != '-' && std::none_of(commands.begin(), commands.end(), [&](const Command& command) {
          return command.name == argv[1];
        })) {
      std::cerr << "otomo: there is no command '" << argv[1] << "'\n  see: otomo --help\n";
      return kUsageWrong;
    }
    std::cerr << "otomo: " << error.what() << "\n  see: otomo"
              << (argc > 1 && argv[1][0] != '-' ? std::string(" ") + argv[1] : "") << " --help\n";
    return kUsageWrong;
  }
  return code;
}

}  // namespace

}  // namespace otomo::cli

int main(int argc, char** argv) { return otomo::cli::run(argc, argv); }
