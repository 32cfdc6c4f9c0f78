// SPDX-License-Identifier: Apache-2.0
//
// Formats that users describe: what is refused and why, that reading does not depend on the cut, the columns or the
// filter, and the limits.
#include "formats/custom/custom.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "formats/custom/description.h"
#include "formats/custom/multiline.h"
#include "formats/registry.h"
#include "unit/formats/read_all.h"

namespace otomo::formats::custom {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::shared_ptr<const Format> load_or_fail(const std::string& text) {
  auto format = load(text, "x.toml");
  if (!format) {
    ADD_FAILURE() << format.error().message;
    std::abort();
  }
  return *format;
}

struct Case {
  std::string name;
  std::shared_ptr<const Format> format;
  std::string text;
};

// The samples' descriptions with the logs that are theirs: those whose names start alike.
const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> found;
    const fs::path folder = fs::path(OTOMO_ROOT) / "src/formats/custom/samples";
    for (const auto& description : fs::directory_iterator(folder)) {
      if (description.path().extension() != ".toml") continue;
      const std::string stem = description.path().stem().string();
      const auto format = load_or_fail(read_file(description.path()));
      for (const auto& log : fs::directory_iterator(folder)) {
        const std::string name = log.path().filename().string();
        if (log.path().extension() == ".toml" || !name.starts_with(stem)) continue;
        found.push_back({name, format, read_file(log.path())});
      }
    }
    return found;
  }();
  return all;
}

TEST(Custom, TheSamplesAreHere) { EXPECT_GE(cases().size(), 8U); }

TEST(Custom, ReadsTheSameCutAtEveryByte) {
  for (const Case& one : cases()) {
    WholeReader reader(*one.format);
    const ReadingOfAll whole = reader.read(one.text);
    EXPECT_FALSE(whole.items.empty()) << one.name;
    for (std::size_t cut = 1; cut < one.text.size(); ++cut) {
      const ReadingOfAll parts = reader.read(one.text, {cut});
      ASSERT_EQ(parts.items, whole.items) << one.name << ", cut at " << cut;
      ASSERT_EQ(parts.counts.bad_values, whole.counts.bad_values) << one.name << ", cut at " << cut;
      ASSERT_EQ(parts.counts.repaired_bytes, whole.counts.repaired_bytes) << one.name << ", cut at " << cut;
    }
    for (const std::size_t step : {1U, 3U, 64U}) {
      ASSERT_EQ(reader.read_in_steps(one.text, step).items, whole.items) << one.name << ", steps of " << step;
    }
  }
}

TEST(Custom, AColumnDoesNotDependOnTheOthers) {
  for (const Case& one : cases()) {
    const ReadingOfAll all = WholeReader(*one.format).read(one.text);
    const ReadingOfAll none = WholeReader(*one.format, {}, true).read(one.text);
    ASSERT_EQ(none.items.size(), all.items.size()) << one.name;
    for (std::size_t i = 0; i < all.items.size(); ++i) {
      ASSERT_EQ(none.items[i].is_record, all.items[i].is_record);
      ASSERT_EQ(none.items[i].offset, all.items[i].offset);
      ASSERT_EQ(none.items[i].raw, all.items[i].raw);
    }
    for (std::size_t column = 0; column < one.format->columns.size(); ++column) {
      const ReadingOfAll alone = WholeReader(*one.format, {column}).read(one.text);
      ASSERT_EQ(alone.items.size(), all.items.size()) << one.name;
      for (std::size_t i = 0; i < all.items.size(); ++i) {
        if (!all.items[i].is_record) continue;
        ASSERT_EQ(alone.items[i].values[column], all.items[i].values[column])
            << one.name << ", " << one.format->columns[column].name;
      }
    }
  }
}

