// SPDX-License-Identifier: Apache-2.0
#include "engine/session.h"

#include "engine/parquet_rows.h"

namespace otomo::engine {

void Session::begin_plan() { needs_.clear(); }

std::shared_ptr<ListingNeed> Session::need(const std::vector<const formats::Format*>& formats) {
  auto made = std::make_shared<ListingNeed>(formats, formats::EventRange());
  needs_.push_back(made);
  return made;
}

void Session::need_everything() {
  if (!inputs.list || listed_everything_) return;
  auto listing = inputs.list(nullptr, [this] { return stop.load(); });
  if (!listing) {
    listing_failure = listing.error();
    if (listing.error().kind == ErrorKind::kInterrupted) throw duckdb::InterruptException();
    throw duckdb::IOException(listing.error().message);
  }
  inputs.listing = std::move(*listing);
  listed_everything_ = true;
  listed_days.clear();
}

std::vector<ListingNeed> Session::needs_of_plan() const {
  std::vector<ListingNeed> needs;
  for (const auto& held : needs_) {
    if (const auto need = held.lock()) needs.push_back(*need);
  }
  return needs;
}

bool Session::has_listed_for_plan() const {
  const std::vector<ListingNeed> needs = needs_of_plan();
  return !inputs.list || listed_everything_ || needs.empty() || listed_for_ == needs;
}

Result<void> Session::list_for_plan() {
  const std::vector<ListingNeed> needs = needs_of_plan();
  if (has_listed_for_plan()) return {};
  auto listing = inputs.list([&](std::uint16_t source, std::string_view key) { return dated(needs, source, key); },
                             [&] { return stop.load(); });
  if (!listing) return std::unexpected(std::move(listing.error()));
  inputs.listing = std::move(*listing);
  listed_for_ = needs;
  listed_days.clear();
  for (const ListingNeed& table : needs) {
    for (const formats::Format* format : table.formats) {
      if (!format->key_day_slack_us) continue;  // its keys are never passed over
      for (const Source& source : inputs.sources) {
        const formats::Days days = days_for(needs, *format, source.settings);
        const auto [place, is_first] = listed_days.emplace(format->table, days);
        if (!is_first) place->second = hull(place->second, days);
      }
    }
  }
  return {};
}

formats::Days Session::days_for(const std::vector<ListingNeed>& needs, const formats::Format& format,
                                const formats::SourceSettings& settings) {
  formats::Days days = days_of(format, needs.front().range, settings);
  for (const ListingNeed& need : needs) days = hull(days, days_of(format, need.range, settings));
  return days;
}

// The days that the question needs of keys like this one. What an object is will be known by its content; but whatever
// that is, a key that is dated as a log's are says when it was delivered.
std::optional<io::DatedKey> Session::dated(const std::vector<ListingNeed>& needs, std::uint16_t source,
                                           std::string_view key) const {
  std::optional<formats::Days> days;
  const auto day = formats::key_day(inputs.registry->all(), key, [&](const formats::Format& format) {
    const formats::Days more = days_for(needs, format, inputs.sources[source].settings);
    days = hull(days.value_or(more), more);
  });
  if (!day) return {};
  return io::DatedKey{day->base_bytes, day->after_year, day->after_month, day->day, days->first, days->last};
}

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
