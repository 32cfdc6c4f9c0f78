// SPDX-License-Identifier: Apache-2.0
//
// Completion scripts and man page from the commands' own descriptions.
#include <fmt/format.h>

#include "app/config.h"
#include "cli/command.h"

namespace otomo::cli {

namespace {

std::vector<std::string> names_of(const Option& option) {
  std::vector<std::string> names;
  std::size_t start = 0;
  while (start <= option.names.size()) {
    const std::size_t comma = std::min(option.names.find(',', start), option.names.size());
    names.push_back(option.names.substr(start, comma - start));
    start = comma + 1;
  }
  return names;
}

bool is_positional(const Option& option) { return !option.names.starts_with('-'); }

std::string join(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : std::string(between)) + word;
  return text;
}

// Text inside single quotes of a shell.
std::string single_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string roff(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
  }
  if (result.starts_with('.') || result.starts_with('\'')) result.insert(0, "\\&");
  return result;
}

}  // namespace

const std::string kConfigSummary =
    "otomo.toml is looked for in the working folder and in those above it, up to the border of the file system; else "
    "in $XDG_CONFIG_HOME/otomo (~/.config/otomo). --config FILE or OTOMO_CONFIG names another. One file is used, "
    "whole. What is given on the command line goes before the environment, that before the file, and that before what "
    "is built in.";

std::string meaning_of(const app::ConfigKey& key) {
  return std::string(key.meaning) + (key.built_in.empty() ? "" : fmt::format(" (default: {})", key.built_in));
}

std::string bash_completion() {
  std::string text =
      "# bash completion for otomo, made by `otomo completion bash`\n"
      "_otomo() {\n"
      "  local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\" command=\"${COMP_WORDS[1]}\"\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n";
  std::vector<std::string> names;
  for (const Command& command : all_commands()) names.push_back(command.name);
  text += fmt::format("    COMPREPLY=($(compgen -W '{} --help --version' -- \"$word\"))\n    return\n  fi\n",
                      join(names, " "));
  text += "  case \"$command\" in\n";
  for (const Command& command : all_commands()) {
    text += fmt::format("    {})\n      case \"$before\" in\n", command.name);
    std::vector<std::string> flags = {"--help"};
    std::vector<std::string> positional;
    bool completes_files = false;
    for (const Option& option : command.options) {
      if (is_positional(option)) {
        positional.insert(positional.end(), option.choices.begin(), option.choices.end());
        completes_files = completes_files || option.completes_files;
        continue;
      }
      const auto option_names = names_of(option);
      flags.insert(flags.end(), option_names.begin(), option_names.end());
      if (!option.choices.empty()) {
        const std::string files =
            option.or_file.empty() ? "" : fmt::format(" $(compgen -f -X '!*{}' -- \"$word\")", option.or_file);
        text += fmt::format("        {}) COMPREPLY=($(compgen -W '{}' -- \"$word\"){}); return ;;\n",
                            join(option_names, "|"), join(option.choices, " "), files);
      } else if (!option.completion_command.empty()) {
        text += fmt::format("        {}) COMPREPLY=($(compgen -W \"$({} 2>/dev/null)\" -- \"$word\")); return ;;\n",
                            join(option_names, "|"), option.completion_command);
      } else if (option.completes_files) {
        text += fmt::format("        {}) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", join(option_names, "|"));
      } else if (!option.value.empty()) {
        text += fmt::format("        {}) return ;;\n", join(option_names, "|"));
      }
    }
    text += "      esac\n";
    text += fmt::format(
        "      case \"$word\" in\n        -*) COMPREPLY=($(compgen -W '{}' -- \"$word\")) ;;\n"
        "        *) COMPREPLY=($(compgen {} -- \"$word\")) ;;\n      esac ;;\n",
        join(flags, " "),
        positional.empty() ? "-f" : (completes_files ? "-f -W '" : "-W '") + join(positional, " ") + "'");
  }
  return text + "  esac\n}\ncomplete -o filenames -F _otomo otomo\n";
}

