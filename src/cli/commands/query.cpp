// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "app/format_choice.h"
#include "cli/ask.h"
#include "cli/commands/commands.h"
#include "cli/exit_code.h"
#include "cli/messages.h"

namespace otomo::cli {

namespace {

struct QueryOptions {
  AskOptions ask;
  std::string sql;
  std::string file;
};

int run(QueryOptions& options) {
  const auto fail = [](std::string message, std::string hint) {
    print_error(Error{ErrorKind::kUsage, std::move(message), std::move(hint), {}});
    return kUsageWrong;
  };
  const bool from_stdin = options.sql == "-";
  if (!options.file.empty() && !options.sql.empty()) return fail("both a query and -f FILE", "give one of them");
  if (from_stdin) {
    for (const std::string& path : options.ask.places.from) {
      if (path == "-")
        return fail("the query and the log cannot both come from standard input", "use -f FILE for the query");
    }
    options.ask.sql.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else if (!options.file.empty()) {
    std::ifstream file(options.file, std::ios::binary);
    if (!file) return fail("cannot read the query from " + options.file, "check the path");
    options.ask.sql.assign(std::istreambuf_iterator<char>(file), {});
  } else if (options.sql.empty()) {
    return fail("no query", options.ask.places.from.empty()
                                ? "for example: otomo query \"SELECT count(*) FROM cloudtrail_logs\" --from ./AWSLogs"
                                : "all that follows --from is taken for a path: put the query before it");
  } else {
    options.ask.sql = options.sql;
  }
  return ask(options.ask);
}

}  // namespace

Command query_command() {
  const auto options = std::make_shared<QueryOptions>();
  Command command;
  command.name = "query";
  command.summary = "answer an SQL query over logs where they lie";
  command.description =
      "Reads the objects under --from, or under the sources of otomo.toml where it is not given, finds out what log "
      "each one is, and answers the query over them. Tables: " +
      fmt::format("{}", fmt::join(app::table_names(), ", ")) +
      "; _rejects holds what could not be read, _objects what each object is, accounts the names of accounts in "
      "otomo.toml. Every table has event_time, account_id, "
      "region and the hidden columns \"$path\", \"$offset\" and "
      "\"$raw\". The SQL is DuckDB's; SHOW TABLES lists the tables. Only what --from or a source names is read; "
      "nothing is written but -o.\n"
      "Exit codes: 0 fine, 1 the query is wrong, 2 the command line is wrong, 3 an object could not be read whole (the "
      "answer is partial), 4 rejects under --strict, 130 interrupted.";
  command.options = {
      {"sql", "SQL", "the query, or - to read it from standard input", &options->sql},
      {"-f,--file", "FILE", "read the query from FILE", &options->file, {}, true},
      {"--from",
       "PATH",
       "a file, folder, glob, s3://BUCKET/PREFIX, or - for standard input; may be given several times",
       &options->ask.places.from,
       {},
       true},
  };
  for (Option& option : ask_options(options->ask)) command.options.push_back(std::move(option));
  command.examples = {
      {"otomo query \"SELECT eventname, count(*) FROM cloudtrail_logs GROUP BY 1 ORDER BY 2 DESC\" --from ./AWSLogs",
       "what was called most"},
      {"otomo query \"SELECT * FROM s3_access_logs WHERE errorcode = 'AccessDenied'\" --from logs/ -o denied.parquet",
       "denied requests, kept as Parquet"},
      {"otomo query \"SELECT * FROM cloudtrail_logs WHERE errorcode IS NOT NULL\" --from "
       "s3://my-trail/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/ --profile audit",
       "a day of a trail, read from its bucket"},
      {"zcat trail.json.gz | otomo query \"SELECT * FROM cloudtrail_logs\" --from - --output jsonl",
       "a log from a pipe"},
      {"otomo query \"SELECT name, count(*) FROM cloudtrail_logs JOIN accounts USING (account_id) GROUP BY 1\" "
       "--source "
       "trail",
       "one source of otomo.toml, by the accounts' names"},
      {"otomo query \"SELECT reason, count(*) FROM _rejects GROUP BY 1\" --from logs/",
       "what could not be read, and why"},
  };
  command.run = [options] { return run(*options); };
  return command;
}

}  // namespace otomo::cli