TEST(Custom, AFilterLosesNoMatchingRecord) {
  std::size_t filtered = 0;
  for (const Case& one : cases()) {
    WholeReader reader(*one.format);
    const ReadingOfAll all = reader.read(one.text);
    for (std::size_t column = 0; column < one.format->columns.size(); ++column) {
      for (const Item& item : all.records()) {
        const std::string& value = item.values[column];
        if (value == kNull) continue;
        const auto literal = one.format->literal_for(column, Match::kEquals, value);
        if (one.format->columns[column].type != Type::kText) {
          EXPECT_FALSE(literal);
        }
        if (!literal) continue;
        const ReadingOfAll some = reader.read(one.text, {}, {{*literal}});
        ++filtered;
        const auto matching = [&](const ReadingOfAll& reading) {
          std::vector<Item> found = reading.records();
          std::erase_if(found, [&](const Item& record) { return record.values[column] != value; });
          return found;
        };
        ASSERT_EQ(matching(some), matching(all)) << one.name << ", literal [" << *literal << ']';
      }
    }
  }
  EXPECT_GT(filtered, 30U);
}

TEST(Custom, LiteralsAreCertainOrNone) {
  const auto literal = [](std::string_view name, std::string_view value) {
    const auto one =
        std::find_if(cases().begin(), cases().end(), [&](const Case& c) { return c.format->name == name; });
    for (std::size_t i = 0; i < one->format->columns.size(); ++i) {
      if (one->format->columns[i].type == Type::kText) return one->format->literal_for(i, Match::kContains, value);
    }
    return std::optional<std::string>("no text column");
  };
  EXPECT_EQ(literal("shop", "ann"), "ann");
  EXPECT_EQ(literal("shop", "a \"b"), "a \"b");
  EXPECT_EQ(literal("shop", "a\xEF\xBF\xBD"), std::nullopt);
  EXPECT_EQ(literal("shop", ""), std::nullopt);
  EXPECT_EQ(literal("till", "a, b"), "a, b");
  EXPECT_EQ(literal("till", "a\"b"), std::nullopt);
  EXPECT_EQ(literal("orders", "a b"), "a b");
  EXPECT_EQ(literal("orders", "a\"b"), std::nullopt);
  EXPECT_EQ(literal("orders", "a\\b"), std::nullopt);
  EXPECT_EQ(literal("orders", "a\nb"), std::nullopt);
}

// A part of a file is read with the file's head alone.
TEST(Custom, APartOfAFileKnowsTheHeader) {
  const auto one = std::find_if(cases().begin(), cases().end(), [](const Case& c) { return c.name == "proxy-a.log"; });
  ASSERT_NE(one, cases().end());
  ASSERT_TRUE(one->format->newline_ends_record);
  const ReadingOfAll whole = WholeReader(*one->format).read(one->text);
  const std::size_t part = one->text.find('\n', one->text.find("404") - 40) + 1;
  const LiteralFilter filter;
  const SourceSettings settings;
  const auto reader = one->format->make_reader(filter);
  Batch batch(one->format->columns);
  for (Column& column : batch.columns) column.want_all();
  batch.offsets_wanted = true;
  reader->restart({std::string_view(one->text).substr(0, 60), {}, &settings});
  std::string rest = one->text.substr(part);
  rest.append(kBlockPaddingBytes, ' ');
  reader->read(std::string_view(rest).substr(0, rest.size() - kBlockPaddingBytes), part, true, batch);
  ASSERT_EQ(batch.rows + 1, whole.records().size());
  EXPECT_EQ(batch.columns[2].text[0], "2001:db8::4");
  EXPECT_EQ(batch.offsets[0], whole.records()[1].offset);
}

TEST(Custom, DetectionNeedsTheKey) {
  const auto one = std::find_if(cases().begin(), cases().end(), [](const Case& c) { return c.name == "proxy-a.log"; });
  const std::string padded = one->text + std::string(kBlockPaddingBytes, '\0');
  const std::string_view head = std::string_view(padded).substr(0, one->text.size());
  Registry registry;
  registry.add(one->format);
  EXPECT_EQ(registry.detect("logs/proxy-7.log", head, true), one->format.get());
  EXPECT_EQ(registry.detect("logs/other-7.log", head, true), nullptr);
  const std::string prose(200, 'x');
  EXPECT_EQ(registry.detect("logs/proxy-7.log", std::string_view(prose).substr(0, 100), true), nullptr);
  EXPECT_EQ(registry.find("proxy"), one->format.get());
  EXPECT_EQ(registry.of_table("proxy").size(), 1U);

  const auto without = std::find_if(cases().begin(), cases().end(), [](const Case& c) { return c.name == "shop.log"; });
  EXPECT_EQ(without->format->detect(without->text, true), Verdict::kNo);
}

