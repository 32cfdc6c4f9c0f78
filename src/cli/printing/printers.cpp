// SPDX-License-Identifier: Apache-2.0
#include "cli/printing/printers.h"

#include <algorithm>

#include "cli/printing/delimited.h"
#include "cli/printing/json.h"
#include "cli/printing/table.h"

namespace otomo::cli {

namespace {

struct Ending {
  std::string_view text;  // in small letters
  std::string_view form;  // empty: not written
};

constexpr Ending kEndings[] = {
    {".csv", "csv"},     {".tsv", "tsv"},      {".txt", "table"},   {".json", "json"},
    {".jsonl", "jsonl"}, {".ndjson", "jsonl"}, {".md", "markdown"}, {".parquet", "parquet"},
    {".gz", ""},         {".zst", ""},         {".bz2", ""},        {".xz", ""},
    {".zip", ""},        {".xlsx", ""},        {".xls", ""},        {".ods", ""},
    {".orc", ""},        {".avro", ""},        {".arrow", ""},      {".feather", ""},
    {".html", ""},       {".xml", ""},         {".yaml", ""},       {".yml", ""},
    {".sqlite", ""},     {".db", ""},          {".duckdb", ""},
};

}  // namespace

const std::vector<std::string>& form_names() {
  static const std::vector<std::string> kNames = {"table", "csv", "tsv", "json", "jsonl", "markdown", "parquet"};
  return kNames;
}

std::optional<std::string_view> promised_form(std::string_view file_name) {
  std::string lower(file_name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const Ending& ending : kEndings) {
    if (lower.ends_with(ending.text)) return ending.form;
  }
  return {};
}

std::string written_endings() {
  std::string list;
  for (const Ending& ending : kEndings) {
    if (!ending.form.empty()) list += (list.empty() ? "" : ", ") + std::string(ending.text);
  }
  return list;
}

std::string content_type(std::string_view form) {
  if (form == "parquet") return "application/vnd.apache.parquet";
  const std::string_view type = form == "csv"        ? "text/csv"
                                : form == "tsv"      ? "text/tab-separated-values"
                                : form == "json"     ? "application/json"
                                : form == "jsonl"    ? "application/x-ndjson"
                                : form == "markdown" ? "text/markdown"
                                                     : "text/plain";
  return std::string(type) + "; charset=utf-8";
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
