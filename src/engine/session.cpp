// SPDX-License-Identifier: Apache-2.0
#include "engine/session.h"

#include "engine/parquet_rows.h"

namespace otomo::engine {

ScanOptions Session::scan_options() {
  ScanOptions options;
  options.listing = &inputs.listing;
  options.sources = inputs.sources;
  options.registry = inputs.registry.get();
  options.interrupted = [this] { return stop.load(std::memory_order_relaxed); };
  {
    const std::lock_guard lock(mutex);
    options.plain_objects = plain_objects;
  }
  options.is_columns = is_parquet;
  options.open_columns = [this](std::uint32_t object) { return open_parquet_rows(*database, object); };
  return options;
}

}  // namespace otomo::engine
