// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "app/question.h"
#include "cli/ask.h"
#include "cli/commands/commands.h"

namespace otomo::cli {

namespace {

struct ScanOptions {
  AskOptions ask;
  bool json = false;
  bool list = false;
};

int run(ScanOptions& options) {
  options.ask.wants_logs = "for example: otomo scan ./AWSLogs; or name sources in otomo.toml";
  if (options.json) options.ask.output = "json";
  options.ask.sql = options.list ? app::kScanProblemsQuery : app::kScanQuery;
  if (!options.list) {
    options.ask.table_sql = app::scan_table_query();
    options.ask.idle_columns = {"rejects", "key_mismatches", "unread"};
    options.ask.spare_columns = {"bytes", "objects"};
  }
  return ask(options.ask);
}

}  // namespace

Command scan_command() {
  const auto options = std::make_shared<ScanOptions>();
  Command command;
  command.name = "scan";
  command.summary = "tell which logs lie under a path, from when, and how well they read";
  command.description =
      "Reads everything under the paths, or under the sources of otomo.toml where no path is given, and prints one row "
      "per format, account and Region: first and last event, "
      "objects, bytes, records, rejects, and the objects of no known format or that could not be read whole. Every "
      "record is "
      "read; nothing is skipped. A table is made for reading: days instead of instants, no column in which every "
      "number "
      "is 0, and bytes and objects only where they fit; the other forms hold everything.";
  command.options = {
      {"path",
       "PATH",
       "files, folders, globs, s3://BUCKET/PREFIX, or - for standard input",
       &options->ask.places.from,
       {},
       true},
      {"--json", "", "the same as --output json", &options->json},
      {"--problems", "", "list the objects of no known format and those that could not be read whole, instead",
       &options->list},
  };
  for (Option& option : ask_options(options->ask)) command.options.push_back(std::move(option));
  command.examples = {
      {"otomo scan ./AWSLogs", "what is there"},
      {"otomo scan --problems ./AWSLogs", "which objects are not understood"},
      {"otomo scan --json logs/ | jq '.[] | select(.rejects > 0)'", "where lines were rejected"},
  };
  command.run = [options] { return run(*options); };
  return command;
}

}  // namespace otomo::cli
