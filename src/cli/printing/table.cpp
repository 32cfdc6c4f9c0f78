// SPDX-License-Identifier: Apache-2.0
#include "cli/printing/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cwchar>
#include <numeric>
#include <optional>

#include "base/utf8.h"

namespace otomo::cli {

namespace {

// A column is not cut below this, while others are wider.
constexpr std::size_t kColumnWidthMin = 8;
constexpr std::size_t kGap = 2;
// Spare columns are left out beyond this, where no terminal says its width.
constexpr std::size_t kWidthWithoutTerminal = 80;

// The next character of `text`: its bytes and its columns. What the C library does not know takes one.
std::size_t next_character(std::string_view text, std::size_t& width) {
  std::mbstate_t state{};
  wchar_t character = 0;
  const std::size_t length = std::mbrtowc(&character, text.data(), text.size(), &state);
  if (length == 0 || length > text.size()) {
    width = 1;
    return 1;
  }
  const int columns = ::wcwidth(character);
  width = columns < 0 ? 1 : static_cast<std::size_t>(columns);
  return length;
}

class TablePrinter final : public Printer {
 public:
  TablePrinter(const PrintOptions& options, Output& output) : options_(options), output_(output) {}

  Result<void> begin(const std::vector<engine::ResultColumn>& columns) override {
    columns_ = columns;
    return {};
  }

  Result<void> rows(const engine::TextRows& rows) override {
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      ++row_count_;
      if (options_.table_rows_max != 0 && row_count_ > options_.table_rows_max) continue;
      for (std::size_t column = 0; column < rows.columns(); ++column) {
        const std::string_view cell = rows.cell(row, column);
        cells_.push_back(cell.data() == nullptr ? std::nullopt : std::optional<std::string>(cell));
      }
    }
    return {};
  }

  Result<void> finish() override {
    const bool markdown = options_.form == "markdown";
    const std::size_t count = columns_.size();
    const std::size_t shown_rows = count == 0 ? 0 : cells_.size() / count;
    std::vector<std::size_t> widths(count);
    for (std::size_t column = 0; column < count; ++column) {
      widths[column] = display_width(columns_[column].name);
      for (std::size_t row = 0; row < shown_rows; ++row) {
        widths[column] = std::max(widths[column], width_of(cells_[row * count + column]));
      }
    }
    Columns shown;
    for (std::size_t column = 0; column < count; ++column) {
      if (markdown || !is_idle(column)) shown.push_back(column);
    }
    const Columns wanted = shown;
    if (!markdown) make_fit(shown, widths);

    std::string text = line_of(shown, widths, markdown,
                               [&](std::size_t column) { return std::optional<std::string>(columns_[column].name); });
    text += rule(shown, widths, markdown);
    for (std::size_t row = 0; row < shown_rows; ++row) {
      text += line_of(shown, widths, markdown, [&](std::size_t column) { return cells_[row * count + column]; });
    }
    if (row_count_ > shown_rows) {
      text += fmt::format("… {} more rows; --rows 0 shows all, --output csv or -o FILE keeps them\n",
                          row_count_ - shown_rows);
    }
    if (shown.size() < wanted.size()) {
      text += fmt::format("… {} more columns: {}; --output jsonl shows all\n", wanted.size() - shown.size(),
                          names_without(wanted, shown));
    }
    return output_.write(text);
  }

 private:
  using Columns = std::vector<std::size_t>;  // indexes into columns_

  static std::size_t width_of(const std::optional<std::string>& cell) { return cell ? display_width(*cell) : 4; }

  bool is_idle(std::size_t column) const {
    if (!names(options_.idle_columns, columns_[column].name)) return false;
    for (std::size_t cell = column; cell < cells_.size(); cell += columns_.size()) {
      if (cells_[cell] && cells_[cell] != "0") return false;
    }
    return true;
  }

  static bool names(const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  }

