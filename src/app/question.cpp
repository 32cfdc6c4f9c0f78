// SPDX-License-Identifier: Apache-2.0
#include "app/question.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <future>

#include "app/format_file.h"
#include "formats/registry.h"

namespace otomo::app {

namespace {

constexpr std::uint64_t kMemoryBytesMin = 512ULL * 1024 * 1024;

}  // namespace

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const formats::Format* format : formats::all_formats()) {
    if (!format->table.empty() && format->objects_of.empty()) names.push_back(format->name);
  }
  return names;
}

std::vector<std::string> table_names() { return formats::Registry().tables(); }

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
  if (options.format.ends_with(kFormatFileEnding)) {
    auto format = load_format_file(options.format);
    if (!format) return std::unexpected(std::move(format.error()));
    const auto registry = std::make_shared<formats::Registry>();
    registry->add(*format);
    inputs.registry = registry;
    inputs.sources[0].forced = format->get();
  } else if (!options.format.empty()) {
    inputs.sources[0].forced = inputs.registry->find(options.format);
    if (inputs.sources[0].forced == nullptr || inputs.sources[0].forced->table.empty()) {
      return usage_error("unknown format '" + options.format + "'",
                         fmt::format("the formats are {}; a file that describes one ends in {}",
                                     fmt::join(format_names(), ", "), kFormatFileEnding));
    }
  }
  inputs.literal_filters = !options.strict;
  inputs.names_sources = !options.from.empty();
  auto listed = std::async(std::launch::async, [&options] { return io::list_objects(options.from); });
  auto created = engine::Database::create();
  auto listing = listed.get();
  if (!created) return std::unexpected(created.error());
  question->database_ = std::move(*created);
  if (!listing) return std::unexpected(listing.error());
  question->objects_listed_ = listing->objects.size();
  question->unlisted_ = listing->unread;
  inputs.listing = std::move(*listing);

  auto folder = TempFolder::make();
  if (!folder) return std::unexpected(folder.error());
  question->temp_folder_ = std::move(*folder);

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

const char* const kScanProblemsQuery = R"(
SELECT "$path", state, reason FROM _objects WHERE state <> 'read' ORDER BY state, "$path")";

}  // namespace otomo::app
