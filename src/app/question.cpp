// SPDX-License-Identifier: Apache-2.0
#include "app/question.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <future>

#include "app/format_choice.h"
#include "formats/registry.h"

namespace otomo::app {

namespace {

constexpr std::uint64_t kMemoryBytesMin = 512ULL * 1024 * 1024;

bool has_paths_in_s3(const QuestionSource& source) {
  return std::any_of(source.paths.begin(), source.paths.end(), io::Object::is_s3_url);
}

}  // namespace

std::uint64_t default_memory_bytes() {
  std::uint64_t machine =
      static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::uint64_t limit = 0;
  if (std::ifstream file("/sys/fs/cgroup/memory.max"); file >> limit && limit > 0) machine = std::min(machine, limit);
  return std::max(kMemoryBytesMin, machine / 4);
}

Result<std::unique_ptr<Question>> Question::open(const QuestionOptions& options) {
  auto question = std::make_unique<Question>();
  question->options_ = options;
  engine::Inputs inputs;
  const auto registry = std::make_shared<formats::Registry>();
  inputs.registry = registry;
  inputs.sources.clear();
  for (const QuestionSource& wanted : options.sources) {
    engine::Source source;
    source.name = wanted.name;
    source.settings = wanted.settings;
    if (!wanted.format.empty()) {
      const auto format = choose_format(wanted.format, *registry);
      if (!format) return std::unexpected(format.error());
      source.forced = *format;
    }
    if (!wanted.messages.empty()) {
      const auto format = choose_format(wanted.messages, *registry);
      if (!format) return std::unexpected(format.error());
      source.messages = *format;
    }
    if (!wanted.settings.fields.empty()) {
      std::vector<const formats::Format*> named;
      for (const formats::Format* format : {source.messages, source.forced}) {
        if (format != nullptr) named.push_back(format);
      }
      const auto format = choose_by_fields(wanted.settings.fields, named, *registry);
      if (!format) return std::unexpected(Error(format.error()).while_doing("--fields"));
      if (named.empty()) source.assumed = *format;
    }
    inputs.sources.push_back(std::move(source));
  }
  inputs.accounts = options.accounts;
  inputs.literal_filters = !options.strict;
  inputs.names_sources = !options.sources.empty();
  auto folder = TempFolder::make();
  if (!folder) return std::unexpected(folder.error());
  question->temp_folder_ = std::move(*folder);
  if (std::any_of(options.sources.begin(), options.sources.end(), has_paths_in_s3)) {
    inputs.list = [asked = question.get()](const io::SourceDated& dated, const std::function<bool()>& interrupted) {
      return asked->list(dated, interrupted);
    };
    auto created = engine::Database::create();
    if (!created) return std::unexpected(created.error());
    question->database_ = std::move(*created);
  } else {
    // What can be listed quickly is listed while the database starts.
    auto listed = std::async(std::launch::async, [&] { return question->list(nullptr, nullptr); });
    auto created = engine::Database::create();
    auto found = listed.get();
    if (!created) return std::unexpected(created.error());
    question->database_ = std::move(*created);
    if (!found) return std::unexpected(found.error());
    inputs.listing = std::move(*found);
  }

  engine::DatabaseOptions database;
  database.memory_bytes = options.memory_bytes == 0 ? default_memory_bytes() : options.memory_bytes;
  database.threads = options.threads;
  database.temp_folder = question->temp_folder_->path();
  database.time_zone = options.time_zone;
  database.writable_path = options.parquet_path;
  if (auto started = question->database_->start(database, std::move(inputs)); !started) {
    return std::unexpected(started.error());
  }
  return question;
}

Result<io::Listing> Question::list(const io::SourceDated& dated, const std::function<bool()>& interrupted) {
  auto found = list_sources(options_.sources, options_.s3, temp_folder_->path(), dated, interrupted);
  if (!found) return std::unexpected(std::move(found.error()));
  listed_ = std::move(found->sources);
  unlisted_ = found->listing.unread;
  if (options_.agree) {
    if (auto agreed = options_.agree(price_of(found->listing)); !agreed) {
      return std::unexpected(std::move(agreed.error()));
    }
  }
  return std::move(found->listing);
}

Result<std::uint64_t> Question::run(engine::ResultSink& sink) {
  if (!options_.parquet_path.empty()) return database_->write_parquet(options_.sql, options_.parquet_path);
  if (auto answered = database_->query(options_.sql, options_.form, sink); !answered) {
    return std::unexpected(answered.error());
  }
  return 0;
}

void Question::interrupt() { database_->interrupt(); }

const char* const kScanQuery = R"(
SELECT coalesce(format, 'unknown') AS format, account_id, region,
       min(first_event_time) AS first_event_time, max(last_event_time) AS last_event_time,
       count(*) AS objects, sum(bytes)::BIGINT AS bytes, sum(records)::BIGINT AS records,
       sum(rejects)::BIGINT AS rejects, sum(key_mismatches)::BIGINT AS key_mismatches, count(*) FILTER (state = 'unknown') AS "unknown",
       count(*) FILTER (state = 'unread') AS unread
FROM _objects GROUP BY 1, 2, 3 ORDER BY coalesce(format, 'unknown') = 'unknown', 1, 2, 3)";

// Days as ISO 8601 shortens an interval: 2026-10-14, 2026-10-14/16, 2026-10-14/11-02, 2025-12-30/2026-01-02.
std::string scan_table_query() {
  return fmt::format(R"(
SELECT if("unknown" > 0, "unknown" || ' unknown objects', format) AS format, account_id, region,
       strftime(first_event_time, '%Y-%m-%d') ||
       CASE WHEN date_trunc('day', first_event_time) = date_trunc('day', last_event_time) THEN ''
            WHEN date_trunc('month', first_event_time) = date_trunc('month', last_event_time)
            THEN strftime(last_event_time, '/%d')
            WHEN date_trunc('year', first_event_time) = date_trunc('year', last_event_time)
            THEN strftime(last_event_time, '/%m-%d')
            ELSE strftime(last_event_time, '/%Y-%m-%d') END AS days,
       objects, bytes, records, rejects, key_mismatches, unread
FROM ({}) scanned ORDER BY scanned.format = 'unknown', 1, 2, 3)",
                     kScanQuery);
}

const char* const kScanProblemsQuery = R"(
SELECT "$path", state, reason FROM _objects WHERE state <> 'read' ORDER BY state, "$path")";

}  // namespace otomo::app
