// SPDX-License-Identifier: Apache-2.0
#include "cli/printing/json.h"

#include <fmt/format.h>

#include <unordered_map>

#include "base/json_nan.h"

namespace otomo::cli {

namespace {

// May a value of that type hold a number that JSON has no word for?
bool may_hold_nan(std::string_view type) {
  return type.contains("DOUBLE") || type.contains("FLOAT") || type.contains("JSON");
}

class JsonPrinter final : public Printer {
 public:
  JsonPrinter(JsonForm form, Output& output) : form_(form), output_(output) {}

  Result<void> begin(const std::vector<engine::ResultColumn>& columns) override {
    // An object has each name once: the second "arn" is "arn_1", as DuckDB names columns of a subquery.
    std::unordered_map<std::string, int> seen;
    for (const auto& column : columns) {
      const int before = seen[column.name]++;
      const std::string name = before == 0 ? column.name : fmt::format("{}_{}", column.name, before);
      names_.push_back(json_string(name) + ":");
      may_hold_nan_.push_back(may_hold_nan(column.type));
    }
    return form_ == JsonForm::kArray ? output_.write("[") : Result<void>{};
  }

  Result<void> rows(const engine::TextRows& rows) override {
    text_.clear();
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      if (form_ == JsonForm::kArray) text_ += row_count_ == 0 ? "\n" : ",\n";
      text_ += '{';
      for (std::size_t column = 0; column < rows.columns(); ++column) {
        if (column > 0) text_ += ',';
        text_ += names_[column];
        const std::string_view cell = rows.cell(row, column);
        if (cell.data() == nullptr) {
          text_ += "null";
        } else if (may_hold_nan_[column]) {
          add_without_nan(text_, cell, NanForm::kNull);
        } else {
          text_ += cell;
        }
      }
      text_ += '}';
      if (form_ == JsonForm::kLines) text_ += '\n';
      ++row_count_;
    }
    return output_.write(text_);
  }

  Result<void> finish() override { return form_ == JsonForm::kArray ? output_.write("\n]\n") : Result<void>{}; }

 private:
  JsonForm form_;
  Output& output_;
  std::vector<std::string> names_;
  std::vector<bool> may_hold_nan_;
  std::string text_;
};

}  // namespace

std::string json_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::unique_ptr<Printer> make_json_printer(JsonForm form, Output& output) {
  return std::make_unique<JsonPrinter>(form, output);
}

}  // namespace otomo::cli
