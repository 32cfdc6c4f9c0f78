// SPDX-License-Identifier: Apache-2.0
//
// `_rejects`: what could not be read, of every format. Literal filters are off here, so that the number of rejects is
// the objects' own.
#include "engine/tables/lend.h"
#include "engine/tables/table_functions.h"

namespace otomo::engine {

namespace {

constexpr formats::ColumnSpec kColumns[] = {
    {"$path"}, {"$offset", formats::Type::kBigint}, {"format"}, {"reason"}, {"detail"}, {"$raw"},
};

struct RejectsBind final : duckdb::TableFunctionData {
  std::shared_ptr<Session> session;
};

struct RejectsGlobal final : duckdb::GlobalTableFunctionState {
  std::shared_ptr<Scan> scan;
  std::size_t threads_max = 1;
  duckdb::idx_t MaxThreads() const override { return threads_max; }
};

struct RejectsLocal final : duckdb::LocalTableFunctionState {
  explicit RejectsLocal(Scan& scan) : worker(scan) {}
  ScanWorker worker;
  formats::Batch* batch = nullptr;
  std::size_t next_reject = 0;  // of batch
};

duckdb::unique_ptr<duckdb::FunctionData> bind(duckdb::ClientContext& /*context*/, duckdb::TableFunctionBindInput& input,
                                              duckdb::vector<duckdb::LogicalType>& types,
                                              duckdb::vector<duckdb::string>& names) {
  auto bound = duckdb::make_uniq<RejectsBind>();
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
  const std::shared_ptr<Session> session = input.bind_data->Cast<RejectsBind>().session;
  auto global = duckdb::make_uniq<RejectsGlobal>();
  ScanOptions options = session->scan_options();
  options.objects = io::ObjectSet::all(options.listing->objects.size());
  options.project = [](const formats::Format&, formats::Batch&) {};
  global->scan = std::make_shared<Scan>(std::move(options));
  global->threads_max = session->threads;
  session->add_scan("_rejects", global->scan);
  return global;
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> init_local(duckdb::ExecutionContext& /*context*/,
                                                               duckdb::TableFunctionInitInput& /*input*/,
                                                               duckdb::GlobalTableFunctionState* global) {
  return duckdb::make_uniq<RejectsLocal>(*global->Cast<RejectsGlobal>().scan);
}

void scan(duckdb::ClientContext& /*context*/, duckdb::TableFunctionInput& data, duckdb::DataChunk& output) {
  auto& local = data.local_state->Cast<RejectsLocal>();
  while (local.batch == nullptr || local.next_reject == local.batch->rejects.size()) {
    auto next = local.worker.next();
    if (!next) throw_error(next.error());
    local.batch = *next;
    local.next_reject = 0;
    if (local.batch == nullptr) {
      output.SetCardinality(0);
      return;
    }
  }
  const std::size_t rows = std::min<std::size_t>(local.batch->rejects.size() - local.next_reject, kBatchRowsMax);
  const duckdb::Value path = text_value(local.worker.object().path);
  const duckdb::Value format{std::string(local.worker.format()->name)};
  output.data[0].Reference(path);
  output.data[2].Reference(format);
  auto* offsets = duckdb::FlatVector::GetData<std::int64_t>(output.data[1]);
  std::vector<std::string_view> reasons(rows);
  std::vector<std::string_view> details(rows);
  std::vector<std::string_view> raws(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const formats::Reject& reject = local.batch->rejects[local.next_reject + row];
    offsets[row] = static_cast<std::int64_t>(reject.offset);
    reasons[row] = word_of(reject.reason);
    details[row] = reject.detail.empty() ? std::string_view{} : reject.detail;
    raws[row] = reject.raw;
  }
  const BlockPointer& block = local.worker.block();
  lend_text(reasons.data(), rows, block, output.data[3]);
  lend_text(details.data(), rows, block, output.data[4]);
  lend_text(raws.data(), rows, block, output.data[5]);
  local.next_reject += rows;
  output.SetCardinality(rows);
}

}  // namespace

duckdb::TableFunction rejects_function(std::shared_ptr<Session> session) {
  duckdb::TableFunction function(kRejectsFunction, {}, scan, bind, init_global, init_local);
  function.function_info = duckdb::make_shared_ptr<SessionInfo>(std::move(session));
  return function;
}

}  // namespace otomo::engine
