// SPDX-License-Identifier: Apache-2.0
//
// Objects that workers share: however they are cut, the blocks hold each line once, whole, at its place.
#include "engine/reading/shared_object.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <random>
#include <thread>

#include "formats/registry.h"

namespace otomo::engine {
namespace {

class TextFile final : public io::RandomAccess {
 public:
  explicit TextFile(std::string text, std::size_t failing = 0) : text_(std::move(text)), failing_(failing) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
    if (++reads_ == failing_) return world_error("the disk is gone");
    const std::size_t at = std::min<std::size_t>(offset, text_.size());
    const std::size_t size = std::min(out.size(), text_.size() - at);
    std::memcpy(out.data(), text_.data() + at, size);
    return size;
  }

 private:
  std::string text_;
  std::size_t failing_;
  std::atomic<std::size_t> reads_{0};
};

class TextStream final : public io::ByteSource {
 public:
  TextStream(std::string text, std::size_t step, std::size_t failing)
      : text_(std::move(text)), step_(step), failing_(failing) {}

  Result<std::size_t> read(std::span<char> out) override {
    if (++reads_ == failing_) return world_error("the disk is gone");
    const std::size_t size = std::min({step_, out.size(), text_.size() - at_});
    std::memcpy(out.data(), text_.data() + at_, size);
    at_ += size;
    return size;
  }

 private:
  std::string text_;
  std::size_t step_;
  std::size_t failing_;
  std::size_t at_ = 0;
  std::size_t reads_ = 0;
};

std::string random_lines(std::mt19937& random, std::size_t lines, std::size_t length_max) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i)
    text += std::string(random() % (length_max + 1), static_cast<char>('a' + i % 26)) + '\n';
  if (!text.empty() && random() % 3 == 0) text.pop_back();
  return text;
}

struct Taken {
  std::uint64_t offset;
  std::uint64_t number;
  std::string text;
  bool overlong;
  bool damaged;
};

std::vector<Taken> take_all(SharedObject& object, std::size_t workers) {
  std::vector<std::vector<Taken>> parts(workers);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < workers; ++i) {
      threads.emplace_back([&object, &part = parts[i]] {
        BlockPool pool;
        while (true) {
          const auto block = object.take(pool);
          ASSERT_TRUE(block) << block.error().message;
          if (*block == nullptr) return;
          part.push_back({(*block)->offset, (*block)->number, std::string((*block)->text()), (*block)->overlong,
                          (*block)->damage.has_value()});
        }
      });
    }
  }
  std::vector<Taken> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  std::sort(all.begin(), all.end(), [](const Taken& a, const Taken& b) { return a.number < b.number; });
  return all;
}

void expect_whole_lines(const std::vector<Taken>& blocks, const std::string& text) {
  std::string joined;
  for (const Taken& block : blocks) {
    ASSERT_EQ(block.offset, joined.size());
    ASSERT_FALSE(block.text.empty());
    joined += block.text;
    ASSERT_FALSE(block.overlong);
    ASSERT_TRUE(block.text.ends_with('\n') || joined.size() == text.size());
  }
  ASSERT_EQ(joined == text, true) << joined.size() << " of " << text.size();
}

TEST(RangeObject, EachLineOnceForAnySizeOfRange) {
  std::mt19937 random(13);
  for (int round = 0; round < 400; ++round) {
    const std::string text = random_lines(random, random() % 60, 1 + random() % 50);
    const std::uint64_t range_bytes = 1 + random() % 120;
    RangeObject object(0, nullptr, "", nullptr, std::make_unique<TextFile>(text), text.size(), range_bytes);
    expect_whole_lines(take_all(object, 1), text);
    if (HasFatalFailure()) FAIL() << "ranges of " << range_bytes << ": " << text;
    ASSERT_EQ(object.take_stored_bytes(), text.size());
  }
}

// Records of several lines: the first begins with a capital letter that stands far inside the bytes that are shown.
bool starts_with_capital(std::string_view text) {
  const std::size_t letter = text.substr(0, formats::kRecordStartBytesMax).find_first_not_of('.');
  return letter == std::string_view::npos ? text.empty() : text[letter] >= 'A' && text[letter] <= 'Z';
}

