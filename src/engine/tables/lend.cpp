// SPDX-License-Identifier: Apache-2.0
#include "engine/tables/lend.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/utf8.h"

namespace otomo::engine {

namespace {

class HeldBlock final : public duckdb::VectorBuffer {
 public:
  explicit HeldBlock(BlockPointer block)
      : duckdb::VectorBuffer(duckdb::VectorBufferType::OPAQUE_BUFFER), block_(std::move(block)) {}

 private:
  BlockPointer block_;
};

void set_null(duckdb::Vector& vector) {
  vector.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
  duckdb::ConstantVector::SetNull(vector, true);
}

template <class Target>
void copy_numbers(const formats::Column& column, std::size_t rows, duckdb::Vector& vector) {
  auto* out = duckdb::FlatVector::GetData<Target>(vector);
  for (std::size_t row = 0; row < rows; ++row) out[row] = static_cast<Target>(column.integers[row]);
}

void copy_validity(const formats::Column& column, std::size_t rows, duckdb::Vector& vector) {
  auto& validity = duckdb::FlatVector::Validity(vector);
  const std::uint8_t* valid = column.valid.data();
  if (rows == 0 || std::memchr(valid, 0, rows) == nullptr) return;
  validity.EnsureWritable();
  // Eight bytes of 0 or 1 to eight bits: the multiplication moves byte i's bit to bit 56 + i.
  for (std::size_t row = 0; row < rows; row += 64) {
    std::uint64_t bits = 0;
    for (std::size_t part = 0; part < 64 && row + part < rows; part += 8) {
      std::uint64_t bytes = 0;
      std::memcpy(&bytes, valid + row + part, std::min<std::size_t>(8, rows - row - part));
      bits |= ((bytes * 0x0102040810204080ULL) >> 56) << part;
    }
    validity.GetData()[row / 64] = bits;
  }
}

// What string_t's constructor makes, without a branch on the size and a call to copy a few bytes: the size, then up to
// twelve bytes of text and zeros, or four and a pointer. A block has readable bytes behind each of its texts.
duckdb::string_t string_in_block(std::string_view text) {
  static_assert(sizeof(duckdb::string_t) == 16 && duckdb::string_t::INLINE_LENGTH == 12 &&
                duckdb::string_t::PREFIX_LENGTH == 4 && kBlockPaddingBytes >= 12 &&
                std::endian::native == std::endian::little);
  static constexpr auto kMasks = [] {
    std::array<std::array<std::uint64_t, 2>, 13> masks{};
    for (unsigned size = 0; size <= 12; ++size) {
      masks[size][0] = size >= 8 ? ~0ULL : (1ULL << (8 * size)) - 1;
      masks[size][1] = size <= 8 ? 0 : (1ULL << (8 * (size - 8))) - 1;
    }
    return masks;
  }();
  std::uint64_t first = 0;
  std::uint32_t behind = 0;
  std::memcpy(&first, text.data(), sizeof first);
  std::memcpy(&behind, text.data() + sizeof first, sizeof behind);
  const auto& mask = kMasks[std::min<std::size_t>(text.size(), 12)];
  first &= mask[0];
  const std::uint64_t inlined = (first >> 32) | ((behind & mask[1]) << 32);
  const bool fits = text.size() <= duckdb::string_t::INLINE_LENGTH;
  const std::array<std::uint64_t, 2> words = {static_cast<std::uint32_t>(text.size()) | (first << 32),
                                              fits ? inlined : reinterpret_cast<std::uint64_t>(text.data())};
  return std::bit_cast<duckdb::string_t>(words);
}

// Lists and maps alike: DuckDB keeps a map as a list of key and value.
void lend_list(const formats::Column& column, std::size_t rows, duckdb::Vector& vector) {
  auto* entries = duckdb::FlatVector::GetData<duckdb::list_entry_t>(vector);
  std::uint32_t start = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    entries[row] = {start, column.list_end[row] - start};
    start = column.list_end[row];
  }
  duckdb::ListVector::Reserve(vector, start);
  duckdb::ListVector::SetListSize(vector, start);
}

}  // namespace

