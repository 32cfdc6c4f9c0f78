// SPDX-License-Identifier: Apache-2.0
//
// The forms of an answer: table, csv, tsv, json, jsonl, markdown. Each is a ResultSink over an Output; finish() closes
// what it opened. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/printing/output.h"
#include "engine/database.h"

namespace otomo::cli {

struct PrintOptions {
  std::string form = "table";   // one of form_names()
  unsigned terminal_width = 0;  // columns of the terminal; 0: none, nothing is shortened
  bool colour = false;
  std::uint64_t table_rows_max = 0;  // 0: all
  // Columns of a table that are left out where each of their cells is 0 or NULL, and those that are left out, the first
  // one first, while it is wider than the terminal; or than 80 columns, where there is none.
  std::vector<std::string> idle_columns;
  std::vector<std::string> spare_columns;
  bool csv_safe = false;  // a cell that a spreadsheet would run as a formula gets a ' before it
};

class Printer : public engine::ResultSink {
 public:
  virtual Result<void> finish() = 0;
  std::uint64_t row_count() const { return row_count_; }

 protected:
  std::uint64_t row_count_ = 0;
};

const std::vector<std::string>& form_names();
// The form that the name of a file promises, by its ending, small or capital letters; nullopt: none. "": a form that is
// not written.
std::optional<std::string_view> promised_form(std::string_view file_name);
// The form's media type.
std::string content_type(std::string_view form);
// Those endings, for the help: ".csv, .tsv, …".
std::string written_endings();
// Which form of cells the printer of this form wants.
engine::CellForm cell_form(std::string_view form);
// REQUIRES: options.form is one of form_names(), but not "parquet".
std::unique_ptr<Printer> make_printer(const PrintOptions& options, Output& output);

// Columns that `text` takes on a terminal: two for East Asian wide characters, none for combining ones.
std::size_t display_width(std::string_view text);
// `text` cut to `width` columns, the last one an ellipsis; control characters shown as spaces.
std::string fit(std::string_view text, std::size_t width);

}  // namespace otomo::cli