// The format lives as long as somebody holds it, and so does what its functions refer to.
TEST(Custom, AFormatOutlivesItsText) {
  std::shared_ptr<const Format> format;
  {
    const std::string text = read_file(fs::path(OTOMO_ROOT) / "src/formats/custom/samples/shop.toml");
    format = load_or_fail(text);
  }
  const auto copy = format;
  format.reset();
  const ReadingOfAll reading = WholeReader(*copy).read("2026-03-02T09:16:00Z [INFO] erin 8 0.25 true: hello\n");
  ASSERT_EQ(reading.records().size(), 1U);
  EXPECT_EQ(reading.items[0].values[2], "erin");
}

struct Refused {
  std::string text;
  std::string message;
};

std::string message_of(const std::string& text) {
  const auto format = load(text, "x.toml");
  return format ? "" : format.error().message + (format.error().hint.empty() ? "" : " | " + format.error().hint);
}

TEST(Custom, WhatIsRefused) {
  const std::string sample = "[[samples]]\ntext = 'a 1'\n";
  const std::string regex = "kind = 'regex'\npattern = '(?P<w>\\w+) (?P<n>\\d+)'\n";
  const std::string head = "name = 'x'\n" + regex;
  for (const Refused& one : std::vector<Refused>{
           {"", "x.toml:1:1: kind is missing"},
           {"name = ", "x.toml:1:"},
           {"kind = 'xml'", "x.toml:1:8: there is no kind 'xml' | kind = \"regex\""},
           {"kind = 7", "kind must be a text"},
           {regex + sample, "name is missing"},
           {"name = 'X'\n" + regex + sample, "x.toml:1:8: 'X' is no name for a table"},
           {"name = '7x'\n" + regex + sample, "is no name for a table"},
           {"name = ''\n" + regex + sample, "name is empty"},
           {"name = 'alb'\n" + regex + sample, "alb is a format of otomo's"},
           {"name = 'cloudtrail_logs'\n" + regex + sample, "cloudtrail_logs is a table of otomo's"},
           {"name = '_rejects'\n" + regex + sample, "names that begin with _ are not the user's"},
           {"name = 'duckdb_tables'\n" + regex + sample, "names that begin with duckdb_"},
           {head, "x.toml:1:1: there are no [[samples]]"},
           {head + "[[samples]]\ntext = 'no'\nreject = true\n", "every sample is to be rejected"},
           {head + "[[samples]]\nreject = false\n", "the sample has no text"},
           {head + "[[samples]]\ntext = 'no'\n", "x.toml:5:8: sample 1 is rejected (not_a_record"},
           {head + sample + "reject = true\n[[samples]]\ntext = 'b 2'\n",
            "sample 1 is to be rejected, but is a record: w = 'a', n = '1'"},
           {head + sample + "expect = { w = 'b' }\n",
            "x.toml:6:16: sample 1: w is expected to be 'b', but came out as 'a'"},
           {head + sample + "expect = { n = 1 }\n", "n is of type text, which 1 is not"},
           {head + sample + "expect = { q = 1 }\n", "there is no column 'q'"},
           {head + sample + "expect = { w = [1] }\n", "must be one value"},
           {head + sample + "expect = { event_time = 2026-03-02 }\n", "an expected time needs date, time and zone"},
           {head + sample + "null = 'w'\n", "w is expected to be NULL, but came out as 'a'"},
           {head + sample + "nulls = 'w'\n", "a sample has no 'nulls' | it has text, expect, null, reject"},
           {head + "[[samples]]\ntext = \"a 1\\nb 2\"\n", "sample 1 holds 2 records"},
           {head + "[columns]\nw = 'bigint'\n" + sample, "the value of w is no bigint"},
           {head + "[columns]\nw = 'number'\n" + sample, "x.toml:5:5: there is no type 'number'"},
           {head + "[columns]\nq = 'bigint'\n" + sample, "x.toml:5:1: the pattern has no group 'q'"},
           {head + "[columns]\nw = { format = '%Q' }\n" + sample, "the form has a conversion %Q that is not known"},
           {head + "[columns]\nw = { type = 'text', format = 'iso' }\n" + sample, "only a timestamp has a format"},
           {head + "[columns]\nw = { path = 'x' }\n" + sample, "a column has no 'path'"},
           {head + "time = 'q'\n" + sample, "time names a column 'q' that is not there"},
           {head + "time = { format = 'iso' }\n" + sample, "time names no column"},
           {head + "account = 'q'\n" + sample, "account names a column 'q'"},
           {head + "region = 'n'\n[columns]\nn = 'integer'\n" + sample, "n is no text"},
           {head + "delimiter = ','\n" + sample, "kind regex has no 'delimiter'"},
           {head + "colour = 'red'\n" + sample, "there is no key 'colour'"},
           {"name = 'x'\nkind = 'regex'\n" + sample, "pattern is missing"},
           {"name = 'x'\nkind = 'regex'\npattern = '(?P<w>a'\n" + sample, "missing )"},
           {"name = 'x'\nkind = 'regex'\npattern = '(?<=a)(?P<w>a)'\n" + sample, "RE2's, which has no look-around"},
           {"name = 'x'\nkind = 'regex'\npattern = '(?P<w a>a)'\n" + sample, "'w a' is no name for a column"},
           {"name = 'x'\nkind = 'regex'\npattern = 'a'\n" + sample, "the pattern names no column"},
           {"name = 'x'\nkind = 'regex'\npattern = '(?P<w>\\C)'\n" + sample, "a part of a character"},
           {"name = 'x'\nkind = 'regex'\npattern = '(?P<region>a)'\n" + sample,
            "every table has a column region already"},
           {"name = 'x'\nkind = 'regex'\npattern = '(?P<W>a)(?P<w>.)'\n" + sample, "there are two columns 'w'"},
           {"name = 'x'\nkind = 'grok'\npattern = '%{NOPE:a}'\n" + sample, "there is no pattern %{NOPE}"},
           {"name = 'x'\nkind = 'grok'\npattern = '%{INT:a:money}'\n" + sample, "there is no type 'money'"},
           {"name = 'x'\nkind = 'grok'\npattern = '%{INT:[a][b]}'\n" + sample, "is no name for a column"},
           {"name = 'x'\nkind = 'grok'\npattern = '%{INT:a:int}'\n[columns]\na = 'text'\n" + sample,
            "the pattern says another type for a: bigint"},
           {"name = 'x'\nkind = 'grok'\npattern = '%{A:a}'\n[patterns]\nA = '%{B}'\nB = '%{A}'\n" + sample,
            "%{A} refers to itself"},
           {"name = 'x'\nkind = 'json'\n" + sample, "there are no [columns]"},
           {"name = 'x'\nkind = 'json'\n[columns]\na = { path = 'b..c' }\n" + sample, "the path has an empty part"},
           {"name = 'x'\nkind = 'json'\nlines = true\ncontainer = 'r'\n[columns]\na = 'text'\n" + sample,
            "not one per line"},
           {"name = 'x'\nkind = 'json'\n[columns]\n'a-b' = 'text'\n" + sample, "'a-b' is no name for a column"},
           {"name = 'x'\nkind = 'delimiter'\n[columns]\na = 'text'\n" + sample, "delimiter is missing"},
           {"name = 'x'\nkind = 'delimiter'\ndelimiter = \"\\n\"\n[columns]\na = 'text'\n" + sample,
            "the end of a line"},
           {"name = 'x'\nkind = 'delimiter'\ndelimiter = ','\nquote = '日'\n[columns]\na = 'text'\n" + sample,
            "one ASCII character"},
           {"name = 'x'\nkind = 'delimiter'\ndelimiter = ',\"'\nquote = '\"'\n[columns]\na = 'text'\n" + sample,
            "share a character"},
           {"name = 'x'\nkind = 'delimiter'\ndelimiter = ' '\n[columns]\na = 'text'\n" + sample,
            "sample 1 has 1 more fields than there are columns"},
       }) {
    const std::string message = message_of(one.text);
    EXPECT_NE(message.find(one.message), std::string::npos) << one.text << "\ngave: " << message;
  }
}

