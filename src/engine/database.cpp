// SPDX-License-Identifier: Apache-2.0
#include "engine/database.h"

#include <fmt/format.h>

#include <algorithm>
#include <duckdb/common/type_visitor.hpp>
#include <duckdb/parser/expression/positional_reference_expression.hpp>
#include <thread>

#include "engine/duckdb_headers.h"
#include "engine/errors.h"
#include "engine/object_files.h"
#include "engine/tables/known.h"
#include "engine/tables/plain.h"
#include "engine/tables/table_functions.h"
#include "formats/registry.h"

namespace otomo::engine {

namespace {

// `_objects`: one row per object, account and Region, the parts added up; and one per format of records inside
// messages.
constexpr const char* kObjectsQuery = R"(
  SELECT "$path", format, container,
         CASE WHEN bool_or(state = 'unread') THEN 'unread' ELSE any_value(state) END AS state,
         account_id, region, any_value(organization_id) AS organization_id, any_value(trail) AS trail, min(first_event_time) AS first_event_time, max(last_event_time) AS last_event_time,
         any_value(bytes) AS bytes, sum(plain_bytes)::BIGINT AS plain_bytes, sum(records)::BIGINT AS records,
         sum(rejects)::BIGINT AS rejects, sum(bad_values)::BIGINT AS bad_values,
         sum(repaired_bytes)::BIGINT AS repaired_bytes, sum(key_mismatches)::BIGINT AS key_mismatches, any_value(reason) AS reason
  FROM otomo_object_parts() GROUP BY "$path", format, container, account_id, region)";

// Memory that the readers hold outside DuckDB's: blocks, batches, decoders, per thread.
constexpr std::uint64_t kReaderBytesPerThread = 24ULL * 1024 * 1024;
constexpr std::uint64_t kReaderBytesFixed = 48ULL * 1024 * 1024 + io::ObjectStore::kMemoryBytes;
constexpr std::uint64_t kDuckdbBytesMin = 64ULL * 1024 * 1024;
// DuckDB's limit is on what it counts; it takes more, most where it sorts and spills (seen: 510 MB for a limit of 416).
constexpr std::uint64_t kDuckdbCounts = 2;
constexpr std::uint64_t kDuckdbTakes = 3;

struct TablesData final : duckdb::ReplacementScanData {
  explicit TablesData(std::shared_ptr<Session> shared) : session(std::move(shared)) {}
  std::shared_ptr<Session> session;
};

duckdb::unique_ptr<duckdb::TableRef> call(const std::string& function, const std::string& alias) {
  auto reference = duckdb::make_uniq<duckdb::TableFunctionRef>();
  reference->function = duckdb::make_uniq<duckdb::FunctionExpression>(
      function, duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>>());
  reference->alias = alias;
  return reference;
}

duckdb::unique_ptr<duckdb::TableRef> find_table(duckdb::ClientContext& /*context*/, duckdb::ReplacementScanInput& input,
                                                duckdb::optional_ptr<duckdb::ReplacementScanData> data) {
  if (!input.schema_name.empty()) return nullptr;
  const std::string name = duckdb::StringUtil::Lower(input.table_name);
  if (name == "_rejects") return call(kRejectsFunction, name);
  if (name == "accounts") return call(kAccountsFunction, name);
  if (name == "_objects") {
    duckdb::Parser parser;
    parser.ParseQuery(kObjectsQuery);
    auto select =
        duckdb::unique_ptr_cast<duckdb::SQLStatement, duckdb::SelectStatement>(std::move(parser.statements[0]));
    return duckdb::make_uniq<duckdb::SubqueryRef>(std::move(select), name);
  }
  const auto& session = static_cast<const TablesData&>(*data).session;
  if (!session->inputs.registry->of_table(name).empty()) return call(records_function_name(name), name);
  return find_plain_table(*session, name);
}

std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += '\'';
    result += c;
  }
  return result + "'";
}

std::size_t trimmed_end(const std::string& sql) {
  const std::size_t end = sql.find_last_not_of(" \t\r\n;");
  return end == std::string::npos ? 0 : end + 1;
}

