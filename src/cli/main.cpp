// SPDX-License-Identifier: Apache-2.0
//
// The program: finds the command, parses its options from its own description, runs it.
#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <clocale>
#include <iostream>
#include <sstream>

#include "base/nearest_name.h"
#include "cli/commands/commands.h"
#include "cli/exit_code.h"
#include "cli/messages.h"
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
  } else if (const auto* setting = std::get_if<std::optional<bool>*>(&option.target)) {
    added = app.add_flag_function(
        option.names, [target = *setting](std::int64_t count) { *target = count > 0; }, option.help);
  } else if (const auto* text = std::get_if<std::string*>(&option.target)) {
    added = app.add_option(option.names, **text, option.help)->type_name(option.value);
  } else {
    auto* list = std::get<std::vector<std::string>*>(option.target);
    added = app.add_option(option.names, *list, option.help)->type_name(option.value);
    if (option.one_per_use) added->allow_extra_args(false);
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

// `help`, `help COMMAND` and `version` are other words for the options of these names. CLI11 takes "[a,b]" for a list;
// a folder may have that name.
std::vector<std::string> arguments(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words[0] == "version") words[0] = "--version";
  if (!words.empty() && words[0] == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  for (std::string& word : words) {
    if (word.starts_with('[') && word.ends_with(']')) word.insert(0, "./");
  }
  return words;
}

std::string see_help(const CLI::App& command) {
  return "see: " + std::string(command.get_parent() == nullptr ? "" : "otomo ") + command.get_name() + " --help";
}

// What is wrong with the first option that the command does not have: those that it may stand for; nullopt: it has all.
std::optional<Error> unknown_option(const CLI::App& command, const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  for (const std::string& given : words) {
    if (given == "--") break;
    const std::string word = given.substr(0, given.find('='));
    const bool is_option = word.starts_with("--") && word.find_first_of(" \n") == std::string::npos;
    if (!is_option || std::find(names.begin(), names.end(), word) != names.end()) continue;
    const std::vector<std::string> similar = similar_names(word, names);
    return Error{ErrorKind::kUsage,
                 "there is no option " + word,
                 similar.empty() ? see_help(command) : fmt::format("did you mean {}?", fmt::join(similar, " or ")),
                 {}};
  }
  return {};
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
  app.footer("Each command explains itself: otomo help COMMAND\nStart with: otomo scan PATH");
  const std::vector<Command> commands = all_commands();
  int code = kFine;
  for (const Command& command : commands) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    sub->description(command.summary + "\n\n" + command.description);
    for (const Option& option : command.options) add_option(*sub, option);
    if (!command.examples.empty()) sub->footer(footer(command));
    sub->callback([&code, &command] { code = command.run(); });
  }
  std::vector<std::string> words = arguments(argc, argv);
  const CLI::App* chosen = &app;
  if (!words.empty() && !words[0].starts_with('-')) {
    std::vector<std::string> names;
    for (const Command& command : commands) names.push_back(command.name);
    if (std::find(names.begin(), names.end(), words[0]) == names.end()) {
      const std::string near = nearest_name(words[0], names);
      print_error({ErrorKind::kUsage,
                   "there is no command '" + words[0] + "'",
                   near.empty() ? "see: otomo --help" : "did you mean " + near + "?",
                   {}});
      return kUsageWrong;
    }
    chosen = app.get_subcommand(words[0]);
  }
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 wants them the last one first
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    // Without a command, CLI11 misses that first.
    const bool may_be_option = chosen == &app || dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
    const auto wrong = may_be_option ? unknown_option(*chosen, words) : std::nullopt;
    print_error(wrong ? *wrong : Error{ErrorKind::kUsage, error.what(), see_help(*chosen), {}});
    return kUsageWrong;
  }
  return code;
}

}  // namespace

}  // namespace otomo::cli

int main(int argc, char** argv) { return otomo::cli::run(argc, argv); }
