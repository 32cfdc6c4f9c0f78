// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "app/config.h"
#include "base/utf8.h"
#include "cli/commands/commands.h"
#include "cli/exit_code.h"
#include "cli/messages.h"
#include "cli/printing/json.h"
#include "cli/printing/printers.h"

namespace otomo::cli {

namespace {

struct ConfigOptions {
  std::string action;
  std::string config;
  std::string output;
};

// Each effective value, and where it is from.
Result<void> show(const app::Config& config, const std::string& form) {
  auto output = Output::open("");
  if (!output) return std::unexpected(output.error());
  PrintOptions print;
  print.form = form;
  const auto printer = make_printer(print, **output);
  std::vector<app::Setting> settings = {{"file", config.file.path, describe(config.file)}};
  settings.insert(settings.end(), config.settings.begin(), config.settings.end());
  if (auto begun = printer->begin({{"setting", "VARCHAR"}, {"value", "VARCHAR"}, {"from", "VARCHAR"}}); !begun) {
    return begun;
  }
  std::vector<std::string> cells;
  for (const app::Setting& setting : settings) {
    // Paths and variables may be no UTF-8.
    for (const std::string& text : {setting.key, setting.value, setting.from}) {
      cells.push_back(text.empty() || cell_form(form) == engine::CellForm::kText ? utf8::repaired(text)
                                                                                 : json_string(utf8::repaired(text)));
    }
  }
  engine::TextRows rows(3, settings.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i].empty()) rows.cell(i / 3, i % 3) = cells[i];
  }
  if (auto printed = printer->rows(rows); !printed) return printed;
  if (auto finished = printer->finish(); !finished) return finished;
  return (*output)->finish();
}

int run(const ConfigOptions& options) {
  if (options.action.empty()) {
    return fail({ErrorKind::kUsage, "what of the configuration?", "otomo config show, or otomo config check", {}});
  }
  const app::Config config = app::load_config({options.config, form_names()}, app::process_environment());
  Result<void> done;
  if (options.action == "show") {
    done = show(config, options.output.empty() ? "table" : options.output);
  } else if (options.action == "sources") {
    for (const app::ConfigSource& source : config.sources) std::cout << source.name << '\n';
    if (!std::cout.flush()) done = world_error("writing standard output");
  } else if (config.file.origin == app::ConfigOrigin::kNone) {
    std::cerr << "otomo: " << describe(config.file) << '\n';
  }
  if (!done) return fail(done.error());
  print_config_errors(config, HowMany::kAll);
  print_config_use(config, false);
  if (!config.errors.empty() || (options.action == "check" && !config.warnings.empty())) return kUsageWrong;
  if (options.action == "check" && config.file.origin != app::ConfigOrigin::kNone) {
    std::cerr << fmt::format("{}: fine: {} sources, {} accounts\n", config.file.path, config.sources.size(),
                             config.accounts.size());
  }
  return kFine;
}

}  // namespace

Command config_command() {
  const auto options = std::make_shared<ConfigOptions>();
  Command command;
  command.name = "config";
  command.summary = "show or check what otomo.toml and the environment say";
  command.description = kConfigSummary +
                        " Relative paths in it are relative to its folder. A file that was merely found in a folder "
                        "may not set endpoints, credentials or commands.\n"
                        "show prints each effective value and where it is from, secrets masked; check tells what is "
                        "wrong, with line and column, and ends with 0 or 2; sources prints the names of the sources."
                        "\nKeys, and the variables that override them:\n";
  for (const app::ConfigKey& key : app::config_keys()) {
    command.description +=
        fmt::format("{} = {}, {}: {}\n", app::dotted_name(key), key.value, app::variable_name(key), meaning_of(key));
  }
  command.options = {
      {"action", "ACTION", "show, check or sources", &options->action, {"show", "check", "sources"}},
      {"--config", "FILE", "look at this otomo.toml", &options->config, {}, true},
      {"--output",
       "FORM",
       "form of what show prints (default table)",
       &options->output,
       {"table", "csv", "tsv", "json", "jsonl", "markdown"}},
  };
  command.examples = {
      {"otomo config check", "is it right?"},
      {"otomo config show", "which file is used, and what holds?"},
      {"OTOMO_DEFAULTS_MEMORY=2GB otomo config show --output json | jq '.[] | select(.from != \"built in\")'",
       "what was set, and where"},
  };
  command.run = [options] { return run(*options); };
  return command;
}

}  // namespace otomo::cli
