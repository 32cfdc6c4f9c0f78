// SPDX-License-Identifier: Apache-2.0
//
// What a database's table functions share: the inputs, the scans of the running query, the wish to stop. Any thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/database.h"
#include "engine/duckdb_headers.h"
#include "engine/reading/scan.h"

namespace otomo::engine {

// kUsage at the wall.
[[noreturn]] void throw_no_sources(const std::string& table);

struct Session {
  Inputs inputs;
  unsigned threads = 1;
  duckdb::DatabaseInstance* database = nullptr;  // that the session belongs to
  std::atomic<bool> stop{false};
  std::atomic<bool> asked_accounts{false};  // the running query has read the table `accounts`

  const Source& source_of(const io::Object& object) const { return inputs.sources[object.source]; }

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
};

}  // namespace otomo::engine
