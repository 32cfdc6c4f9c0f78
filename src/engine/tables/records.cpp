// SPDX-License-Identifier: Apache-2.0
//
// The table of a log format: its records. One function serves every format; what it is told of it is the Format.
#include <algorithm>

#include "engine/tables/filters.h"
#include "engine/tables/lend.h"
#include "engine/tables/table_functions.h"

namespace otomo::engine {

namespace {

// The columns behind the format's own, alike in every table; but where the format has a column of that name, that one
// stands alone.
enum Common : std::size_t { kEventTime, kAccountId, kRegion, kSourceName };
constexpr std::string_view kCommonNames[] = {"event_time", "account_id", "region", "source_name"};
// Hidden columns: ids from VIRTUAL_COLUMN_START on; the partitions follow.
enum Hidden : std::size_t { kPath, kOffset, kRaw, kLogGroup, kLogStream, kOrganization, kFirstPartition };

// DuckDB's own virtual columns (the row id among them) stay clear of these.
constexpr std::size_t kHiddenGap = 16;

duckdb::column_t hidden_id(std::size_t hidden) { return duckdb::VIRTUAL_COLUMN_START + kHiddenGap + hidden; }

bool has_column(const formats::Format& format, std::string_view name) {
  return std::any_of(format.columns.begin(), format.columns.end(),
                     [&](const formats::ColumnSpec& column) { return column.name == name; });
}

std::vector<Common> common_columns(const formats::Format& format) {
  std::vector<Common> columns;
  for (const Common column : {kEventTime, kAccountId, kRegion, kSourceName}) {
    if (!has_column(format, kCommonNames[column])) columns.push_back(column);
  }
  return columns;
}

// Which of them is the column with that id?
std::optional<Common> common_column(const formats::Format& format, duckdb::column_t id) {
  const std::size_t own = format.columns.size();
  if (id < own || id >= duckdb::VIRTUAL_COLUMN_START) return {};
  const std::vector<Common> columns = common_columns(format);
  return id - own < columns.size() ? std::optional(columns[id - own]) : std::nullopt;
}

// Where a record does not say its account or Region, the key may: the fact for that column; nullptr: for no other.
std::string formats::KeyFacts::* key_fact(const formats::Format& format, duckdb::column_t id) {
  std::string_view name;
  if (id < format.columns.size()) {
    name = format.columns[id].name;
  } else if (const auto common = common_column(format, id)) {
    name = kCommonNames[*common];
  }
  if (name == kCommonNames[kAccountId]) return &formats::KeyFacts::account_id;
  if (name == kCommonNames[kRegion]) return &formats::KeyFacts::region;
  return nullptr;
}

ColumnMeaning meaning_of(const formats::Format& format, duckdb::column_t id) {
  using Kind = ColumnMeaning::Kind;
  if (id < format.columns.size()) return {Kind::kFormat, id};
  if (common_column(format, id) == kEventTime) return {Kind::kEventTime, 0};
  if (id == hidden_id(kPath)) return {Kind::kPath, 0};
  if (id >= hidden_id(kFirstPartition) && id < hidden_id(kFirstPartition) + format.partitions.size()) {
    return {Kind::kPartition, id - hidden_id(kFirstPartition)};
  }
  return {Kind::kOther, 0};
}

struct RecordsBind final : duckdb::TableFunctionData {
  std::shared_ptr<Session> session;
  // Of the table. They have the same columns and partitions: the first one's stand for all.
  std::vector<const formats::Format*> formats;
  Pruning pruning;
  std::shared_ptr<ListingNeed> need;
  const formats::Format& format() const { return *formats.front(); }
};

struct RecordsGlobal final : duckdb::GlobalTableFunctionState {
  std::shared_ptr<Scan> scan;
  std::vector<duckdb::ColumnIndex> outputs;
  std::size_t threads_max = 1;
  duckdb::idx_t MaxThreads() const override { return threads_max; }
};

struct RecordsLocal final : duckdb::LocalTableFunctionState {
  explicit RecordsLocal(Scan& scan) : worker(scan) {}
  ScanWorker worker;
};

duckdb::unique_ptr<duckdb::FunctionData> bind(duckdb::ClientContext& /*context*/, duckdb::TableFunctionBindInput& input,
                                              duckdb::vector<duckdb::LogicalType>& types,
                                              duckdb::vector<duckdb::string>& names) {
  const auto& info = input.info->Cast<SessionInfo>();
  auto bound = duckdb::make_uniq<RecordsBind>();
  bound->session = info.session;
  bound->formats = info.formats;
  bound->need = info.session->need(info.formats);
  bound->pruning.objects = io::ObjectSet::all(info.session->inputs.listing.objects.size());
  for (const auto& column : bound->format().columns) {
    names.emplace_back(column.name);
    types.push_back(logical_type(column));
  }
  for (const Common column : common_columns(bound->format())) {
    names.emplace_back(kCommonNames[column]);
    types.push_back(column == kEventTime ? duckdb::LogicalType::TIMESTAMP_TZ : duckdb::LogicalType::VARCHAR);
  }
  return bound;
}

duckdb::virtual_column_map_t hidden_columns(duckdb::ClientContext& /*context*/,
                                            duckdb::optional_ptr<duckdb::FunctionData> data) {
  using duckdb::LogicalType;
  const formats::Format& format = data->Cast<RecordsBind>().format();
  duckdb::virtual_column_map_t columns;
  columns.emplace(hidden_id(kPath), duckdb::TableColumn("$path", LogicalType::VARCHAR));
  columns.emplace(hidden_id(kOffset), duckdb::TableColumn("$offset", LogicalType::BIGINT));
  columns.emplace(hidden_id(kRaw), duckdb::TableColumn("$raw", LogicalType::VARCHAR));
  // Of what was found inside CloudWatch Logs' records.
  if (!has_column(format, "log_group")) {
    columns.emplace(hidden_id(kLogGroup), duckdb::TableColumn("log_group", LogicalType::VARCHAR));
    columns.emplace(hidden_id(kLogStream), duckdb::TableColumn("log_stream", LogicalType::VARCHAR));
  }
  columns.emplace(hidden_id(kOrganization), duckdb::TableColumn("organization_id", LogicalType::VARCHAR));
  for (std::size_t i = 0; i < format.partitions.size(); ++i) {
    if (has_column(format, format.partitions[i].name)) continue;
    columns.emplace(hidden_id(kFirstPartition) + i,
                    duckdb::TableColumn(std::string(format.partitions[i].name), LogicalType::VARCHAR));
  }
  columns.emplace(duckdb::COLUMN_IDENTIFIER_EMPTY, duckdb::TableColumn("", LogicalType::BOOLEAN));
  return columns;
}

void pushdown(duckdb::ClientContext& context, duckdb::LogicalGet& get, duckdb::FunctionData* data,
              duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters) {
  auto& bound = data->Cast<RecordsBind>();
  Pruning fresh = prune(context, get, filters, *bound.session, bound.formats, meaning_of);
  // Called more than once per plan, with more or fewer filters: whatever was ruled out stays out.
  bound.pruning.objects.keep_only(fresh.objects);
  formats::EventRange& range = bound.need->range;
  if (const auto earliest = fresh.range.earliest_us) {
    range.earliest_us = std::max(range.earliest_us.value_or(*earliest), *earliest);
  }
  if (const auto latest = fresh.range.latest_us) {
    range.latest_us = std::min(range.latest_us.value_or(*latest), *latest);
  }
  for (auto& [format, literals] : fresh.literals) bound.pruning.literals[format] = std::move(literals);
}

// Marks a column and those of its members that the question names; all of them where it names none.
void want(formats::Column& column, const duckdb::ColumnIndex& index) {
  if (!index.HasChildren() || column.spec->type != formats::Type::kStruct) {
    column.want_all();
    return;
  }
  column.wanted = true;
  for (const auto& child : index.GetChildIndexes()) want(column.children[child.GetPrimaryIndex()], child);
}

// Is this a column that says something of the object, not of the record alone?
bool depends_on_object(const formats::Format& format, duckdb::column_t id) {
  return key_fact(format, id) != nullptr || common_column(format, id) == kSourceName || id == hidden_id(kPath) ||
         id == hidden_id(kOrganization) || meaning_of(format, id).kind == ColumnMeaning::Kind::kPartition;
}

void project(const std::vector<duckdb::ColumnIndex>& outputs, const formats::Format& format, formats::Batch& batch) {
  const std::size_t own = format.columns.size();
  for (const auto& index : outputs) {
    const duckdb::column_t id = index.GetPrimaryIndex();
    const std::optional<Common> common = common_column(format, id);
    if (id < own) {
      want(batch.columns[id], index);
    } else if (common == kEventTime) {
      batch.event_time.wanted = true;
    } else if (common == kAccountId) {
      batch.account_id.wanted = true;
    } else if (common == kRegion) {
      batch.region.wanted = true;
    } else if (id == hidden_id(kOffset)) {
      batch.offsets_wanted = true;
    } else if (id == hidden_id(kRaw)) {
      batch.raw_wanted = true;
    } else if (id == hidden_id(kLogGroup)) {
      batch.log_group.wanted = true;
    } else if (id == hidden_id(kLogStream)) {
      batch.log_stream.wanted = true;
    }
  }
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> init_global(duckdb::ClientContext& /*context*/,
                                                                 duckdb::TableFunctionInitInput& input) {
  const auto& bound = input.bind_data->Cast<RecordsBind>();
  auto global = duckdb::make_uniq<RecordsGlobal>();
  if (input.projection_ids.empty()) {
    global->outputs.assign(input.column_indexes.begin(), input.column_indexes.end());
  } else {
    for (const auto id : input.projection_ids) global->outputs.push_back(input.column_indexes[id]);
  }
  const std::shared_ptr<Session> session = bound.session;
  ScanOptions options = session->scan_options();
  options.objects = bound.pruning.objects;
  options.wanted = bound.formats;
  options.filters = bound.pruning.literals;
  options.project = [outputs = global->outputs](const formats::Format& format, formats::Batch& batch) {
    project(outputs, format, batch);
  };
  options.merge_objects = std::none_of(global->outputs.begin(), global->outputs.end(), [&](const auto& index) {
    return depends_on_object(bound.format(), index.GetPrimaryIndex());
  });
  global->threads_max = session->threads;
  global->scan = std::make_shared<Scan>(std::move(options));
  session->add_scan(bound.format().table, global->scan);
  return global;
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> init_local(duckdb::ExecutionContext& /*context*/,
                                                               duckdb::TableFunctionInitInput& /*input*/,
                                                               duckdb::GlobalTableFunctionState* global) {
  return duckdb::make_uniq<RecordsLocal>(*global->Cast<RecordsGlobal>().scan);
}

// A record's account or Region: its own, else the key's.
void put_from_key(formats::Column& column, std::size_t rows, const std::string& from_key) {
  if (from_key.empty()) return;
  for (std::size_t row = 0; row < rows; ++row) {
    if (column.text[row].data() == nullptr) column.text[row] = from_key;
  }
}

void put_constant(duckdb::Vector& vector, const std::optional<std::string>& text) {
  vector.Reference(text ? duckdb::Value(*text) : duckdb::Value(duckdb::LogicalType::VARCHAR));
}

void scan(duckdb::ClientContext& /*context*/, duckdb::TableFunctionInput& data, duckdb::DataChunk& output) {
  const auto& bound = data.bind_data->Cast<RecordsBind>();
  auto& global = data.global_state->Cast<RecordsGlobal>();
  ScanWorker& worker = data.local_state->Cast<RecordsLocal>().worker;
  const formats::Format& format = bound.format();
  formats::Batch* batch = nullptr;
  do {
    auto next = worker.next();
    if (!next) throw_error(next.error());
    batch = *next;
    if (batch == nullptr) {
      output.SetCardinality(0);
      return;
    }
  } while (batch->rows == 0);
  const std::size_t rows = batch->rows;
  const std::size_t own = format.columns.size();
  const BlockPointer& block = worker.block();
  for (std::size_t i = 0; i < global.outputs.size(); ++i) {
    duckdb::Vector& vector = output.data[i];
    const duckdb::column_t id = global.outputs[i].GetPrimaryIndex();
    const std::optional<Common> common = common_column(format, id);
    formats::Column* column = id < own               ? &batch->columns[id]
                              : common == kEventTime ? &batch->event_time
                              : common == kAccountId ? &batch->account_id
                              : common == kRegion    ? &batch->region
                                                     : nullptr;
    if (column != nullptr) {
      const auto fact = key_fact(format, id);
      if (fact != nullptr) put_from_key(*column, rows, worker.key_facts().*fact);
      lend_column(*column, rows, block, vector);
    } else if (common == kSourceName) {
      const std::string& name = worker.source().name;
      put_constant(vector, name.empty() ? std::nullopt : std::optional(name));
    } else if (id == hidden_id(kPath)) {
      vector.Reference(text_value(worker.object().path));
    } else if (id == hidden_id(kOffset)) {
      auto* out = duckdb::FlatVector::GetData<std::int64_t>(vector);
      for (std::size_t row = 0; row < rows; ++row) out[row] = static_cast<std::int64_t>(batch->offsets[row]);
    } else if (id == hidden_id(kRaw)) {
      lend_text(batch->raw.data(), rows, block, vector);
    } else if (id == hidden_id(kLogGroup)) {
      lend_column(batch->log_group, rows, block, vector);
    } else if (id == hidden_id(kLogStream)) {
      lend_column(batch->log_stream, rows, block, vector);
    } else if (id == hidden_id(kOrganization)) {
      const std::string& organization = worker.key_facts().organization_id;
      put_constant(vector, organization.empty() ? std::nullopt : std::optional(organization));
    } else if (meaning_of(format, id).kind == ColumnMeaning::Kind::kPartition) {
      put_constant(vector, partition_value(format.partitions[meaning_of(format, id).index], worker.key_facts()));
    }
  }
  output.SetCardinality(rows);
}

duckdb::OperatorPartitionData partition_data(duckdb::ClientContext& /*context*/,
                                             duckdb::TableFunctionGetPartitionInput& input) {
  return duckdb::OperatorPartitionData(input.local_state->Cast<RecordsLocal>().worker.order());
}

duckdb::unique_ptr<duckdb::NodeStatistics> cardinality(duckdb::ClientContext& /*context*/,
                                                       const duckdb::FunctionData* data) {
  // Compressed or not, about one record per 300 stored bytes; only the order of joins depends on it.
  const auto& bound = data->Cast<RecordsBind>();
  return duckdb::make_uniq<duckdb::NodeStatistics>(bound.session->inputs.listing.objects.objects_bytes() / 300 + 1);
}

}  // namespace

std::string records_function_name(std::string_view table) { return "otomo_records_" + std::string(table); }

duckdb::TableFunction records_function(std::shared_ptr<Session> session, std::string_view table) {
  duckdb::TableFunction function(records_function_name(table), {}, scan, bind, init_global, init_local);
  function.projection_pushdown = true;
  function.pushdown_complex_filter = pushdown;
  function.get_virtual_columns = hidden_columns;
  function.get_partition_data = partition_data;
  function.cardinality = cardinality;
  function.function_info = duckdb::make_shared_ptr<SessionInfo>(session, session->inputs.registry->of_table(table));
  return function;
}

void throw_error(const Error& error) {
  if (error.kind == ErrorKind::kInterrupted) throw duckdb::InterruptException();
  throw duckdb::IOException(error.message);
}

}  // namespace otomo::engine
