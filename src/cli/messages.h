// SPDX-License-Identifier: Apache-2.0
//
// What goes to standard error: errors with a caret, the summary of a query, progress. Knows no format's fields.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "app/question.h"
#include "base/result.h"

namespace otomo::cli {

// Prints the error; where it has a place in `sql`, that line and a caret under it.
void print_error(const Error& error, std::string_view sql = {});

// "12.3 MB", "1,234": numbers as people read them.
std::string show_bytes(std::uint64_t bytes);
std::string show_count(std::uint64_t count);

// One line per table: objects, records, rejects, repaired bytes, bytes, time, rate; then hints.
void print_summary(const std::vector<engine::TableUse>& uses, double seconds);
// Objects that could not be read: always said, whatever -q.
void print_unread(const std::vector<engine::TableUse>& uses, const std::vector<Error>& unlisted);

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