std::string random_records(std::mt19937& random, std::size_t lines, std::size_t length_max) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) {
    text += std::string(random() % 64, '.') + (i == 0 || random() % 3 == 0 ? 'A' : 'a');
    text += std::string(random() % (length_max + 1), 'x') + '\n';
  }
  if (!text.empty() && random() % 3 == 0) text.pop_back();
  return text;
}

void expect_whole_records(const std::vector<Taken>& blocks, const std::string& text) {
  expect_whole_lines(blocks, text);
  for (const Taken& block : blocks) ASSERT_TRUE(starts_with_capital(block.text)) << block.text.substr(0, 100);
}

TEST(RangeObject, RecordsOfSeveralLinesStayWhole) {
  std::mt19937 random(23);
  for (int round = 0; round < 400; ++round) {
    const std::string text = random_records(random, random() % 60, round % 4 == 0 ? 20'000 : 50);
    const std::uint64_t range_bytes = 1 + random() % 200;
    RangeObject object(0, nullptr, "", starts_with_capital, std::make_unique<TextFile>(text), text.size(), range_bytes);
    expect_whole_records(take_all(object, 1 + random() % 2), text);
    if (HasFatalFailure()) FAIL() << "ranges of " << range_bytes << ": " << text;
  }
}

TEST(RangeObject, LinesLongerThanTheReadAhead) {
  std::mt19937 random(14);
  for (int round = 0; round < 30; ++round) {
    const std::string text = random_lines(random, 20, 100'000);
    RangeObject object(0, nullptr, "", nullptr, std::make_unique<TextFile>(text), text.size(), 1 + random() % 40'000);
    expect_whole_lines(take_all(object, 1 + random() % 3), text);
    if (HasFatalFailure()) FAIL() << round;
  }
}

TEST(RangeObject, ALineOverTheLimitIsHandedOutAsSuchAndTheOthersAreNotLost) {
  const std::string text = "first\n" + std::string(5 * kRecordBytesMax / 2, 'x') + "\nbehind\n";
  RangeObject object(0, nullptr, "", nullptr, std::make_unique<TextFile>(text), text.size(), kBlockBytes);
  const auto blocks = take_all(object, 2);
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_TRUE(blocks[0].overlong);
  EXPECT_TRUE(blocks[0].text.starts_with("first\nxxx"));
  EXPECT_GT(blocks[0].text.size(), kRecordBytesMax + 6);
  EXPECT_EQ(blocks[1].text, "behind\n");
  EXPECT_EQ(blocks[1].offset, text.size() - 7);
}

TEST(RangeObject, AFileThatBecameShorterIsToldOnceBehindItsLines) {
  std::mt19937 random(16);
  for (int round = 0; round < 200; ++round) {
    const std::string text = random_lines(random, random() % 60, 1 + random() % 50);
    const std::uint64_t range_bytes = 1 + random() % 120;
    RangeObject object(0, nullptr, "", nullptr, std::make_unique<TextFile>(text), text.size() + 1 + random() % 500,
                       range_bytes);
    std::string joined;
    int damaged = 0;
    for (const Taken& block : take_all(object, 1)) {
      ASSERT_EQ(block.offset, joined.size());
      joined += block.text;
      damaged += block.damaged ? 1 : 0;
    }
    ASSERT_EQ(joined, text);
    ASSERT_EQ(damaged, 1);
  }
}

TEST(RangeObject, AReadThatFailsIsAnError) {
  std::mt19937 random(15);
  const std::string text = random_lines(random, 100, 50);
  RangeObject object(0, nullptr, "", nullptr, std::make_unique<TextFile>(text, 2), text.size(), 500);
  BlockPool pool;
  ASSERT_TRUE(object.take(pool));
  EXPECT_FALSE(object.take(pool));
}

// Who takes a range waits for the header of the one before it, which may never be read.
TEST(RangeObject, AReadThatFailsKeepsNobodyWaiting) {
  const formats::Format& format = *formats::Registry().find("cloudfront");
  std::mt19937 random(18);
  const std::string text = random_lines(random, 400, 50);
  for (std::size_t failing = 1; failing < 20; failing += 3) {
    RangeObject object(0, &format, "", nullptr, std::make_unique<TextFile>(text, failing), text.size(), 500);
    std::atomic<int> errors = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
          BlockPool pool;
          while (true) {
            const auto block = object.take(pool);
            if (!block) ++errors;
            if (block && *block == nullptr) return;
          }
        });
      }
    }
    EXPECT_EQ(errors, 1) << failing;
  }
}