TEST(Custom, Limits) {
  const std::string sample = "[[samples]]\ntext = 'a 1'\n";
  const std::string head = "name = 'x'\nkind = 'regex'\npattern = '(?P<w>\\w+) (?P<n>\\d+)'\n";
  EXPECT_EQ(message_of(head + sample), "");
  EXPECT_NE(message_of(head + sample + "#" + std::string(kFileBytesMax, ' ')).find("longer than"), std::string::npos);

  std::string many = head;
  for (std::size_t i = 0; i < kSamplesMax; ++i) many += sample;
  EXPECT_EQ(message_of(many), "");
  EXPECT_NE(message_of(many + sample).find("more than 100 samples"), std::string::npos);

  const auto with_pattern = [&](const std::string& kind, const std::string& pattern, const std::string& rest = {}) {
    return message_of("name = 'x'\nkind = '" + kind + "'\npattern = '" + pattern + "'\n" + rest + sample);
  };
  std::string columns = "(?P<w>a)";
  for (std::size_t i = 1; i < kColumnsMax; ++i) columns += "(?P<c" + std::to_string(i) + ">x)?";
  EXPECT_EQ(with_pattern("regex", columns), "");
  EXPECT_NE(with_pattern("regex", columns + "(?P<last>x)?").find("more than 256 columns"), std::string::npos);
  std::string listed = "name = 'x'\nkind = 'json'\n[columns]\n";
  for (std::size_t i = 0; i <= kColumnsMax; ++i) listed += "c" + std::to_string(i) + " = 'text'\n";
  EXPECT_NE(message_of(listed + sample).find("more than 256 columns"), std::string::npos);

  const std::string long_pattern = "(?P<w>a)|" + std::string(kPatternBytesMax - 9, 'x');
  EXPECT_EQ(with_pattern("regex", long_pattern), "");
  EXPECT_NE(with_pattern("regex", long_pattern + "x").find("longer than 8192 bytes"), std::string::npos);
  EXPECT_NE(with_pattern("regex", "(?P<w>a)|\\pL{60}").find("the pattern is too large"), std::string::npos);
  EXPECT_NE(with_pattern("regex", "(?P<w>a)|(\\pL{1000}){1000}").find("no regular expression"), std::string::npos);

  std::string deep = "[patterns]\nP0 = 'a'\n";
  for (int i = 1; i < 20; ++i) deep += "P" + std::to_string(i) + " = '%{P" + std::to_string(i - 1) + "}'\n";
  EXPECT_EQ(with_pattern("grok", "%{P15:w}", deep), "");
  EXPECT_NE(with_pattern("grok", "%{P16:w}", deep).find("nested deeper than 16"), std::string::npos);
  std::string wide = "[patterns]\nP0 = ''\n";
  for (int i = 1; i < 16; ++i) {
    const std::string below = "%{P" + std::to_string(i - 1) + "}";
    wide += "P" + std::to_string(i) + " = '" + below + below + below + "'\n";
  }
  EXPECT_NE(with_pattern("grok", "%{P15:w}a", wide).find("more than 1000 references"), std::string::npos);
  const std::string fat = "[patterns]\nF = '" + std::string(8000, 'x') + "'\n";
  EXPECT_NE(with_pattern("grok", "(?<w>a)|%{F}%{F}%{F}%{F}%{F}%{F}%{F}%{F}%{F}", fat).find("longer than 65536 bytes"),
            std::string::npos);

  std::string path = "a";
  for (std::size_t i = 1; i <= kPathPartsMax; ++i) path += ".a";
  EXPECT_NE(message_of("name = 'x'\nkind = 'json'\n[columns]\nc = { path = '" + path + "' }\n" + sample)
                .find("more than 16 parts"),
            std::string::npos);
  EXPECT_NE(message_of("name = 'x'\nkind = 'delimiter'\ndelimiter = '" + std::string(kDelimiterBytesMax + 1, ',') +
                       "'\n[columns]\nc = 'text'\n" + sample)
                .find("longer than 16 bytes"),
            std::string::npos);
}