duckdb::LogicalType logical_type(const formats::ColumnSpec& spec) {
  using duckdb::LogicalType;
  switch (spec.type) {
    case formats::Type::kText: return LogicalType::VARCHAR;
    case formats::Type::kInteger: return LogicalType::INTEGER;
    case formats::Type::kBigint: return LogicalType::BIGINT;
    case formats::Type::kDouble: return LogicalType::DOUBLE;
    case formats::Type::kBoolean: return LogicalType::BOOLEAN;
    case formats::Type::kDate: return LogicalType::DATE;
    case formats::Type::kTimestamp: return LogicalType::TIMESTAMP_TZ;
    case formats::Type::kStruct: {
      duckdb::child_list_t<LogicalType> members;
      for (const auto& child : spec.children) members.emplace_back(std::string(child.name), logical_type(child));
      return LogicalType::STRUCT(std::move(members));
    }
    case formats::Type::kList: return LogicalType::LIST(logical_type(spec.children[0]));
    case formats::Type::kMap: return LogicalType::MAP(logical_type(spec.children[0]), logical_type(spec.children[1]));
  }
  throw duckdb::InternalException("a column type without a DuckDB type");
}

duckdb::Value text_value(std::string_view text) { return duckdb::Value(utf8::repaired(text)); }

void lend_text(const std::string_view* texts, std::size_t rows, const BlockPointer& block, duckdb::Vector& vector) {
  auto* out = duckdb::FlatVector::GetData<duckdb::string_t>(vector);
  auto& validity = duckdb::FlatVector::Validity(vector);
  const char* begin = block->data();
  const char* end = begin + block->capacity();
  std::size_t longest = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::string_view text = texts[row];
    if (text.data() == nullptr) {
      validity.SetInvalid(row);
    } else if (text.data() >= begin && text.data() < end) {
      out[row] = string_in_block(text);
      longest = std::max(longest, text.size());
    } else {
      out[row] = duckdb::StringVector::AddStringOrBlob(vector, text.data(), text.size());
    }
  }
  if (longest > duckdb::string_t::INLINE_LENGTH) {
    duckdb::StringVector::AddBuffer(vector, duckdb::make_buffer<HeldBlock>(block));
  }
}

void lend_column(const formats::Column& column, std::size_t rows, const BlockPointer& block, duckdb::Vector& vector) {
  if (!column.wanted) {
    set_null(vector);
    return;
  }
  switch (column.spec->type) {
    case formats::Type::kText: lend_text(column.text.data(), rows, block, vector); return;
    case formats::Type::kInteger: copy_numbers<std::int32_t>(column, rows, vector); break;
    // DuckDB's date_t is the same number of days.
    case formats::Type::kDate: copy_numbers<std::int32_t>(column, rows, vector); break;
    case formats::Type::kBigint: copy_numbers<std::int64_t>(column, rows, vector); break;
    case formats::Type::kTimestamp: copy_numbers<std::int64_t>(column, rows, vector); break;
    case formats::Type::kBoolean: copy_numbers<bool>(column, rows, vector); break;
    case formats::Type::kDouble:
      std::memcpy(duckdb::FlatVector::GetData<double>(vector), column.doubles.data(), rows * sizeof(double));
      break;
    case formats::Type::kStruct: {
      auto& members = duckdb::StructVector::GetEntries(vector);
      for (std::size_t i = 0; i < members.size(); ++i) lend_column(column.children[i], rows, block, *members[i]);
      break;
    }
    case formats::Type::kList: {
      lend_list(column, rows, vector);
      const std::size_t elements = rows == 0 ? 0 : column.list_end[rows - 1];
      lend_column(column.children[0], elements, block, duckdb::ListVector::GetEntry(vector));
      break;
    }
    case formats::Type::kMap: {
      lend_list(column, rows, vector);
      const std::size_t elements = rows == 0 ? 0 : column.list_end[rows - 1];
      lend_column(column.children[0], elements, block, duckdb::MapVector::GetKeys(vector));
      lend_column(column.children[1], elements, block, duckdb::MapVector::GetValues(vector));
      break;
    }
  }
  copy_validity(column, rows, vector);
}

}  // namespace otomo::engine
