// SPDX-License-Identifier: Apache-2.0
//
// One question over some paths: the verb behind `query` and `scan`. Lists the objects, opens the database, answers.
// run() on one thread; interrupt() and progress() from any, once open() has returned.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/temp_folder.h"
#include "engine/database.h"

namespace otomo::app {

struct QuestionOptions {
  std::string sql;
  std::vector<std::string> from;   // empty: a question that needs no table
  std::string format;              // a format's name or a file that describes one; empty: detected
  bool strict = false;             // rejects matter: nothing is skipped unread
  std::uint64_t memory_bytes = 0;  // 0: default_memory_bytes()
  unsigned threads = 0;
  std::string time_zone = "UTC";
  engine::CellForm form = engine::CellForm::kText;
  std::string parquet_path;  // not empty: the answer goes there as Parquet
};

// A quarter of the machine's memory (or of its cgroup's limit), at least 512 MiB.
std::uint64_t default_memory_bytes();

// The words of --format, and the tables of those formats.
std::vector<std::string> format_names();
std::vector<std::string> table_names();

class Question {
 public:
  static Result<std::unique_ptr<Question>> open(const QuestionOptions& options);

  // Answers into `sink`, or as Parquet where that was asked for (`sink` is not used then). Returns the rows written as
  // Parquet.
  Result<std::uint64_t> run(engine::ResultSink& sink);

  void interrupt();
  engine::Progress progress() const { return database_->progress(); }
  std::vector<engine::TableUse> uses() const { return database_->uses(); }
  std::uint64_t objects_listed() const { return objects_listed_; }
  const std::vector<Error>& unlisted() const { return unlisted_; }  // folders that could not be listed
  void remove_temporary_files() { temp_folder_->remove(); }

 private:
  QuestionOptions options_;
  std::unique_ptr<TempFolder> temp_folder_;
  std::unique_ptr<engine::Database> database_;
  std::uint64_t objects_listed_ = 0;
  std::vector<Error> unlisted_;
};

// What `scan` asks: one row per format, account and Region.
extern const char* const kScanQuery;
// The objects that no format knows or that could not be read: "$path", state, reason.
extern const char* const kScanProblemsQuery;

}  // namespace otomo::app