class DuckDatabase final : public Database {
 public:
  Result<void> load() {
    return guarded([&]() -> Result<void> {
      duckdb::DBConfig config;
      config.replacement_scans.emplace_back(find_table, duckdb::make_uniq<TablesData>(session_));
      database_ = duckdb::make_uniq<duckdb::DuckDB>(nullptr, &config);
      connection_ = duckdb::make_uniq<duckdb::Connection>(*database_);
      return {};
    });
  }

  Result<void> start(const DatabaseOptions& options, Inputs inputs) override {
    return guarded([&]() -> Result<void> {
      session_->inputs = std::move(inputs);
      session_->threads = options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
      session_->database = database_->instance.get();
      duckdb::FileSystem::GetFileSystem(*database_->instance)
          .RegisterSubSystem(make_object_files(session_, FileForm::kStored));
      duckdb::FileSystem::GetFileSystem(*database_->instance)
          .RegisterSubSystem(make_object_files(session_, FileForm::kDecoded));
      register_tables();
      return configure(options);
    });
  }

  Result<void> query(const std::string& sql, CellForm form, ResultSink& sink) override {
    return told(guarded([&]() -> Result<void> {
      begin_query();
      auto statement = parse(sql);
      if (!statement) return std::unexpected(statement.error());
      const bool wraps = (*statement)->type == duckdb::StatementType::SELECT_STATEMENT;
      std::vector<ResultColumn> columns;
      auto prepared = connection_->Prepare((*statement)->Copy());
      if (prepared->HasError()) return std::unexpected(to_error(prepared->error));
      if (auto listed = session_->list_for_plan(); !listed) return listed;
      for (duckdb::idx_t i = 0; i < prepared->ColumnCount(); ++i) {
        const auto& type = prepared->GetTypes()[i];
        columns.push_back({prepared->GetNames()[i], type.ToString(), type.IsNumeric()});
      }
      prepared.reset();
      if (wraps) wrap(**statement, form);
      auto result = run(**statement, true);
      if (result->HasError()) return std::unexpected(to_error(result->GetErrorObject()));
      if (auto begun = sink.begin(columns); !begun) return begun;
      return stream(*result, sink);
    }));
  }

  Result<std::uint64_t> write_parquet(const std::string& sql, const std::string& path) override {
    return told(guarded([&]() -> Result<std::uint64_t> {
      begin_query();
      auto statement = parse(sql);
      if (!statement) return std::unexpected(statement.error());
      if ((*statement)->type != duckdb::StatementType::SELECT_STATEMENT) {
        return query_error("only the answer to a SELECT can be written as Parquet");
      }
      auto prepared = connection_->Prepare((*statement)->Copy());
      if (prepared->HasError()) return std::unexpected(to_error(prepared->error));
      if (auto listed = session_->list_for_plan(); !listed) return std::unexpected(listed.error());
      keep_digits(**statement, *prepared);
      prepared.reset();
      auto copy = duckdb::make_uniq<duckdb::CopyStatement>();
      copy->info->is_from = false;
      copy->info->file_path = path;
      copy->info->format = "parquet";
      copy->info->options["use_tmp_file"] = {duckdb::Value::BOOLEAN(false)};  // the caller renames
      copy->info->select_statement = std::move((*statement)->Cast<duckdb::SelectStatement>().node);
      auto result = run(*copy, false);
      if (result->HasError()) return std::unexpected(to_error(result->GetErrorObject()));
      return static_cast<std::uint64_t>(result->Fetch()->GetValue(0, 0).GetValue<std::int64_t>());
    }));
  }

  void interrupt() override {
    session_->stop = true;
    if (connection_ != nullptr) connection_->Interrupt();
  }

  Progress progress() const override {
    Progress progress;
    const std::lock_guard lock(session_->mutex);
    for (const auto& [table, scan] : session_->scans) {
      progress.stored_bytes += scan->totals.stored_bytes;
      progress.plain_bytes += scan->totals.plain_bytes;
      progress.stored_bytes_total += scan->stored_bytes_total();
    }
    return progress;
  }

