// SPDX-License-Identifier: Apache-2.0
//
// The database behind a question: DuckDB with otomo's tables in it and everything else locked. Nothing of DuckDB shows
// here; its exceptions end here, as Error. One query at a time; interrupt(), progress() and uses() from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/reading/source.h"
#include "formats/batch.h"
#include "formats/object_facts.h"
#include "formats/registry.h"
#include "io/listing.h"

namespace otomo::engine {

struct DatabaseOptions {
  std::uint64_t memory_bytes = 0;  // for everything: DuckDB gets what the readers leave
  unsigned threads = 0;            // 0: one per processor
  std::string temp_folder;         // where DuckDB may spill
  std::string time_zone = "UTC";   // an IANA name
  std::string writable_path;       // the one file that write_parquet may write; empty: none
};

// A row of the table `accounts`.
struct Account {
  std::string id;
  std::string name;
};

using List = std::function<Result<io::Listing>(const io::SourceDated& dated, const std::function<bool()>& interrupted)>;

// The text as SQL writes it.
std::string text_literal(std::string_view text);

// What the tables are made of.
struct Inputs {
  io::Listing listing;
  List list;                       // not null: `listing` is made by it, once the question's plan says what is needed
  std::vector<Source> sources{1};  // Object::source is an index into it
  std::vector<Account> accounts;
  std::shared_ptr<const formats::Registry> registry = std::make_shared<formats::Registry>();
  bool names_sources = true;    // false: nobody said what is to be read, so that a table that is read is an error
  bool literal_filters = true;  // records may be skipped unread where the question allows it
};

struct ResultColumn {
  std::string name;
  std::string type;  // DuckDB's name of it
  bool is_number = false;
};

// Some rows of a result as text. Views are valid until the next call.
class TextRows {
 public:
  TextRows(std::size_t columns, std::size_t rows) : columns_(columns), cells_(columns * rows) {}
  std::size_t rows() const { return columns_ == 0 ? 0 : cells_.size() / columns_; }
  std::size_t columns() const { return columns_; }
  std::string_view& cell(std::size_t row, std::size_t column) { return cells_[row * columns_ + column]; }
  // data() == nullptr is NULL.
  std::string_view cell(std::size_t row, std::size_t column) const { return cells_[row * columns_ + column]; }

 private:
  std::size_t columns_;
  std::vector<std::string_view> cells_;
};

// Takes a result as it comes. An error ends the query.
class ResultSink {
 public:
  virtual ~ResultSink() = default;
  virtual Result<void> begin(const std::vector<ResultColumn>& columns) = 0;
  virtual Result<void> rows(const TextRows& rows) = 0;
};

enum class CellForm : std::uint8_t {
  kText,  // as SQL's CAST to VARCHAR writes it
  kJson,  // as a JSON value: strings quoted, numbers bare
};

// What a query took from one table.
struct TableUse {
  std::string table;
  std::uint64_t objects_matched = 0;  // after pruning by key
  std::uint64_t objects_pruned = 0;
  std::uint64_t objects_read = 0;
  std::uint64_t objects_other = 0;
  std::uint64_t objects_unknown = 0;
  std::uint64_t objects_unread = 0;
  std::uint64_t stored_bytes = 0;
  std::uint64_t plain_bytes = 0;
  formats::Counts counts;
  formats::Days listed;        // the days of dated keys that were listed
  bool stopped_early = false;  // the answer needed no more: the numbers are not of all objects
  bool records_known = true;   // false: the table is read by DuckDB's own readers, which do not count
  std::vector<Error> unread;   // the first of them
};

struct Progress {
  std::uint64_t stored_bytes = 0;
  std::uint64_t stored_bytes_total = 0;
  std::uint64_t plain_bytes = 0;
};

class Database {
 public:
  // DuckDB alone, which takes a while: the objects can be listed meanwhile. Then start(), once, before all else.
  // Errors: kUsage for an unknown time zone, kWorld for anything DuckDB cannot start with.
  static Result<std::unique_ptr<Database>> create();
  virtual Result<void> start(const DatabaseOptions& options, Inputs inputs) = 0;
  virtual ~Database() = default;

  // Answers one statement, which must be a question (SELECT, EXPLAIN, DESCRIBE, …).
  virtual Result<void> query(const std::string& sql, CellForm form, ResultSink& sink) = 0;
  // Writes the answer to `path`, which must be DatabaseOptions::writable_path. Returns the number of rows.
  virtual Result<std::uint64_t> write_parquet(const std::string& sql, const std::string& path) = 0;

  virtual void interrupt() = 0;
  virtual Progress progress() const = 0;
  // One entry per table that the last query read, in the order of first use.
  virtual std::vector<TableUse> uses() const = 0;
  // Did the last query read the table `accounts`?
  virtual bool asked_accounts() const = 0;

  static std::string_view engine_version();
};

}  // namespace otomo::engine
