// SPDX-License-Identifier: Apache-2.0
//
// One question over some sources: the verb behind `query` and `scan`. Lists the objects, opens the database, answers.
// run() on one thread; interrupt() and progress() from any, once open() has returned.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/s3_price.h"
#include "app/source_listing.h"
#include "app/temp_folder.h"
#include "engine/database.h"
#include "io/s3_connection.h"

namespace otomo::app {

struct QuestionOptions {
  std::string sql;
  std::vector<QuestionSource> sources;  // empty: a question that needs no table
  std::vector<engine::Account> accounts;
  bool strict = false;             // rejects matter: nothing is skipped unread
  std::uint64_t memory_bytes = 0;  // 0: default_memory_bytes()
  unsigned threads = 0;
  std::string time_zone = "UTC";
  engine::CellForm form = engine::CellForm::kText;
  std::string parquet_path;  // not empty: the answer goes there as Parquet
  io::S3Surroundings s3;
  // Told what it will take at most to read all that was listed, before any of it is read. Its error ends the question.
  std::function<Result<void>(const S3Price&)> agree;
};

// A quarter of the machine's memory (or of its cgroup's limit), at least 512 MiB.
std::uint64_t default_memory_bytes();

class Question {
 public:
  static Result<std::unique_ptr<Question>> open(const QuestionOptions& options);

  // Answers into `sink`, or as Parquet where that was asked for (`sink` is not used then). Returns the rows written as
  // Parquet.
  Result<std::uint64_t> run(engine::ResultSink& sink);

  void interrupt();
  engine::Progress progress() const { return database_->progress(); }
  std::vector<engine::TableUse> uses() const { return database_->uses(); }
  bool asked_accounts() const { return database_->asked_accounts(); }
  const std::vector<SourceListed>& listed() const { return listed_; }
  // Paths and folders that could not be listed; of an answer that reads no table they take nothing.
  const std::vector<Error>& unlisted() const { return unlisted_; }
  void remove_temporary_files() { temp_folder_->remove(); }

 private:
  Result<io::Listing> list(const io::SourceDated& dated, const std::function<bool()>& interrupted);

  QuestionOptions options_;
  std::unique_ptr<TempFolder> temp_folder_;
  std::unique_ptr<engine::Database> database_;
  std::vector<SourceListed> listed_;
  std::vector<Error> unlisted_;
};

// What `scan` asks: one row per format, account and Region.
extern const char* const kScanQuery;
// The same for a person: the days instead of the first and the last instant, objects of no known format in a row of
// their own.
std::string scan_table_query();
// The objects that no format knows or that could not be read whole: "$path", state, reason.
extern const char* const kScanProblemsQuery;

}  // namespace otomo::app