  std::vector<TableUse> uses() const override {
    std::vector<TableUse> uses;
    const std::lock_guard lock(session_->mutex);
    for (const auto& [table, scan] : session_->scans) {
      TableUse use;
      use.table = table;
      if (const auto days = session_->listed_days.find(table); days != session_->listed_days.end()) {
        use.listed = days->second;
      }
      use.objects_matched = scan->options().objects.size();
      use.objects_pruned = session_->inputs.listing.objects.size() - use.objects_matched;
      use.objects_read = scan->totals.objects_read;
      use.objects_other = scan->totals.objects_other;
      use.objects_unknown = scan->totals.objects_unknown;
      use.objects_unread = scan->totals.objects_unread;
      use.stopped_early = scan->totals.objects_done < use.objects_matched;
      use.stored_bytes = scan->totals.stored_bytes;
      use.plain_bytes = scan->totals.plain_bytes;
      use.counts = scan->totals.counts();
      use.unread = scan->totals.unread();
      // A table that the question names twice is read twice; its records are told once, and the objects that either
      // reading missed.
      const auto same = std::find_if(uses.begin(), uses.end(), [&](const TableUse& u) { return u.table == use.table; });
      if (same == uses.end()) {
        uses.push_back(std::move(use));
        continue;
      }
      if (use.objects_unread < same->objects_unread) {
        use.objects_unread = same->objects_unread;
        use.unread = same->unread;
      } else {
        same->objects_unread = use.objects_unread;
        same->unread = use.unread;
      }
      if (use.objects_read > same->objects_read || use.counts.records > same->counts.records) {
        *same = std::move(use);
      }
    }
    uses.insert(uses.end(), session_->plain.begin(), session_->plain.end());
    return uses;
  }

  bool asked_accounts() const override { return session_->asked_accounts; }

 private:
  // What an error of DuckDB's lacks: its readers name files as they were given to them, where the user knows their
  // paths; and it does not know which tables there are.
  template <class T>
  Result<T> told(Result<T> result) const {
    if (result) return result;
    Error error = std::move(session_->listing_failure ? *session_->listing_failure : result.error());
    if (error.message.starts_with(kNoTable)) {
      error.hint = missing_table_hint(*session_, std::string_view(error.message).substr(kNoTable.size()));
    }
    const auto& objects = session_->inputs.listing.objects;
    for (std::size_t at = error.message.find(kObjectFiles); at != std::string::npos;
         at = error.message.find(kObjectFiles, at)) {
      const std::size_t end = std::min(error.message.find_first_of("\"' \n,)", at), error.message.size());
      const auto object = object_of_file(std::string_view(error.message).substr(at, end - at));
      if (!object || *object >= objects.size()) break;
      error.message.replace(at, end - at, objects.at(*object).path);
    }
    return std::unexpected(std::move(error));
  }

  void register_tables() {
    auto& catalog = duckdb::Catalog::GetSystemCatalog(*database_->instance);
    const auto transaction = duckdb::CatalogTransaction::GetSystemTransaction(*database_->instance);
    const auto add = [&](duckdb::TableFunction function) {
      duckdb::CreateTableFunctionInfo info(std::move(function));
      catalog.CreateTableFunction(transaction, info);
    };
    for (const std::string& table : session_->inputs.registry->tables()) add(records_function(session_, table));
    add(rejects_function(session_));
    add(object_parts_function(session_));
    add(accounts_function(session_));
  }

  Result<void> configure(const DatabaseOptions& options) {
    const std::uint64_t readers = kReaderBytesFixed + session_->threads * kReaderBytesPerThread;
    const std::uint64_t rest = options.memory_bytes > readers ? options.memory_bytes - readers : 0;
    const std::uint64_t memory = std::max(kDuckdbBytesMin, rest / kDuckdbTakes * kDuckdbCounts);
    // Not by SET: ten statements to parse and plan take 2 ms.
    const auto set = [&](const std::string& name, const duckdb::Value& value) {
      const auto option = duckdb::DBConfig::GetOptionByName(name);
      database_->instance->config.SetOption(database_->instance.get(), *option, value);
    };
    set("threads", duckdb::Value::BIGINT(session_->threads));
    set("memory_limit", fmt::format("{}B", memory));
    set("temp_directory", options.temp_folder);
    set("autoinstall_known_extensions", duckdb::Value::BOOLEAN(false));
    set("autoload_known_extensions", duckdb::Value::BOOLEAN(false));
    set("allow_community_extensions", duckdb::Value::BOOLEAN(false));
    set("allow_persistent_secrets", duckdb::Value::BOOLEAN(false));
    if (!options.writable_path.empty()) {
      set("allowed_paths", duckdb::Value::LIST({duckdb::Value(options.writable_path)}));
    }
    set("allowed_directories", duckdb::Value::LIST({duckdb::Value(kObjectFiles)}));
    set("enable_external_access", duckdb::Value::BOOLEAN(false));
    if (auto result = connection_->Query("SET TimeZone = " + quoted(options.time_zone)); result->HasError()) {
      return usage_error("unknown time zone '" + options.time_zone + "'", "use an IANA name such as Asia/Tokyo or UTC");
    }
    set("lock_configuration", duckdb::Value::BOOLEAN(true));
    return {};
  }

