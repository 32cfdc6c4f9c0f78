// SPDX-License-Identifier: Apache-2.0
//
// Runs a question for a person: progress, signals, printing, summary, exit code. What `query` and `scan` share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/places.h"

namespace otomo::cli {

// Empty: not given. Then otomo.toml or the environment may say it, else what is built in holds.
struct AskOptions {
  std::string sql;
  std::string table_sql;                  // asked instead where the answer is a table; empty: `sql`
  std::vector<std::string> idle_columns;  // of that table: see PrintOptions
  std::vector<std::string> spare_columns;
  Places places;
  std::string format;    // of what `places.from` names
  std::string fields;    // and of its lines
  std::string log_zone;  // and of its times
  std::string late;      // how long after it happened a record is delivered at most
  std::string output;    // form
  std::string output_file;
  bool overwrite = false;  // an object in S3; a file always is
  std::string sse;
  std::string sse_kms_key_id;
  std::string time_zone;
  std::string memory;  // "4GB"
  std::string threads;
  std::string rows;  // shown in a table on a terminal; 0: all
  std::optional<bool> strict;
  std::optional<bool> csv_safe;
  bool quiet = false;
  bool verbose = false;
  std::string wants_logs;  // not empty: no question without logs, and this is what to do
};

// The options that every command with a question takes.
std::vector<Option> ask_options(AskOptions& options);

// Answers and returns the exit code.
int ask(AskOptions options);

}  // namespace otomo::cli
