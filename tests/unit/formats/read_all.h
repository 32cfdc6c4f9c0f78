// SPDX-License-Identifier: Apache-2.0
//
// Reads a whole text through a format's reader, calling it as format.h demands, and collects what came out as text: one
// string per column, so that tests can compare readings. Each call sees a copy of exactly its bytes and the padding, so
// that the sanitizer build finds any look further.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"

namespace otomo::formats {

inline constexpr std::string_view kNull = "\\N";

// A record's columns in the order of the format, then event_time, account_id, region; kNull also where a column was not
// wanted. Or a reject: its reason and raw text.
struct Item {
  bool is_record = false;
  std::uint64_t offset = 0;
  std::string raw;
  std::vector<std::string> values;

  bool operator==(const Item&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Item& item) {
  out << (item.is_record ? "record" : "reject") << " at " << item.offset << ':';
  for (const std::string& value : item.values) out << " [" << value << ']';
  return out << " of " << item.raw;
}

struct ReadingOfAll {
  std::vector<Item> items;  // by offset
  Counts counts;

  std::vector<Item> records() const {
    std::vector<Item> found;
    std::copy_if(items.begin(), items.end(), std::back_inserter(found),
                 [](const Item& item) { return item.is_record; });
    return found;
  }
};

inline void show_value(const Column& column, std::size_t row, std::string& out) {
  if (!column.wanted) {
    out += kNull;
    return;
  }
  if (column.spec->type == Type::kText) {
    out += column.text[row].data() == nullptr ? kNull : column.text[row];
    return;
  }
  if (column.valid[row] == 0) {
    out += kNull;
    return;
  }
  switch (column.spec->type) {
    case Type::kDouble: out += std::to_string(column.doubles[row]); return;
    case Type::kStruct:
      for (const Column& child : column.children) {
        out += child.spec->name;
        out += '=';
        show_value(child, row, out);
        out += ';';
      }
      return;
    case Type::kList:
    case Type::kMap:
      for (std::uint32_t i = row == 0 ? 0 : column.list_end[row - 1]; i < column.list_end[row]; ++i) {
        for (const Column& child : column.children) {
          show_value(child, i, out);
          out += ',';
        }
      }
      return;
    default: out += std::to_string(column.integers[row]);
  }
}

// A reader with its batch, for one choice of columns.
class WholeReader {
 public:
  explicit WholeReader(const Format& format, const std::vector<std::size_t>& columns = {}, bool no_columns = false)
      : format_(format), batch_(format.columns) {
    batch_.offsets_wanted = batch_.raw_wanted = true;
    if (no_columns) return;
    for (std::size_t i = 0; i < batch_.columns.size(); ++i) {
      if (columns.empty() || std::find(columns.begin(), columns.end(), i) != columns.end())
        batch_.columns[i].want_all();
    }
    if (columns.empty()) batch_.event_time.wanted = batch_.account_id.wanted = batch_.region.wanted = true;
  }

  // `ends`: the places up to which the text is shown before all of it is. `object_head`: where the text is a part of an
  // object, what its reader is told of what stands before.
  ReadingOfAll read(std::string_view text, const std::vector<std::size_t>& ends = {}, const LiteralFilter& filter = {},
                    const std::string* object_head = nullptr) {
    ReadingOfAll reading;
    const auto reader = format_.make_reader(filter);
    std::string head(object_head != nullptr ? *object_head : text.substr(0, kDetectionBytesMax));
    head.append(kBlockPaddingBytes, '\0');
    reader->restart({std::string_view(head).substr(0, head.size() - kBlockPaddingBytes), {}, &settings});
    std::size_t at = 0;
    for (std::size_t i = 0; i <= ends.size(); ++i) {
      const bool last = i == ends.size();
      const std::size_t shown = last ? text.size() : std::min(ends[i], text.size());
      while (at <= shown) {
        const std::size_t consumed = call(*reader, text, at, shown, last, reading);
        at += consumed;
        if (batch_.full()) continue;
        if (consumed == 0 || at == shown) break;
      }
    }
    EXPECT_EQ(at, text.size()) << "a reader's last call consumes everything";
    const std::size_t items = reading.items.size();
    EXPECT_EQ(call(*reader, text, text.size(), text.size(), true, reading), 0U);
    EXPECT_EQ(reading.items.size(), items) << "a reader that has seen the end has nothing more to say";
    std::stable_sort(reading.items.begin(), reading.items.end(),
                     [](const Item& a, const Item& b) { return a.offset < b.offset; });
    return reading;
  }

  // What the source says of its lines.
  SourceSettings settings;

  ReadingOfAll read_in_steps(std::string_view text, std::size_t step) {
    std::vector<std::size_t> ends;
    for (std::size_t end = step; end < text.size(); end += step) ends.push_back(end);
    return read(text, ends);
  }

 private:
  std::size_t call(RecordReader& reader, std::string_view text, std::size_t at, std::size_t shown, bool last,
                   ReadingOfAll& reading) {
    const std::size_t size = shown - at;
    const auto block = std::make_unique_for_overwrite<char[]>(size + kBlockPaddingBytes);
    std::memcpy(block.get(), text.data() + at, size);
    static constexpr std::string_view kNoise = "\"\n }]";  // would be noticed if it were read
    for (std::size_t i = 0; i < kBlockPaddingBytes; ++i) block[size + i] = kNoise[i % kNoise.size()];
    batch_.clear();
    const std::size_t consumed = reader.read({block.get(), size}, at, last, batch_);
    EXPECT_LE(consumed, size);
    EXPECT_EQ(batch_.counts.records, batch_.rows);
    EXPECT_EQ(batch_.counts.rejects, batch_.rejects.size());
    for (std::size_t row = 0; row < batch_.rows; ++row) {
      Item item{true, batch_.offsets[row], std::string(batch_.raw[row]), {}};
      const auto add = [&](const Column& column) { show_value(column, row, item.values.emplace_back()); };
      std::for_each(batch_.columns.begin(), batch_.columns.end(), add);
      add(batch_.event_time);
      add(batch_.account_id);
      add(batch_.region);
      reading.items.push_back(std::move(item));
    }
    for (const Reject& reject : batch_.rejects) {
      reading.items.push_back({false, reject.offset, std::string(reject.raw), {std::string(word_of(reject.reason))}});
    }
    reading.counts += batch_.counts;
    return std::min(consumed, size);
  }

  const Format& format_;
  Batch batch_;
};

inline std::size_t column_index(const Format& format, std::string_view name) {
  for (std::size_t i = 0; i < format.columns.size(); ++i) {
    if (format.columns[i].name == name) return i;
  }
  ADD_FAILURE() << "no column " << name << " in " << format.name;
  return 0;
}

}  // namespace otomo::formats