  // Leaves out spare columns, cuts the widest of the others, and leaves out the last ones, until the table fits.
  void make_fit(Columns& shown, std::vector<std::size_t>& widths) const {
    const auto total = [&] {
      return std::accumulate(shown.begin(), shown.end(), std::size_t{0},
                             [&](std::size_t sum, std::size_t column) { return sum + widths[column]; }) +
             (shown.empty() ? 0 : (shown.size() - 1) * kGap);
    };
    const std::size_t terminal = options_.terminal_width;
    for (const std::string& spare : options_.spare_columns) {
      if (total() <= (terminal > 0 ? terminal : kWidthWithoutTerminal)) break;
      std::erase_if(shown, [&](std::size_t column) { return columns_[column].name == spare; });
    }
    if (terminal == 0) return;
    while (total() > terminal) {
      std::size_t& widest = widths[*std::max_element(
          shown.begin(), shown.end(), [&](std::size_t a, std::size_t b) { return widths[a] < widths[b]; })];
      if (widest <= kColumnWidthMin) break;
      // Down to the second widest at once would be unfair to long texts; a step at a time keeps them level.
      widest -= std::min({total() - terminal, std::max<std::size_t>(1, widest / 8), widest - kColumnWidthMin});
    }
    while (shown.size() > 1 && total() > terminal) shown.pop_back();
  }

  std::string names_without(const Columns& wanted, const Columns& shown) const {
    std::string text;
    for (const std::size_t column : wanted) {
      if (std::find(shown.begin(), shown.end(), column) != shown.end()) continue;
      text += (text.empty() ? "" : ", ") + columns_[column].name;
    }
    return fit(text, 60);
  }

  template <class CellOf>
  std::string line_of(const Columns& shown, const std::vector<std::size_t>& widths, bool markdown,
                      CellOf cell_of) const {
    std::string line = markdown ? "| " : "";
    for (const std::size_t column : shown) {
      if (column != shown.front()) line += markdown ? " | " : std::string(kGap, ' ');
      const std::optional<std::string> cell = cell_of(column);
      std::string text = cell ? fit(*cell, widths[column]) : "NULL";
      if (markdown) text = escaped(text);
      const std::size_t width = std::min(widths[column], display_width(text));
      const std::string pad(widths[column] - width, ' ');
      if (!cell && options_.colour) text = "\033[2mNULL\033[0m";
      if (columns_[column].is_number) {
        line += pad + text;
      } else if (column != shown.back() || markdown) {
        line += text + pad;
      } else {
        line += text;
      }
    }
    return line + (markdown ? " |\n" : "\n");
  }

  std::string rule(const Columns& shown, const std::vector<std::size_t>& widths, bool markdown) const {
    std::string line = markdown ? "|" : "";
    for (const std::size_t column : shown) {
      if (markdown) {
        line += ' ' + std::string(std::max<std::size_t>(2, widths[column]) - 1, '-') +
                (columns_[column].is_number ? ":" : "-") + " |";
      } else {
        if (column != shown.front()) line += std::string(kGap, ' ');
        for (std::size_t i = 0; i < widths[column]; ++i) line += "─";
      }
    }
    return line + "\n";
  }

  static std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
      if (c == '|') result += '\\';
      result += c;
    }
    return result;
  }

  PrintOptions options_;
  Output& output_;
  std::vector<engine::ResultColumn> columns_;
  std::vector<std::optional<std::string>> cells_;  // row after row
};

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t total = 0;
  while (!text.empty()) {
    std::size_t width = 0;
    text.remove_prefix(next_character(text, width));
    total += width;
  }
  return total;
}

std::string fit(std::string_view text, std::size_t width) {
  const bool cut = display_width(text) > width;
  const std::size_t room = cut ? width - std::min<std::size_t>(1, width) : width;
  std::string result;
  std::size_t used = 0;
  while (!text.empty()) {
    std::size_t columns = 0;
    const std::size_t length = next_character(text, columns);
    if (used + columns > room) break;
    const std::string_view character = text.substr(0, length);
    if (utf8::control_bytes(character) > 0) {
      result += ' ';  // a log must not steer the terminal
    } else {
      result += character;
    }
    used += columns;
    text.remove_prefix(length);
  }
  return cut ? result + "…" : result;
}

std::unique_ptr<Printer> make_table_printer(const PrintOptions& options, Output& output) {
  return std::make_unique<TablePrinter>(options, output);
}

}  // namespace otomo::cli
