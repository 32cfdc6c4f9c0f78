// SPDX-License-Identifier: Apache-2.0
//
// What a database's table functions share: the inputs, the scans of the running query, the wish to stop. Any thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/database.h"
#include "engine/duckdb_headers.h"
#include "engine/reading/scan.h"
#include "formats/object_facts.h"

namespace otomo::engine {

// kUsage at the wall.
[[noreturn]] void throw_no_sources(const std::string& table);

// What a table that is planned wants of the listing. Once its filters are known, they narrow it.
struct ListingNeed {
  std::vector<const formats::Format*> formats;  // of the table
  formats::EventRange range;

  bool operator==(const ListingNeed&) const = default;
};

struct Session {
  Inputs inputs;
  unsigned threads = 1;
  duckdb::DatabaseInstance* database = nullptr;  // that the session belongs to
  std::atomic<bool> stop{false};
  std::atomic<bool> asked_accounts{false};  // the running query has read the table `accounts`

  const Source& source_of(const io::Object& object) const { return inputs.sources[object.source]; }

  // Where the listing waits for the question's plan (Inputs::list): what its tables need is collected while it is
  // planned, then listed.
  void begin_plan();
  std::shared_ptr<ListingNeed> need(const std::vector<const formats::Format*>& formats);
  // Objects whose keys say nothing of the question's times are needed, too; throws where they cannot be listed.
  void need_everything();
  Result<void> list_for_plan();
  // Was all listed that the last plan needs?
  bool has_listed_for_plan() const;

  // What every scan of the query shares.
  ScanOptions scan_options();

  // Throws where nobody said what is to be read.
  void add_scan(const std::string& table, std::shared_ptr<Scan> scan) {
    if (!inputs.names_sources) throw_no_sources(table);
    const std::lock_guard lock(mutex);
    scans.emplace_back(table, std::move(scan));
  }

  void add_plain(TableUse use, std::span<const std::uint32_t> objects) {
    const std::lock_guard lock(mutex);
    for (const std::uint32_t object : objects) plain_objects.add(object);
    if (std::none_of(plain.begin(), plain.end(), [&](const TableUse& u) { return u.table == use.table; })) {
      plain.push_back(std::move(use));
    }
  }

  mutable std::mutex mutex;
  std::vector<TableUse> plain;  // of tables that are not scanned here
  io::ObjectSet plain_objects;  // that these read
  std::vector<std::pair<std::string, std::shared_ptr<Scan>>> scans;
  std::map<std::string, formats::Days> listed_days;  // per table, where the listing was narrowed for it
  std::optional<Error> listing_failure;              // what a throw of need_everything() means

 private:
  std::vector<ListingNeed> needs_of_plan() const;
  static formats::Days days_for(const std::vector<ListingNeed>& needs, const formats::Format& format,
                                const formats::SourceSettings& settings);
  std::optional<io::DatedKey> dated(const std::vector<ListingNeed>& needs, std::uint16_t source,
                                    std::string_view key) const;

  std::vector<std::weak_ptr<ListingNeed>> needs_;  // of the tables in the plan: those of others are gone
  std::optional<std::vector<ListingNeed>> listed_for_;
  bool listed_everything_ = false;
};

}  // namespace otomo::engine
