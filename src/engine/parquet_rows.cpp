// SPDX-License-Identifier: Apache-2.0
#include "engine/parquet_rows.h"

#include <algorithm>
#include <cstring>

#include "base/json_nan.h"
#include "engine/errors.h"
#include "engine/object_files.h"

namespace otomo::engine {

namespace {

class ParquetRows final : public io::ByteSource {
 public:
  explicit ParquetRows(duckdb::DatabaseInstance& database) : connection_(database) {}

  Result<void> open(std::uint32_t object) {
    return guarded([&]() -> Result<void> {
      const std::string sql = "SELECT CAST(to_json(t) AS VARCHAR) FROM read_parquet('" +
                              object_file_name(object, FileForm::kStored, "parquet") +
                              "', hive_partitioning = false) t";
      result_ = connection_.SendQuery(sql);
      if (result_->HasError()) return std::unexpected(to_error(result_->GetErrorObject()));
      return {};
    });
  }

  Result<std::size_t> read(std::span<char> out) override {
    return guarded([&]() -> Result<std::size_t> {
      std::size_t filled = 0;
      while (filled < out.size()) {
        if (chunk_ == nullptr || row_ == chunk_->size()) {
          if (filled > 0) break;
          chunk_ = result_->Fetch();
          if (result_->HasError()) return std::unexpected(to_error(result_->GetErrorObject()));
          if (chunk_ == nullptr || chunk_->size() == 0) return 0;
          chunk_->Flatten();
          row_ = 0;
        }
        if (at_ == 0) begin_row(duckdb::FlatVector::GetData<duckdb::string_t>(chunk_->data[0])[row_]);
        const std::size_t part = std::min(text_.size() - at_, out.size() - filled);
        std::memcpy(out.data() + filled, text_.data() + at_, part);
        filled += part;
        at_ += part;
        if (at_ == text_.size() && filled < out.size()) {
          out[filled++] = '\n';
          at_ = 0;
          ++row_;
        }
      }
      return filled;
    });
  }

 private:
  void begin_row(const duckdb::string_t& row) {
    const std::string_view json(row.GetData(), row.GetSize());
    text_.clear();
    if (json.contains("NaN") || json.contains("Infinity")) {
      add_without_nan(text_, json, NanForm::kText);
    } else {
      text_ = json;
    }
  }

  duckdb::Connection connection_;
  duckdb::unique_ptr<duckdb::QueryResult> result_;
  duckdb::unique_ptr<duckdb::DataChunk> chunk_;
  std::size_t row_ = 0;  // of chunk_
  std::string text_;     // of that row
  std::size_t at_ = 0;   // bytes of it that were given
};

}  // namespace

bool is_parquet(std::string_view head) { return head.starts_with("PAR1"); }

Result<std::unique_ptr<io::ByteSource>> open_parquet_rows(duckdb::DatabaseInstance& database, std::uint32_t object) {
  auto rows = std::make_unique<ParquetRows>(database);
  if (auto opened = rows->open(object); !opened) return std::unexpected(opened.error());
  return rows;
}

}  // namespace otomo::engine
