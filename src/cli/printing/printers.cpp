// SPDX-License-Identifier: Apache-2.0
#include "cli/printing/printers.h"

#include "cli/printing/delimited.h"
#include "cli/printing/json.h"
#include "cli/printing/table.h"

namespace otomo::cli {

const std::vector<std::string>& form_names() {
  static const std::vector<std::string> kNames = {"table", "csv", "tsv", "json", "jsonl", "markdown", "parquet"};
  return kNames;
}

engine::CellForm cell_form(std::string_view form) {
  return form == "json" || form == "jsonl" ? engine::CellForm::kJson : engine::CellForm::kText;
}

std::unique_ptr<Printer> make_printer(const PrintOptions& options, Output& output) {
  if (options.form == "csv") return make_delimited_printer(',', options.csv_safe, output);
  if (options.form == "tsv") return make_delimited_printer('\t', options.csv_safe, output);
  if (options.form == "json") return make_json_printer(JsonForm::kArray, output);
  if (options.form == "jsonl") return make_json_printer(JsonForm::kLines, output);
  return make_table_printer(options, output);
}

}  // namespace otomo::cli
