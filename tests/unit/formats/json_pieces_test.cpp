// SPDX-License-Identifier: Apache-2.0
//
// Objects whose head shows one record per line are read piece by piece: any part that starts with a line that opens an
// object gives what it gives in the whole, whatever lies in the pieces, and however the parts are cut again.
#include <gtest/gtest.h>

#include <random>

#include "formats/json_records.h"
#include "unit/formats/read_all.h"

namespace otomo::formats {

namespace route53_resolver {
extern const Format kFormat;
}

namespace {

const Format& format() { return route53_resolver::kFormat; }

std::string padded(std::string_view text) { return std::string(text) + std::string(kBlockPaddingBytes, '\0'); }

bool shows(std::string_view head) {
  const std::string text = padded(head);
  return shows_one_object_per_line(std::string_view(text).substr(0, head.size()));
}

TEST(JsonPieces, WhatAHeadShows) {
  EXPECT_TRUE(shows("{\"a\":1}\n{\"a\":2}\n"));
  EXPECT_TRUE(shows("{\"a\":1}\n{\"a\""));
  EXPECT_TRUE(shows("\xEF\xBB\xBF\n{\"a\":1} \r\n\n{\"a\":2}\r\n"));
  EXPECT_FALSE(shows(""));
  EXPECT_FALSE(shows("{\"a\":1}"));
  EXPECT_FALSE(shows("{\"a\":1}\n"));
  EXPECT_FALSE(shows("{\n\"a\":1}\n{\"a\":2}\n"));
  EXPECT_FALSE(shows("{\"a\":1}{\"a\":2}\n{\"a\":3}\n"));
  EXPECT_FALSE(shows("[{\"a\":1},\n{\"a\":2}]\n"));
  EXPECT_FALSE(shows("{\"a\":1}\nnot JSON\n{\"a\":2}\n"));
  EXPECT_FALSE(shows("{\"Records\":[\n{\"a\":2}\n]}"));
}

// Rejects are listed behind the records of their call: at the same place, in one order.
std::vector<Item> in_order(std::vector<Item> items) {
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return std::pair(a.offset, a.is_record) < std::pair(b.offset, b.is_record);
  });
  return items;
}

// The items of those parts of the text, each read alone by a reader that was told the whole's head.
std::vector<Item> read_parts(std::string_view text, const std::vector<std::size_t>& starts) {
  std::vector<Item> items;
  const LiteralFilter none;
  const auto reader = format().make_reader(none);
  const SourceSettings settings;
  Batch batch(format().columns);
  batch.offsets_wanted = batch.raw_wanted = true;
  const std::string head = padded(text.substr(0, kDetectionBytesMax));
  for (std::size_t part = 0; part < starts.size(); ++part) {
    const std::size_t end = part + 1 < starts.size() ? starts[part + 1] : text.size();
    const std::string bytes = padded(text.substr(starts[part], end - starts[part]));
    const std::size_t size = bytes.size() - kBlockPaddingBytes;
    reader->restart({std::string_view(head).substr(0, head.size() - kBlockPaddingBytes), {}, &settings});
    std::size_t at = 0;
    while (at < size) {
      batch.clear();
      at += reader->read(std::string_view(bytes).substr(at, size - at), starts[part] + at, true, batch);
      for (std::size_t row = 0; row < batch.rows; ++row) {
        items.push_back({true, batch.offsets[row], std::string(batch.raw[row]), {}});
      }
      for (const Reject& reject : batch.rejects) {
        items.push_back({false, reject.offset, std::string(reject.raw), {std::string(word_of(reject.reason))}});
      }
    }
  }
  return in_order(items);
}

std::string record(std::size_t number) {
  return R"({"query_timestamp":"2026-11-05T09:00:00Z","query_name":"host-)" + std::to_string(number) +
         R"(.example.com.","answers":[{"Rdata":"203.0.113.9"}]})";
}