  // Plans once more and answers. Should this plan need more than the one that was listed for, everything is listed.
  duckdb::unique_ptr<duckdb::QueryResult> run(const duckdb::SQLStatement& statement, bool stream) {
    session_->begin_plan();
    auto pending = connection_->PendingQuery(statement.Copy(), stream);
    if (!pending->HasError() && !session_->has_listed_for_plan()) {
      pending.reset();
      session_->need_everything();
      pending = connection_->PendingQuery(statement.Copy(), stream);
    }
    return pending->Execute();
  }

  void begin_query() {
    session_->begin_plan();
    session_->listing_failure.reset();
    const std::lock_guard lock(session_->mutex);
    session_->scans.clear();
    session_->plain.clear();
    session_->plain_objects = {};
    session_->asked_accounts = false;
  }

  Result<duckdb::unique_ptr<duckdb::SQLStatement>> parse(const std::string& sql) {
    const std::string text = sql.substr(0, trimmed_end(sql));
    if (text.empty()) return query_error("the query is empty", "for example: SELECT count(*) FROM cloudtrail_logs");
    duckdb::Parser parser(connection_->context->GetParserOptions());
    parser.ParseQuery(text);
    auto statements = std::move(parser.statements);
    if (statements.empty()) return query_error("the query is empty");
    if (statements.size() > 1) {
      return query_error("one query at a time", "run otomo once for each");
    }
    // Without the text, DuckDB leaves the place in its errors instead of drawing it into the message.
    statements[0]->query.clear();
    statements[0]->stmt_location = 0;
    switch (statements[0]->type) {
      case duckdb::StatementType::SELECT_STATEMENT:
        show_tables(statements[0]->Cast<duckdb::SelectStatement>());
        return std::move(statements[0]);
      case duckdb::StatementType::EXPLAIN_STATEMENT:
      case duckdb::StatementType::RELATION_STATEMENT: return std::move(statements[0]);
      default:
        return query_error("only questions are answered: SELECT, WITH, VALUES, DESCRIBE, EXPLAIN",
                           "to keep an answer, use -o FILE", 0);
    }
  }

  // The type under which Parquet keeps each digit: DuckDB writes integers of 128 bits, such as the sum of a BIGINT, as
  // DOUBLE.
  static duckdb::LogicalType exact(const duckdb::LogicalType& type) {
    return duckdb::TypeVisitor::VisitReplace(type, [](const duckdb::LogicalType& part) {
      const bool is_wide = part.id() == duckdb::LogicalTypeId::HUGEINT || part.id() == duckdb::LogicalTypeId::UHUGEINT;
      return is_wide ? duckdb::LogicalType::DECIMAL(38, 0) : part;
    });
  }

  static void keep_digits(duckdb::SQLStatement& statement, duckdb::PreparedStatement& prepared) {
    const auto& types = prepared.GetTypes();
    auto outer = duckdb::make_uniq<duckdb::SelectNode>();
    bool changes = false;
    for (duckdb::idx_t i = 0; i < types.size(); ++i) {
      duckdb::unique_ptr<duckdb::ParsedExpression> cell =
          duckdb::make_uniq<duckdb::PositionalReferenceExpression>(i + 1);
      if (const duckdb::LogicalType type = exact(types[i]); type != types[i]) {
        cell = duckdb::make_uniq<duckdb::CastExpression>(type, std::move(cell));
        changes = true;
      }
      cell->SetAlias(prepared.GetNames()[i]);
      outer->select_list.push_back(std::move(cell));
    }
    if (!changes) return;
    auto& select = statement.Cast<duckdb::SelectStatement>();
    auto inner = duckdb::make_uniq<duckdb::SelectStatement>();
    inner->node = std::move(select.node);
    outer->from_table = duckdb::make_uniq<duckdb::SubqueryRef>(std::move(inner), "answer");
    select.node = std::move(outer);
  }