StreamObject stream_of(const std::string& text, std::size_t head_bytes, std::size_t step, std::size_t failing = 0,
                       formats::StartsRecord starts_record = nullptr) {
  auto source = std::make_unique<io::DecodedSource>();
  source->open(std::make_unique<TextStream>(text, step, failing));
  std::string head(head_bytes, '\0');
  const auto count = source->read(head);
  EXPECT_TRUE(count);
  head.resize(*count);
  return StreamObject(0, nullptr, starts_record, std::move(source), head, [] { return false; });
}

TEST(StreamObject, EachLineOnce) {
  std::mt19937 random(16);
  for (int round = 0; round < 40; ++round) {
    const std::string text = random_lines(random, random() % 400, round % 2 == 0 ? 100 : 20'000);
    auto object = stream_of(text, 1 + random() % 5'000, 1 + random() % 100'000);
    expect_whole_lines(take_all(object, 1 + random() % 3), text);
    if (HasFatalFailure()) FAIL() << round;
  }
}

TEST(StreamObject, RecordsOfSeveralLinesStayWhole) {
  std::mt19937 random(24);
  for (int round = 0; round < 60; ++round) {
    const std::string text = random_records(random, random() % 400, round % 2 == 0 ? 100 : 20'000);
    auto object = stream_of(text, 1 + random() % 5'000, 1 + random() % 100'000, 0, starts_with_capital);
    expect_whole_records(take_all(object, 1 + random() % 3), text);
    if (HasFatalFailure()) FAIL() << round;
  }
}

// The record's end lies everywhere around the limit: nothing behind it is lost.
TEST(StreamObject, ARecordOverTheLimitEndsWhereTheNextOneStarts) {
  for (const std::size_t size : {kRecordBytesMax - 100, kRecordBytesMax - 30, kRecordBytesMax, kRecordBytesMax + 30,
                                 kRecordBytesMax + 65, 2 * kRecordBytesMax}) {
    const std::string text = "A" + std::string(size, 'x') + "\nbelow\nB" + std::string(200, 'y') + "\n";
    auto object = stream_of(text, 3, 1'000'000, 0, starts_with_capital);
    const auto blocks = take_all(object, 1);
    ASSERT_FALSE(blocks.empty());
    std::string around;
    for (const Taken& block : blocks) {
      EXPECT_EQ(text.compare(block.offset, block.text.size(), block.text), 0);
      if (block.overlong) {
        EXPECT_GE(block.text.size(), kRecordBytesMax);
      } else {
        around += block.text;
      }
    }
    EXPECT_TRUE(around.ends_with("\nB" + std::string(200, 'y') + "\n") || around.starts_with("B")) << size;
  }
}

TEST(StreamObject, ALineOverTheLimitIsHandedOutAsSuchAndTheOthersAreNotLost) {
  const std::string text = "first\n" + std::string(5 * kRecordBytesMax / 2, 'x') + "\nbehind\n";
  auto object = stream_of(text, 3, 1'000'000);
  std::string around;
  std::size_t overlong = 0;
  for (const Taken& block : take_all(object, 1)) {
    EXPECT_EQ(text.compare(block.offset, block.text.size(), block.text), 0);
    if (block.overlong) {
      ++overlong;
    } else {
      around += block.text;
    }
  }
  EXPECT_EQ(overlong, 1U);
  EXPECT_EQ(around, "first\nbehind\n");
}

TEST(StreamObject, AnErrorComesBehindTheBlocksBeforeIt) {
  const std::string text(3 * kBlockBytes, '\n');
  auto object = stream_of(text, 100, kBlockBytes, 3);
  BlockPool pool;
  std::size_t blocks = 0;
  while (true) {
    const auto block = object.take(pool);
    if (!block) break;
    ASSERT_NE(*block, nullptr);
    ++blocks;
  }
  EXPECT_GE(blocks, 1U);
}

TEST(StreamObject, NobodyTakesItsBlocks) {
  auto object = stream_of(std::string(20 * kBlockBytes, '\n'), 100, kBlockBytes);
  BlockPool pool;
  EXPECT_TRUE(object.take(pool));
}  // ends in time

}  // namespace
}  // namespace otomo::engine
