// SPDX-License-Identifier: Apache-2.0
//
// What goes to standard error: errors with a caret, the summary of a query, progress. Knows no format's fields.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "app/config.h"
#include "app/fetch.h"
#include "app/question.h"
#include "base/result.h"

namespace otomo::cli {

// `text` without what would steer a terminal: names come from outside. A line after the first is set in, so that no
// name looks like a message.
std::string harmless(std::string_view text);

// A line that is neither an error nor a summary.
void print_note(std::string_view text);

// Prints the error; where it has a place in `sql`, that line and a caret under it.
void print_error(const Error& error, std::string_view sql = {});
// Prints it; the exit code of its kind.
int fail(const Error& error, std::string_view sql = {});

// "12.3 MB", "1,234": numbers as people read them.
std::string show_bytes(std::uint64_t bytes);
std::string show_count(std::uint64_t count);

// What is wrong in the configuration, each as "otomo.toml:12:5: …": all of it, or the first.
enum class HowMany : std::uint8_t { kFirst, kAll };
void print_config_errors(const app::Config& config, HowMany how_many);
// What the user should know of the configuration in use; with `verbose`, which it is.
void print_config_use(const app::Config& config, bool verbose);
std::string describe(const app::ConfigFile& file);

// That the table `accounts` is empty, and where its rows would be written.
void print_no_accounts(const app::ConfigFile& file);

// One line per source that has a name.
void print_listed(const std::vector<app::SourceListed>& sources);

// One line per inventory that was to stand in for listing.
void print_inventories(const std::vector<app::SourceListed>& sources);

// One line per table: objects, records, rejects, repaired bytes, bytes, time, rate; then hints. `asked` is what named
// the objects, `left_out` how many of those the choice left out.
void print_summary(const std::vector<engine::TableUse>& uses, std::uint64_t left_out, double seconds,
                   std::string_view asked);
// Objects that could not be read: always said, whatever -q.
void print_unread(const std::vector<engine::TableUse>& uses, const std::vector<Error>& unlisted);

// The first of `count` errors, each with its hint, then "… and 12 more " + `what`. Always said, whatever -q.
void print_errors(const std::vector<Error>& errors, std::uint64_t count, std::string_view what);

// One line: objects copied, or with nullopt to be copied; then what was special.
void print_fetched(const app::FetchCounts& counts, const std::string& folder, std::optional<double> seconds);

// Shows how far the work is, once it takes longer than half a second and standard error is a terminal.
class ProgressLine {
 public:
  explicit ProgressLine(std::function<engine::Progress()> ask, bool wanted);
  ~ProgressLine();  // ends and wipes the line
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  std::jthread thread_;
};

}  // namespace otomo::cli
