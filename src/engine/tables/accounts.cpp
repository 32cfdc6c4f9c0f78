// SPDX-License-Identifier: Apache-2.0
//
// The table `accounts`: the names that the user gave to accounts, to join. It reads no object.
#include "engine/tables/lend.h"
#include "engine/tables/table_functions.h"

namespace otomo::engine {

namespace {

struct AccountsBind final : duckdb::TableFunctionData {
  std::shared_ptr<Session> session;
};

struct AccountsGlobal final : duckdb::GlobalTableFunctionState {
  std::size_t next = 0;  // index into Inputs::accounts
};

duckdb::unique_ptr<duckdb::FunctionData> bind(duckdb::ClientContext& /*context*/, duckdb::TableFunctionBindInput& input,
                                              duckdb::vector<duckdb::LogicalType>& types,
                                              duckdb::vector<duckdb::string>& names) {
  auto bound = duckdb::make_uniq<AccountsBind>();
  bound->session = input.info->Cast<SessionInfo>().session;
  names = {"account_id", "name"};
  types = {duckdb::LogicalType::VARCHAR, duckdb::LogicalType::VARCHAR};
  return bound;
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> init_global(duckdb::ClientContext& /*context*/,
                                                                 duckdb::TableFunctionInitInput& input) {
  input.bind_data->Cast<AccountsBind>().session->asked_accounts = true;
  return duckdb::make_uniq<AccountsGlobal>();
}

void scan(duckdb::ClientContext& /*context*/, duckdb::TableFunctionInput& data, duckdb::DataChunk& output) {
  const auto& accounts = data.bind_data->Cast<AccountsBind>().session->inputs.accounts;
  std::size_t& next = data.global_state->Cast<AccountsGlobal>().next;
  const std::size_t rows = std::min<std::size_t>(accounts.size() - next, STANDARD_VECTOR_SIZE);
  for (std::size_t row = 0; row < rows; ++row) {
    output.SetValue(0, row, text_value(accounts[next + row].id));
    output.SetValue(1, row, text_value(accounts[next + row].name));
  }
  next += rows;
  output.SetCardinality(rows);
}

}  // namespace

duckdb::TableFunction accounts_function(std::shared_ptr<Session> session) {
  duckdb::TableFunction function(kAccountsFunction, {}, scan, bind, init_global);
  function.function_info = duckdb::make_shared_ptr<SessionInfo>(std::move(session));
  return function;
}

}  // namespace otomo::engine
