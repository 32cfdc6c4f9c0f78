// SPDX-License-Identifier: Apache-2.0
//
// Runs a question for a person: progress, signals, printing, summary, exit code. What `query` and `scan` share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/question.h"
#include "cli/command.h"

namespace otomo::cli {

struct AskOptions {
  std::string sql;
  std::vector<std::string> from;
  std::string format;
  std::string output;  // form; empty: table on a terminal, csv elsewhere
  std::string output_file;
  std::string time_zone = "UTC";
  std::string memory;  // "4GB"; empty: the default
  std::string threads;
  std::string rows;  // shown in a table on a terminal; empty: the default, 0: all
  bool strict = false;
  bool quiet = false;
  bool csv_safe = false;
};

// The options that every command with a question takes.
std::vector<Option> ask_options(AskOptions& options);

// Answers and returns the exit code.
int ask(AskOptions options);

// "4GB", "512 MiB", "1.5g" as bytes.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

}  // namespace otomo::cli