std::string zsh_completion() {
  std::string text =
      "#compdef otomo\n# made by `otomo completion zsh`\n_otomo() {\n  local -a commands\n  commands=(\n";
  for (const Command& command : all_commands()) {
    text += "    " + single_quoted(command.name + ":" + command.summary) + "\n";
  }
  text +=
      "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n"
      "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n";
  for (const Command& command : all_commands()) {
    text += fmt::format("    {})\n      _arguments", command.name);
    std::size_t place = 0;
    for (const Option& option : command.options) {
      std::string action;
      if (!option.choices.empty()) {
        action = "(" + join(option.choices, " ") + ")";
        if (!option.or_file.empty()) {
          action = "{compadd -- " + join(option.choices, " ") + "; _files -g \"*" + option.or_file + "\"}";
        }
      } else if (!option.completion_command.empty()) {
        action = "{compadd -- $(" + option.completion_command + " 2>/dev/null)}";
      } else if (option.completes_files) {
        action = "_files";
      }
      std::string help;
      for (const char c : option.help)
        help += c == ':' || c == '[' || c == ']' ? std::string{'\\', c} : std::string(1, c);
      if (is_positional(option)) {
        const bool many = std::holds_alternative<std::vector<std::string>*>(option.target);
        text +=
            " \\\n        " + single_quoted((many ? "*" : std::to_string(++place)) + ":" + option.value + ":" + action);
        continue;
      }
      for (const std::string& name : names_of(option)) {
        std::string spec = "*" + name + "[" + help + "]";
        if (!option.value.empty()) spec += ":" + option.value + ":" + action;
        text += " \\\n        " + single_quoted(spec);
      }
    }
    text += " ;;\n";
  }
  return text + "  esac\n}\n_otomo \"$@\"\n";
}

std::string fish_completion() {
  std::string text = "# fish completion for otomo, made by `otomo completion fish`\ncomplete -c otomo -f\n";
  for (const Command& command : all_commands()) {
    text += fmt::format("complete -c otomo -n __fish_use_subcommand -a {} -d {}\n", command.name,
                        single_quoted(command.summary));
  }
  for (const Command& command : all_commands()) {
    for (const Option& option : command.options) {
      std::string line = fmt::format("complete -c otomo -n '__fish_seen_subcommand_from {}'", command.name);
      if (!is_positional(option)) {
        for (const std::string& name : names_of(option)) {
          line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
        }
        line += " -d " + single_quoted(option.help);
        if (!option.value.empty()) line += " -r";
      }
      if (!option.choices.empty()) line += " -a " + single_quoted(join(option.choices, " "));
      if (!option.completion_command.empty()) {
        line += " -a " + single_quoted("(" + option.completion_command + " 2>/dev/null)");
      }
      if (option.completes_files || !option.or_file.empty()) line += " -F";
      if (!is_positional(option) || !option.choices.empty() || option.completes_files) text += line + "\n";
    }
  }
  return text;
}

std::string manual_page() {
  std::string text = ".TH OTOMO 1 \"\" \"otomo " OTOMO_VERSION
                     "\" \"User Commands\"\n.SH NAME\notomo \\- answers questions about AWS logs where they lie\n"
                     ".SH SYNOPSIS\n.B otomo\n.I command\n[\\fIoption\\fR ...]\n.SH COMMANDS\n";
  for (const Command& command : all_commands()) {
    text += fmt::format(".SS {}\n{}\n.PP\n{}\n", roff("otomo " + command.name), roff(command.summary),
                        roff(command.description));
    for (const Option& option : command.options) {
      const std::string names = is_positional(option) ? option.value : join(names_of(option), ", ");
      text += fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", roff(names),
                          is_positional(option) || option.value.empty() ? "" : " \\fI" + roff(option.value) + "\\fR",
                          roff(option.help));
    }
    for (const Example& example : command.examples) {
      text += fmt::format(".PP\nExample ({}):\n.PP\n.nf\n.RS\n{}\n.RE\n.fi\n", roff(example.meaning),
                          roff(example.command));
    }
  }
  text +=
      ".SH EXIT STATUS\n0 fine, 1 the query is wrong, 2 the command line is wrong, 3 an object could not be read "
      "whole\n"
      "(the answer is partial), 4 rejects under \\-\\-strict, 130 interrupted. Where several hold: 2, 1, 3, 4.\n"
      ".SH LIMITS\nA line that was torn exactly at the border of a field, or inside its last one, cannot be told from "
      "a\n"
      "shorter one. A record longer than 16 MiB is a reject.\n"
      ".SH CONFIGURATION\n" +
      roff(kConfigSummary) + "\n";
  for (const app::ConfigKey& key : app::config_keys()) {
    text += fmt::format(".TP\n\\fB{}\\fR \\fI{}\\fR\n{}\n", roff(app::dotted_name(key)), roff(std::string(key.value)),
                        roff(meaning_of(key)));
  }
  text +=
      ".SH ENVIRONMENT\n.TP\nOTOMO_CONFIG\nthe otomo.toml to use\n"
      ".TP\nOTOMO_DEFAULTS_\\fIKEY\\fR, OTOMO_SOURCES_\\fINAME\\fR_\\fIKEY\\fR, OTOMO_ACCOUNTS_\\fIACCOUNT_ID\\fR\n"
      "instead of one value of otomo.toml, in capitals, _ for \\-\n"
      ".TP\nTMPDIR\nwhere answers that do not fit into memory are kept while they are made\n"
      ".TP\nOTOMO_KERNEL\nthe instruction set to use: avx512, avx2, neon, scalar\n.TP\nNO_COLOR\nno colours\n";
  return text;
}

}  // namespace otomo::cli