TEST(JsonPieces, AnyPartGivesWhatItGivesInTheWhole) {
  std::mt19937 random(17);
  std::size_t shared = 0;
  for (int round = 0; round < 300; ++round) {
    std::string text = random() % 8 == 0 ? "\xEF\xBB\xBF" : "";
    for (std::size_t i = 0; i < 4; ++i) text += record(i) + '\n';
    const std::size_t lines = random() % 30;
    for (std::size_t i = 4; i < 4 + lines; ++i) {
      const std::string one = record(i);
      switch (random() % 14) {
        case 0: text += one.substr(0, random() % one.size()) + '\n'; break;
        case 1: text += one.substr(random() % one.size()) + '\n'; break;
        case 2: text += one + one + '\n'; break;
        case 3: text += one + ", " + one + "\r\n"; break;
        case 4: text += '[' + one + ',' + one + "]\n"; break;
        case 5: text += "[\n" + one + ",\n" + one + "\n]\n"; break;
        case 6: text += "{\n  \"query_name\":\"x\",\n  \"query_timestamp\": {\"a\":[1,\n2]}\n}\n"; break;
        case 7: text += "[1, \"two\", {}, [\n"; break;
        case 8: text += "{\"no\":\"record\"}\n"; break;
        case 9: text += "\n \n\r\n"; break;
        case 10: text += "\"a string that is not closed\n"; break;
        case 11: text += one + "}]\n"; break;
        default: text += one + '\n';
      }
    }
    if (random() % 3 == 0) text.pop_back();
    const auto whole = in_order(WholeReader(format(), {}, true).read(text).items);
    for (const std::size_t step : {1UL, 7UL, 64UL, 1UL + random() % 500}) {
      ASSERT_EQ(in_order(WholeReader(format(), {}, true).read_in_steps(text, step).items), whole) << text;
    }
    std::vector<std::size_t> starts = {0};
    for (std::size_t at = text.find("\n{"); at != std::string::npos; at = text.find("\n{", at + 1)) {
      if (random() % 2 == 0) starts.push_back(at + 1);
    }
    shared += starts.size() - 1;
    std::vector<Item> expected = whole;
    for (Item& item : expected) {
      if (item.is_record) item.values.clear();
    }
    ASSERT_EQ(read_parts(text, starts), expected) << text;
  }
  EXPECT_GT(shared, 1000U);
}

TEST(JsonPieces, APieceOverTheLimitIsOneRejectHoweverItIsCut) {
  const std::string lines = record(0) + '\n' + record(1) + '\n';
  for (const std::size_t size : {kRecordBytesMax - 1, kRecordBytesMax, kRecordBytesMax + 1, kRecordBytesMax + 100}) {
    const std::string frame = "{\"query_name\":\"\"}\n";
    const std::string text =
        lines + frame.substr(0, 15) + std::string(size - frame.size(), 'x') + frame.substr(15) + record(2) + '\n';
    const ReadingOfAll whole = WholeReader(format(), {}, true).read(text);
    EXPECT_EQ(whole.counts.records, 3U);
    ASSERT_EQ(whole.counts.rejects, 1U);
    EXPECT_EQ(whole.items[2].values[0], size >= kRecordBytesMax ? "too_long" : "not_a_record") << size;
    for (const std::size_t cut : {lines.size() + size - 1, lines.size() + size, lines.size() + size + 1,
                                  lines.size() + kRecordBytesMax, lines.size() + 20}) {
      EXPECT_EQ(WholeReader(format(), {}, true).read(text, {cut}).items, whole.items) << size << " cut at " << cut;
    }
  }
}

TEST(JsonPieces, ABatchMayFillUpInTheMiddleOfAPiece) {
  std::string text = record(0) + '\n' + record(1) + '\n';
  std::size_t count = 2;
  for (int line = 0; line < 3; ++line) {
    for (std::size_t i = 0; i < kBatchRowsMax - 700; ++i) {
      text += record(count++);
    }
    text += '\n';
  }
  const ReadingOfAll whole = WholeReader(format(), {}, true).read(text);
  EXPECT_EQ(whole.counts.records, count);
  EXPECT_EQ(whole.counts.rejects, 0U);
  EXPECT_EQ(WholeReader(format(), {}, true).read_in_steps(text, 100'003).items, whole.items);
}

}  // namespace
}  // namespace otomo::formats
