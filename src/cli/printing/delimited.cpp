// SPDX-License-Identifier: Apache-2.0
#include "cli/printing/delimited.h"

namespace otomo::cli {

namespace {

class DelimitedPrinter final : public Printer {
 public:
  DelimitedPrinter(char delimiter, bool safe, Output& output) : delimiter_(delimiter), safe_(safe), output_(output) {}

  Result<void> begin(const std::vector<engine::ResultColumn>& columns) override {
    line_.clear();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) line_ += delimiter_;
      put(columns[i].name, false);
      numbers_.push_back(columns[i].is_number);
    }
    line_ += '\n';
    return output_.write(line_);
  }

  Result<void> rows(const engine::TextRows& rows) override {
    line_.clear();
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      for (std::size_t column = 0; column < rows.columns(); ++column) {
        if (column > 0) line_ += delimiter_;
        put(rows.cell(row, column), numbers_[column]);
      }
      line_ += '\n';
    }
    row_count_ += rows.rows();
    return output_.write(line_);
  }

  Result<void> finish() override { return {}; }

 private:
  // What spreadsheets take for the start of a formula.
  static bool is_formula(std::string_view cell) {
    return !cell.empty() && std::string_view("=+-@\t\r").find(cell[0]) != std::string_view::npos && cell != "-";
  }

  void put(std::string_view cell, bool is_number) {
    if (cell.data() == nullptr) return;
    std::string guarded;
    if (safe_ && !is_number && is_formula(cell)) {
      guarded = "'" + std::string(cell);
      cell = guarded;
    }
    if (delimiter_ == '\t') {
      put_tsv(cell);
    } else if (cell.empty() || cell.find_first_of(",\"\r\n") != std::string_view::npos || cell.front() == ' ' ||
               cell.back() == ' ') {
      line_ += '"';
      for (const char c : cell) {
        if (c == '"') line_ += '"';
        line_ += c;
      }
      line_ += '"';
    } else {
      line_ += cell;
    }
  }

  // TSV has no quotes: the separators are escaped as PostgreSQL's COPY does.
  void put_tsv(std::string_view cell) {
    for (const char c : cell) {
      switch (c) {
        case '\t': line_ += "\\t"; break;
        case '\n': line_ += "\\n"; break;
        case '\r': line_ += "\\r"; break;
        case '\\': line_ += "\\\\"; break;
        default: line_ += c;
      }
    }
  }

  char delimiter_;
  bool safe_;
  Output& output_;
  std::vector<bool> numbers_;
  std::string line_;
};

}  // namespace

std::unique_ptr<Printer> make_delimited_printer(char delimiter, bool safe, Output& output) {
  return std::make_unique<DelimitedPrinter>(delimiter, safe, output);
}

}  // namespace otomo::cli
