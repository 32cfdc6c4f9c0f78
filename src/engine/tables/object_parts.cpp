// SPDX-License-Identifier: Apache-2.0
//
// The parts of objects that workers read, by account and Region. `_objects` adds them up (see database.cpp).
#include "engine/tables/lend.h"
#include "engine/tables/table_functions.h"

namespace otomo::engine {

namespace {

constexpr formats::ColumnSpec kColumns[] = {
    {"$path"},
    {"format"},
    {"container"},
    {"state"},
    {"account_id"},
    {"region"},
    {"organization_id"},
    {"trail"},
    {"first_event_time", formats::Type::kTimestamp},
    {"last_event_time", formats::Type::kTimestamp},
    {"bytes", formats::Type::kBigint},
    {"plain_bytes", formats::Type::kBigint},
    {"records", formats::Type::kBigint},
    {"rejects", formats::Type::kBigint},
    {"bad_values", formats::Type::kBigint},
    {"repaired_bytes", formats::Type::kBigint},
    {"key_mismatches", formats::Type::kBigint},
    {"reason"},
};

struct PartsBind final : duckdb::TableFunctionData {
  std::shared_ptr<Session> session;
};

struct PartsGlobal final : duckdb::GlobalTableFunctionState {
  std::shared_ptr<Scan> scan;
  std::size_t threads_max = 1;
  duckdb::idx_t MaxThreads() const override { return threads_max; }
};

struct PartsLocal final : duckdb::LocalTableFunctionState {
  explicit PartsLocal(Scan& scan) : worker(scan) {}
  ScanWorker worker;
};

duckdb::unique_ptr<duckdb::FunctionData> bind(duckdb::ClientContext& /*context*/, duckdb::TableFunctionBindInput& input,
                                              duckdb::vector<duckdb::LogicalType>& types,
                                              duckdb::vector<duckdb::string>& names) {
  auto bound = duckdb::make_uniq<PartsBind>();
  bound->session = input.info->Cast<SessionInfo>().session;
  bound->session->need_everything();
  for (const auto& column : kColumns) {
    names.emplace_back(column.name);
    types.push_back(logical_type(column));
  }
  return bound;
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> init_global(duckdb::ClientContext& /*context*/,
                                                                 duckdb::TableFunctionInitInput& input) {
  const std::shared_ptr<Session> session = input.bind_data->Cast<PartsBind>().session;
  auto global = duckdb::make_uniq<PartsGlobal>();
  ScanOptions options = session->scan_options();
  options.objects = io::ObjectSet::all(options.listing->objects.size());
  options.reports = true;
  options.project = [](const formats::Format&, formats::Batch& batch) {
    batch.event_time.wanted = true;
    batch.account_id.wanted = true;
    batch.region.wanted = true;
  };
  global->scan = std::make_shared<Scan>(std::move(options));
  global->threads_max = session->threads;
  session->add_scan("_objects", global->scan);
  return global;
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> init_local(duckdb::ExecutionContext& /*context*/,
                                                               duckdb::TableFunctionInitInput& /*input*/,
                                                               duckdb::GlobalTableFunctionState* global) {
  return duckdb::make_uniq<PartsLocal>(*global->Cast<PartsGlobal>().scan);
}

std::string_view word_of(ObjectState state) {
  switch (state) {
    case ObjectState::kRead: return "read";
    case ObjectState::kUnknown: return "unknown";
    case ObjectState::kUnread: return "unread";
  }
  return "";
}

duckdb::Value text_or_null(std::string_view text) {
  return text.empty() ? duckdb::Value(duckdb::LogicalType::VARCHAR) : duckdb::Value(std::string(text));
}

duckdb::Value instant_or_null(const std::optional<std::int64_t>& instant) {
  if (!instant) return duckdb::Value(duckdb::LogicalType::TIMESTAMP_TZ);
  return duckdb::Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(*instant));
}

duckdb::Value number(std::uint64_t value) { return duckdb::Value::BIGINT(static_cast<std::int64_t>(value)); }

void scan(duckdb::ClientContext& /*context*/, duckdb::TableFunctionInput& data, duckdb::DataChunk& output) {
  ScanWorker& worker = data.local_state->Cast<PartsLocal>().worker;
  // Enough parts for a chunk, or the end.
  while (worker.reports.size() < kBatchRowsMax / 2) {
    const std::size_t before = worker.reports.size();
    auto next = worker.next();
    if (!next) throw_error(next.error());
    if (*next == nullptr && worker.reports.size() == before) break;
  }
  const std::size_t rows = std::min<std::size_t>(worker.reports.size(), kBatchRowsMax);
  for (std::size_t row = 0; row < rows; ++row) {
    const ObjectReport& part = worker.reports[row];
    std::size_t column = 0;
    const auto put = [&](duckdb::Value value) { output.SetValue(column++, row, value); };
    put(text_value(part.path));
    put(text_or_null(part.format == nullptr ? "" : part.format->name));
    put(text_or_null(part.container == nullptr ? "" : part.container->name));
    put(text_or_null(word_of(part.state)));
    put(text_or_null(part.account_id));
    put(text_or_null(part.region));
    put(text_or_null(part.organization_id));
    put(text_or_null(part.trail));
    put(instant_or_null(part.first_event_us));
    put(instant_or_null(part.last_event_us));
    // The object's bytes are told once: with its own records.
    put(part.container == nullptr ? number(part.size_bytes) : duckdb::Value(duckdb::LogicalType::BIGINT));
    put(number(part.plain_bytes));
    put(number(part.counts.records));
    put(number(part.counts.rejects));
    put(number(part.counts.bad_values));
    put(number(part.counts.repaired_bytes));
    put(number(part.key_mismatches));
    put(text_or_null(part.reason));
  }
  worker.reports.erase(worker.reports.begin(), worker.reports.begin() + static_cast<std::ptrdiff_t>(rows));
  output.SetCardinality(rows);
}

}  // namespace

duckdb::TableFunction object_parts_function(std::shared_ptr<Session> session) {
  duckdb::TableFunction function(kObjectPartsFunction, {}, scan, bind, init_global, init_local);
  function.function_info = duckdb::make_shared_ptr<SessionInfo>(std::move(session));
  return function;
}

}  // namespace otomo::engine