  // SHOW TABLES asks the catalogue, in which otomo's tables are not.
  void show_tables(duckdb::SelectStatement& statement) {
    if (statement.node->type != duckdb::QueryNodeType::SELECT_NODE) return;
    const auto& from = statement.node->Cast<duckdb::SelectNode>().from_table;
    if (from == nullptr || from->type != duckdb::TableReferenceType::SHOW_REF) return;
    const std::string& shown = from->Cast<duckdb::ShowRef>().table_name;
    if (shown != "\"tables\"" && shown != "__show_tables_expanded") return;
    duckdb::Parser parser;
    parser.ParseQuery(show_tables_query(*session_));
    statement.node = std::move(parser.statements[0]->Cast<duckdb::SelectStatement>().node);
  }

  // Casts every column of the answer inside the plan, where it runs on all threads.
  static void wrap(duckdb::SQLStatement& statement, CellForm form) {
    auto& select = statement.Cast<duckdb::SelectStatement>();
    auto inner = duckdb::make_uniq<duckdb::SelectStatement>();
    inner->node = std::move(select.node);
    auto star = duckdb::make_uniq<duckdb::StarExpression>();
    star->columns = true;
    duckdb::unique_ptr<duckdb::ParsedExpression> cell;
    if (form == CellForm::kJson) {
      duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> arguments;
      arguments.push_back(std::move(star));
      cell = duckdb::make_uniq<duckdb::FunctionExpression>("to_json", std::move(arguments));
    } else {
      cell = std::move(star);
    }
    auto outer = duckdb::make_uniq<duckdb::SelectNode>();
    outer->select_list.push_back(
        duckdb::make_uniq<duckdb::CastExpression>(duckdb::LogicalType::VARCHAR, std::move(cell)));
    outer->from_table = duckdb::make_uniq<duckdb::SubqueryRef>(std::move(inner), "answer");
    select.node = std::move(outer);
  }

  Result<void> stream(duckdb::QueryResult& result, ResultSink& sink) {
    while (true) {
      auto chunk = result.Fetch();
      if (result.HasError()) return std::unexpected(to_error(result.GetErrorObject()));
      if (session_->stop) return interrupted_error();
      if (chunk == nullptr || chunk->size() == 0) return {};
      const std::size_t columns = chunk->ColumnCount();
      TextRows rows(columns, chunk->size());
      for (std::size_t column = 0; column < columns; ++column) {
        duckdb::Vector& vector = chunk->data[column];
        if (vector.GetType().id() != duckdb::LogicalTypeId::VARCHAR) {
          return query_error("this statement's answer cannot be shown");
        }
        duckdb::UnifiedVectorFormat unified;
        vector.ToUnifiedFormat(chunk->size(), unified);
        const auto* texts = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(unified);
        for (std::size_t row = 0; row < chunk->size(); ++row) {
          const auto place = unified.sel->get_index(row);
          if (!unified.validity.RowIsValid(place)) continue;
          const duckdb::string_t& text = texts[place];
          rows.cell(row, column) = {text.GetData(), text.GetSize()};
        }
      }
      if (auto taken = sink.rows(rows); !taken) return taken;
    }
  }

  std::shared_ptr<Session> session_ = std::make_shared<Session>();
  duckdb::unique_ptr<duckdb::DuckDB> database_;
  duckdb::unique_ptr<duckdb::Connection> connection_;
};

}  // namespace

Result<std::unique_ptr<Database>> Database::create() {
  auto database = std::make_unique<DuckDatabase>();
  if (auto loaded = database->load(); !loaded) return std::unexpected(loaded.error());
  return database;
}

std::string text_literal(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result.append(c == '\'' ? 2 : 1, c);
  return result + "'";
}

std::string_view Database::engine_version() { return duckdb::DuckDB::LibraryVersion(); }

}  // namespace otomo::engine
