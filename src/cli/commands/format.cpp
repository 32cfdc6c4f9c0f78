// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "app/format_file.h"
#include "cli/commands/commands.h"
#include "cli/exit_code.h"
#include "cli/messages.h"

namespace otomo::cli {

namespace {

struct FormatOptions {
  std::string action;
  std::string file;
};

constexpr const char* kDescription =
    "A log that otomo does not know is described in a TOML file, which --format takes: its name becomes the table. The "
    "file must carry samples, and is refused where one of them is not read as it says. `otomo format check FILE` shows "
    "the columns and what each sample becomes; the exit code is 2 where the file is wrong.\n"
    "kind = \"regex\": pattern is an expression of RE2; its named groups are the columns. \"grok\": pattern holds "
    "%{NAME:column:type}; [patterns] adds names. Both: record_start, where records have several lines, is an "
    "expression "
    "for the first line of each.\n"
    "kind = \"json\": [columns] lists the columns; { path = \"request.headers.host\" } where it is not the name; "
    "container = \"Records\" where the objects lie in that member; lines = true where each line is one object (several "
    "threads share a large file then).\n"
    "kind = \"delimiter\": delimiter, quote, [columns] in the fields' order; header = true where the first line names "
    "the "
    "fields, and { field = \"c-ip\" } where it is not the column's name.\n"
    "Types: text, integer, bigint, double, boolean, and timestamp with a format: iso, clf, unix, unix_ms, unix_us, "
    "unix_ns, or strptime's %Y-%m-%d %H:%M:%S. A value that does not fit is NULL and counted; a record that does not "
    "fit "
    "is in _rejects. time = \"COLUMN\" (or { column = [\"date\", \"time\"], format = \"iso\" }), account = \"COLUMN\" "
    "and "
    "region = \"COLUMN\" fill event_time, account_id and region.\n"
    "[[samples]]: text, expect = { COLUMN = VALUE }, null = [\"COLUMN\"]; or reject = true.";

constexpr const char* kExample =
    "name = \"myapp\"\n"
    "  summary = \"My application's log\"\n"
    "  kind = \"regex\"\n"
    "  pattern = '^(?P<time>\\S+) (?P<level>\\w+) (?P<user>\\S+) (?P<bytes>\\d+|-)$'\n"
    "  time = \"time\"\n"
    "  [columns]\n"
    "  time = { type = \"timestamp\", format = \"iso\" }\n"
    "  bytes = \"bigint\"\n"
    "  [[samples]]\n"
    "  text = '2026-03-02T09:14:07Z INFO alice 42'\n"
    "  expect = { event_time = 2026-03-02T09:14:07Z, level = \"INFO\", user = \"alice\", bytes = 42 }\n"
    "  [[samples]]\n"
    "  text = '--- restarted ---'\n"
    "  reject = true";

int run(const FormatOptions& options) {
  if (options.action.empty() || options.file.empty()) {
    return fail({ErrorKind::kUsage, "which file is to be checked?", "otomo format check FILE", {}});
  }
  const auto report = app::check_format_file(options.file);
  if (!report) return fail(report.error());
  std::string text =
      report->name + (report->summary.empty() ? "" : ": " + report->summary) + "\n" + report->records + "\n\n";
  std::size_t width = 0;
  for (const auto& column : report->columns) width = std::max(width, column.name.size());
  for (const auto& column : report->columns) text += fmt::format("{:{}}  {}\n", column.name, width, column.type);
  std::size_t number = 0;
  for (const auto& sample : report->samples) {
    text += fmt::format("\nsample {} (line {})", ++number, sample.line);
    if (!sample.reject.empty()) {
      text += fmt::format(": rejected ({})\n", sample.reject);
      continue;
    }
    text += '\n';
    std::size_t names = 0;
    for (const auto& [name, value] : sample.values) names = std::max(names, name.size());
    for (const auto& [name, value] : sample.values) text += fmt::format("  {:{}}  {}\n", name, names, value);
  }
  std::cout << text;
  return std::cout.flush() ? kFine : kWorldWrong;
}

}  // namespace

Command format_command() {
  const auto options = std::make_shared<FormatOptions>();
  Command command;
  command.name = "format";
  command.summary = "check a file that describes a log of your own";
  command.description = kDescription;
  command.options = {
      {"action", "ACTION", "check", &options->action, {"check"}},
      {"file", "FILE", "the description", &options->file, {}, true},
  };
  command.examples = {
      {kExample, "a description: myapp.toml"},
      {"otomo format check myapp.toml", "is it right?"},
      {"otomo query \"SELECT level, count(*) FROM myapp GROUP BY 1\" --from logs/ --format myapp.toml", "ask"},
  };
  command.run = [options] { return run(*options); };
  return command;
}

}  // namespace otomo::cli
