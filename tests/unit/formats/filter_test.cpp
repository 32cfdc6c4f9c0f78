// SPDX-License-Identifier: Apache-2.0
//
// A literal filter may skip only records that do not match: for every text column and every value that the samples hold
// in it, the filtered reading has each matching record of the unfiltered one. And reading byte by byte changes nothing.
#include <gtest/gtest.h>

#include <set>

#include "base/utf8.h"
#include "unit/formats/read_all.h"
#include "unit/formats/samples.h"

namespace otomo::formats {
namespace {

bool matches(Match match, std::string_view text, std::string_view value) {
  switch (match) {
    case Match::kEquals: return text == value;
    case Match::kContains: return text.find(value) != std::string_view::npos;
    case Match::kStartsWith: return text.starts_with(value);
    case Match::kEndsWith: return text.ends_with(value);
  }
  return false;
}

// The records of `reading` whose column matches one of `values`.
std::vector<Item> matching(const ReadingOfAll& reading, std::size_t column, Match match,
                           const std::vector<std::string>& values) {
  std::vector<Item> found;
  for (const Item& item : reading.items) {
    if (!item.is_record || item.values[column] == kNull) continue;
    const auto fits = [&](const std::string& value) { return matches(match, item.values[column], value); };
    if (std::any_of(values.begin(), values.end(), fits)) found.push_back(item);
  }
  return found;
}

struct Question {
  Match match;
  std::string value;
};

// Comparisons that some record satisfies: the whole value, and parts of it from every corner.
std::vector<Question> questions_about(const std::string& value) {
  std::vector<Question> questions = {{Match::kEquals, value}};
  const std::size_t size = value.size();
  for (const std::size_t part : {std::size_t{1}, std::size_t{3}, size / 2, size}) {
    if (part == 0 || part > size) continue;
    questions.push_back({Match::kStartsWith, value.substr(0, part)});
    questions.push_back({Match::kEndsWith, value.substr(size - part)});
    for (std::size_t at = 0; at + part <= size; at += std::max<std::size_t>(1, size / 40)) {
      questions.push_back({Match::kContains, value.substr(at, part)});
    }
  }
  return questions;
}

TEST(LiteralFilter, LosesNoMatchingRecord) {
  std::size_t filtered_readings = 0;
  for (const SampleFile& sample : sample_files()) {
    WholeReader reader(*sample.format);
    const ReadingOfAll all = reader.read(sample.text);
    for (std::size_t column = 0; column < sample.format->columns.size(); ++column) {
      if (sample.format->columns[column].type != Type::kText) continue;
      std::set<std::string> values;
      for (const Item& item : all.items) {
        if (item.is_record && item.values[column] != kNull) values.insert(item.values[column]);
      }
      std::set<std::string> literals_tried;
      for (const std::string& value : values) {
        for (const Question& question : questions_about(value)) {
          if (!utf8::is_valid(question.value)) continue;  // a question's text is whole characters
          const auto literal = sample.format->literal_for(column, question.match, question.value);
          if (!literal || literal->empty()) continue;
          if (!literals_tried.insert(std::to_string(static_cast<int>(question.match)) + *literal).second) continue;
          const ReadingOfAll some = reader.read(sample.text, {}, {{*literal}});
          ++filtered_readings;
          const std::vector<std::string> wanted = {question.value};
          ASSERT_EQ(matching(some, column, question.match, wanted), matching(all, column, question.match, wanted))
              << sample.name << ", " << sample.format->columns[column].name << ", literal [" << *literal << ']';
          if (all.counts.rejects == 0) {
            ASSERT_EQ(some.counts.records + some.counts.skipped, all.counts.records)
                << sample.name << ", literal [" << *literal << ']';
          }
        }
      }
    }
  }
  EXPECT_GT(filtered_readings, 1'000U);
}

TEST(LiteralFilter, TwoLiteralsAndTwoParts) {
  for (const SampleFile& sample : sample_files()) {
    WholeReader reader(*sample.format);
    const ReadingOfAll all = reader.read(sample.text);
    for (std::size_t column = 0; column < sample.format->columns.size(); ++column) {
      if (sample.format->columns[column].type != Type::kText) continue;
      // The first and the last value of the sample.
      std::vector<std::string> values;
      for (const Item& item : all.items) {
        if (item.is_record && item.values[column] != kNull) values.push_back(item.values[column]);
      }
      if (values.size() < 2) continue;
      values = {values.front(), values.back()};
      LiteralFilter filter;
      for (const std::string& value : values) {
        const auto literal = sample.format->literal_for(column, Match::kEquals, value);
        if (literal && !literal->empty()) filter.any_of.push_back(*literal);
      }
      if (filter.any_of.size() < 2) continue;
      const auto expected = matching(all, column, Match::kEquals, values);
      for (std::size_t cut = 1; cut < sample.text.size(); cut += 331) {
        const ReadingOfAll some = reader.read(sample.text, {cut}, filter);
        ASSERT_EQ(matching(some, column, Match::kEquals, values), expected)
            << sample.name << ", " << sample.format->columns[column].name << ", cut at " << cut;
      }
    }
  }
}

TEST(EveryFormat, ReadsTheSameInStepsOfAnySize) {
  for (const SampleFile& sample : sample_files()) {
    WholeReader reader(*sample.format);
    const ReadingOfAll whole = reader.read(sample.text);
    for (const std::size_t step : {1U, 2U, 3U, 7U, 63U, 64U, 65U, 1000U}) {
      const ReadingOfAll stepped = reader.read_in_steps(sample.text, step);
      ASSERT_EQ(stepped.items, whole.items) << sample.name << ", steps of " << step;
      ASSERT_EQ(stepped.counts.bad_values, whole.counts.bad_values) << sample.name << ", steps of " << step;
      ASSERT_EQ(stepped.counts.repaired_bytes, whole.counts.repaired_bytes) << sample.name << ", steps of " << step;
    }
  }
}

// More records than a batch holds: the reader stops at a full batch and goes on where it stopped.
TEST(EveryFormat, GoesOnBehindAFullBatch) {
  for (const SampleFile& sample : sample_files()) {
    if (!sample.format->newline_ends_record || sample.text.empty() || !sample.text.ends_with('\n')) continue;
    WholeReader reader(*sample.format);
    const ReadingOfAll once = reader.read(sample.text);
    const std::size_t times = 3 * kBatchRowsMax / std::max<std::size_t>(1, once.counts.records);
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += sample.text;
    for (const ReadingOfAll& many : {reader.read(text), reader.read_in_steps(text, 100'003)}) {
      std::size_t next = 0;
      for (const Item& item : many.items) {
        Item expected = once.items[next % once.items.size()];
        // A BOM in the middle of a text is a part of its line.
        if (sample.text.starts_with("\xEF\xBB\xBF")) break;
        expected.offset += next / once.items.size() * sample.text.size();
        ASSERT_EQ(item, expected) << sample.name;
        ++next;
      }
      ASSERT_EQ(many.items.size(), once.items.size() * times) << sample.name;
    }
  }
}

// Each column alone is what it is among all of them.
TEST(EveryFormat, AColumnDoesNotDependOnTheOthers) {
  for (const SampleFile& sample : sample_files()) {
    const ReadingOfAll all = WholeReader(*sample.format).read(sample.text);
    for (std::size_t column = 0; column < sample.format->columns.size(); ++column) {
      const ReadingOfAll alone = WholeReader(*sample.format, {column}).read(sample.text);
      ASSERT_EQ(alone.items.size(), all.items.size()) << sample.name;
      for (std::size_t i = 0; i < all.items.size(); ++i) {
        ASSERT_EQ(alone.items[i].is_record, all.items[i].is_record);
        ASSERT_EQ(alone.items[i].offset, all.items[i].offset);
        ASSERT_EQ(alone.items[i].raw, all.items[i].raw);
        if (!all.items[i].is_record) continue;
        std::string expected = all.items[i].values[column];
        std::string actual = alone.items[i].values[column];
        if (sample.format->columns[column].name == "other") {
          // CloudTrail lists what has no column in an order that depends on the columns that were wanted.
          std::sort(expected.begin(), expected.end());
          std::sort(actual.begin(), actual.end());
        }
        ASSERT_EQ(actual, expected) << sample.name << ", " << sample.format->columns[column].name;
      }
    }
  }
}

}  // namespace
}  // namespace otomo::formats