// TOML that nests as deep as it likes is an error, not a full stack.
TEST(Custom, DeepTomlIsRefused) {
  EXPECT_NE(message_of("name = " + std::string(100'000, '[')), "");
  EXPECT_NE(message_of("name = " + std::string(100'000, '[') + std::string(100'000, ']')), "");
}

TEST(Custom, ARecordOfTooManyLinesIsARejectAndTheNextIsNot) {
  const auto format = load_or_fail(
      "name = 'x'\nkind = 'regex'\nrecord_start = '^>'\npattern = '(?s)^>(?P<w>\\w+)(?P<rest>.*)$'\n"
      "[[samples]]\ntext = '>a'\n");
  EXPECT_FALSE(format->newline_ends_record);
  const std::string line = std::string(99, 'x') + '\n';
  std::string text = ">one\n" + line + ">two\n";
  const std::size_t two = text.size() - 5;
  while (text.size() - two < kMultilineBytesMax + 1000) text += line;
  const std::size_t three = text.size();
  text += ">three\n>four\n";
  const std::size_t four = text.size() - 6;
  text += std::string(kMultilineBytesMax, 'y');  // without a newline
  text += "\n>five";
  WholeReader reader(*format, {0});
  const ReadingOfAll whole = reader.read(text);
  ASSERT_EQ(whole.items.size(), 5U);
  EXPECT_EQ(whole.items[0].values[0], "one");
  EXPECT_EQ(whole.items[1].values[0], "too_long");
  EXPECT_EQ(whole.items[1].offset, two);
  EXPECT_EQ(whole.items[2].values[0], "three");
  EXPECT_EQ(whole.items[2].offset, three);
  EXPECT_EQ(whole.items[3].values[0], "too_long");
  EXPECT_EQ(whole.items[3].offset, four);
  EXPECT_EQ(whole.items[4].values[0], "five");
  for (const std::size_t step : {std::size_t{1'000'003}, kMultilineBytesMax, kMultilineBytesMax + 1, kRecordBytesMax}) {
    ASSERT_EQ(reader.read_in_steps(text, step).items, whole.items) << "steps of " << step;
  }
}

// A line of several hundred groups and a JSON object of any depth are read all the same.
TEST(Custom, DuplicateGroupsFillOneColumn) {
  const auto format = load_or_fail(
      "name = 'x'\nkind = 'regex'\npattern = '^(?:a=(?P<w>\\w+)|b=(?P<w>\\w+)) ((?P<n>\\d)+)$'\n"
      "[[samples]]\ntext = 'a=one 12'\nexpect = { w = 'one', n = '2' }\n[[samples]]\ntext = 'b=two 3'\nexpect = { w = "
      "'two' }\n");
  ASSERT_EQ(format->columns.size(), 2U);
}

TEST(Custom, AHeaderThatDoesNotEndIsNoHeader) {
  const auto format = load_or_fail(
      "name = 'x'\nkind = 'delimiter'\ndelimiter = ','\nheader = true\n[columns]\na = 'text'\n"
      "[[samples]]\ntext = \"b,a\\n1,2\"\nexpect = { a = '2' }\n");
  const std::string text = "a," + std::string(kDetectionBytesMax, 'x') + "\n1,2\n";
  const ReadingOfAll reading = WholeReader(*format).read(text);
  EXPECT_EQ(reading.counts.records, 0U);
  EXPECT_EQ(reading.counts.rejects, 2U);
  // A BOM and blank lines stand before a header as before a record; the header may be all there is.
  EXPECT_EQ(WholeReader(*format).read("\xEF\xBB\xBF\r\n\na,b\n1,2\n").records()[0].values[0], "1");
  EXPECT_EQ(WholeReader(*format).read("a,b").items.size(), 0U);
}

}  // namespace
}  // namespace otomo::formats::custom
