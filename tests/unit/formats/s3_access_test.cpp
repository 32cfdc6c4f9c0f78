// SPDX-License-Identifier: Apache-2.0
//
// S3 server access logs: the curated hard lines and the collected real ones of the shared material (skipped where it is
// not here), and the fast way of splitting a line against the exact one, on all of them and on random mutations.
#include "formats/s3_access/s3_access.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>
#include <random>
#include <set>

#include "unit/formats/read_all.h"
#include "unit/formats/samples.h"

namespace otomo::formats {
namespace s3_access {
extern const Format kFormat;
}
namespace {

using s3_access::kFieldsKnown;
using s3_access::kFormat;

const std::filesystem::path& corpus() {
  static const std::filesystem::path path = std::filesystem::path(OTOMO_ROOT) / "../shared/data/corpus";
  return path;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t newline = std::min(text.find('\n', start), text.size());
    if (newline > start) lines.push_back(text.substr(start, newline - start));
    start = newline + 1;
  }
  return lines;
}

// The member `line` of each JSON line.
std::vector<std::string> corpus_lines(const std::string& name) {
  std::vector<std::string> lines;
  simdjson::dom::parser parser;
  for (const std::string& json : lines_of(read_file(corpus() / name))) {
    lines.emplace_back(std::string_view(parser.parse(json)["line"]));
  }
  return lines;
}

// Lines of today's 27 fields, regular or nearly.
const std::vector<std::string>& own_lines() {
  static const std::vector<std::string> lines = [] {
    std::vector<std::string> made;
    for (const SampleFile& sample : sample_files()) {
      if (sample.format != &kFormat) continue;
      for (std::string& line : lines_of(sample.text)) {
        if (line.ends_with('\r')) line.pop_back();
        made.push_back(std::move(line));
      }
    }
    return made;
  }();
  return lines;
}

std::vector<std::string> all_lines() {
  std::vector<std::string> lines = own_lines();
  for (const char* name : {"s3_access.jsonl", "s3_tricky.jsonl"}) {
    if (!std::filesystem::exists(corpus() / name)) continue;
    for (std::string& line : corpus_lines(name)) lines.push_back(std::move(line));
  }
  return lines;
}

std::string unquoted(std::string text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

// The column that stands for a name of the field table.
const std::map<std::string, std::string, std::less<>>& column_of_field() {
  static const std::map<std::string, std::string, std::less<>> columns = {{"remote_ip", "remoteip"},
                                                                          {"requester", "requester"},
                                                                          {"operation", "operation"},
                                                                          {"key_raw", "key"},
                                                                          {"key", "key_decoded"},
                                                                          {"request_uri", "request_uri"},
                                                                          {"status", "httpstatus"},
                                                                          {"error", "errorcode"},
                                                                          {"bytes_sent", "bytessent"},
                                                                          {"object_size", "objectsize"},
                                                                          {"total_time", "totaltime"},
                                                                          {"turn_around", "turnaroundtime"},
                                                                          {"referer", "referrer"},
                                                                          {"user_agent", "useragent"},
                                                                          {"version_id", "versionid"},
                                                                          {"host_id", "hostid"},
                                                                          {"sigv", "sigv"},
                                                                          {"cipher", "ciphersuite"},
                                                                          {"auth", "authtype"},
                                                                          {"host_header", "endpoint"},
                                                                          {"tls", "tlsversion"},
                                                                          {"access_point_arn", "accesspointarn"},
                                                                          {"acl_required", "aclrequired"},
                                                                          {"source_region", "sourceregion"}};
  return columns;
}

std::string value_of(const Item& item, std::string_view field) {
  const auto column = column_of_field().find(field);
  if (column == column_of_field().end()) {
    ADD_FAILURE() << "no column is known for " << field;
    return {};
  }
  return item.values[column_index(kFormat, column->second)];
}

TEST(S3Access, TheHardLinesGiveWhatIsExpected) {
  if (!std::filesystem::exists(corpus())) GTEST_SKIP() << corpus() << " is not here";
  simdjson::dom::parser parser;
  std::size_t checked = 0;
  for (const std::string& json : lines_of(read_file(corpus() / "s3_tricky.jsonl"))) {
    const simdjson::dom::element entry = parser.parse(json);
    const std::string id{std::string_view(entry["id"])};
    const auto reading = WholeReader(kFormat).read(std::string(std::string_view(entry["line"])) + '\n');
    ASSERT_EQ(reading.items.size(), 1U) << id;
    const Item& item = reading.items[0];
    for (const auto [name, expected] : simdjson::dom::object(entry["expect"])) {
      ++checked;
      SCOPED_TRACE(id + ", " + std::string(name));
      if (name == "reject") {
        EXPECT_EQ(!item.is_record, bool(expected));
        continue;
      }
      ASSERT_TRUE(item.is_record) << item;
      if (name == "trailing_missing") {
        for (const auto missing : simdjson::dom::array(expected)) {
          EXPECT_EQ(value_of(item, std::string_view(missing)), kNull) << missing;
        }
        continue;
      }
      const std::string actual = unquoted(value_of(item, name));
      if (expected.is_null()) {
        EXPECT_TRUE(actual == "-" || actual == kNull) << actual;
      } else if (expected.is_int64()) {
        EXPECT_EQ(actual, std::to_string(std::int64_t(expected)));
      } else {
        EXPECT_EQ(actual, std::string_view(expected));
      }
    }
  }
  EXPECT_GT(checked, 70U);
}

TEST(S3Access, EveryCollectedLineIsARecordOrAKnownReject) {
  if (!std::filesystem::exists(corpus())) GTEST_SKIP() << corpus() << " is not here";
  // Line of the corpus → reason.
  const std::map<std::size_t, std::string> known_rejects = {};
  const auto lines = corpus_lines("s3_access.jsonl");
  ASSERT_EQ(lines.size(), 47U);
  std::map<std::size_t, std::string> rejects;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto reading = WholeReader(kFormat).read(lines[i] + '\n');
    ASSERT_EQ(reading.items.size(), 1U) << lines[i];
    const Item& item = reading.items[0];
    if (!item.is_record) {
      rejects[i + 1] = item.values[0];
      continue;
    }
    EXPECT_EQ(reading.counts.bad_values, 0U) << item;
    EXPECT_NE(item.values[column_index(kFormat, "requestid")], kNull) << item;
  }
  EXPECT_EQ(rejects, known_rejects);
}

// The fast way takes a line only where it reads it as the exact way does. A CR before the newline keeps it from it.
void expect_both_ways_agree(WholeReader& reader, const std::string& line) {
  if (line.find('\n') != std::string::npos || line.ends_with('\r') || line.empty()) return;
  const ReadingOfAll fast = reader.read(line + "\n");
  ReadingOfAll exact = reader.read(line + "\r\n");
  ASSERT_EQ(fast.items, exact.items) << line;
  ASSERT_EQ(fast.items.size(), 1U) << line;
  ASSERT_EQ(fast.counts.bad_values, exact.counts.bad_values) << line;

  // And both are what split_exactly says.
  const Item& item = fast.items[0];
  s3_access::Line fields;
  RejectReason reason{};
  ASSERT_EQ(s3_access::split_exactly(item.raw, fields, reason), item.is_record) << line;
  if (!item.is_record) {
    ASSERT_EQ(item.values[0], word_of(reason)) << line;
    return;
  }
  for (std::size_t i = 0; i < kFieldsKnown; ++i) {
    if (kFormat.columns[i].type != Type::kText) continue;
    ASSERT_EQ(item.values[i], fields.fields[i].data() == nullptr ? kNull : fields.fields[i])
        << kFormat.columns[i].name << " of " << line;
  }
  ASSERT_EQ(item.values[column_index(kFormat, "era")], std::to_string(fields.era)) << line;
  ASSERT_EQ(item.values[column_index(kFormat, "ambiguous")], fields.ambiguous ? "1" : "0") << line;
}

TEST(S3Access, TheFastWayAgreesWithTheExactOneOnRealLines) {
  WholeReader reader(kFormat);
  for (const std::string& line : all_lines()) {
    expect_both_ways_agree(reader, line);
    if (HasFatalFailure()) return;
  }
}

class Mutator {
 public:
  explicit Mutator(std::vector<std::string> lines) : lines_(std::move(lines)) {}

  std::string next() {
    std::string line = lines_[random_() % lines_.size()];
    const std::size_t edits = 1 + random_() % 3;
    for (std::size_t i = 0; i < edits; ++i) edit(line);
    return line;
  }

 private:
  void edit(std::string& line) {
    static constexpr std::string_view kPieces[] = {
        "\"",
        " ",
        "-",
        "\" \"",
        "\" ",
        " \"",
        " - ",
        " \"-\" ",
        "1",
        " 200 - 1 2 3 4 \"-\"",
        "\" 403 AccessDenied 1 - 1 1 \"",
        "\" 200 - - - - - -",
        " 404 x - - - - - ",
        "[",
        "]",
        "\x80",
        "\xC3\xA9",
        "\xFF",
        "\r",
        "\0x",
        "  ",
        "SigV4",
        " - - - - - -",
        "\"\"",
        " AIDAISBTTLPGXGH6YFFAY ",
        " LzYGhqEwXn5Xiuil9tI6JtK2PiIoSC6Ute3Isq2qEmtt0Z7qFkyD0mp1ZIc43bm0qSX4tBbbc ",
        "\t",
        "S",
        " S"};
    const std::size_t place = line.empty() ? 0 : random_() % line.size();
    switch (random_() % 7) {
      case 0:
      case 1:
      case 2: line.insert(place, kPieces[random_() % std::size(kPieces)]); return;
      case 3: line.erase(place, 1 + random_() % 4); return;
      case 4: line.resize(place); return;
      case 5: {
        // A field goes or comes twice.
        const std::size_t begin = line.find(' ', place);
        if (begin == std::string::npos) return;
        const std::size_t end = std::min(line.find(' ', begin + 1), line.size());
        if (random_() % 2 == 0) {
          line.erase(begin, end - begin);
        } else {
          line.insert(begin, line.substr(begin, end - begin));
        }
        return;
      }
      default: {
        // A special byte goes: one of the quotes or spaces.
        const std::size_t special = line.find_first_of("\" -", place);
        if (special != std::string::npos) line.erase(special, 1);
      }
    }
  }

  std::vector<std::string> lines_;
  std::mt19937 random_{20190206};
};

TEST(S3Access, TheFastWayAgreesWithTheExactOneOnMutations) {
  WholeReader reader(kFormat);
  Mutator mutator(all_lines());
  for (int round = 0; round < 30'000; ++round) {
    expect_both_ways_agree(reader, mutator.next());
    if (HasFatalFailure()) return;
  }
}

// Lines built from fields, most of them regular: the fast way's own ground, with forged anchors inside quotes.
std::string random_line(std::mt19937& random) {
  const auto pick = [&](std::initializer_list<std::string_view> words) {
    return std::string(words.begin()[random() % words.size()]);
  };
  const auto number = [&] { return random() % 3 == 0 ? std::string("-") : std::to_string(random() % 1000); };
  const bool without_request = random() % 8 == 0;  // lifecycle and copies: dashes only
  const auto quoted = [&] {
    if (without_request) return std::string("-");
    return pick({"-", "\"-\"", "\"GET /a HTTP/1.1\"", "\"\"", "\"a b\"", "\"x 200 - 1 2 3 4 - y\"",
                 "\" 200 - 1 2 3 4 - \"", "\"a\" \"b\"", "\"q\" 403 AccessDenied 1 1 1 1 \"-\"", "\"a\"b\"", "\" \""});
  };
  std::string line = "owner bucket [06/Feb/2019:00:00:38 +0000] " + pick({"192.0.2.3", "-"}) +
                     " requester ID REST.GET.OBJECT " + pick({"key", "-", "a%2520b"}) + ' ' + quoted() + ' ' +
                     pick({"200", "-", "404", "20x"}) + ' ' + pick({"-", "NoSuchKey"}) + ' ' + number() + ' ' +
                     number() + ' ' + number() + ' ' + number() + ' ' + quoted() + ' ' + quoted();
  const std::size_t trailing = random() % 13;
  for (std::size_t i = 0; i < trailing; ++i) {
    line += ' ' + pick({"-", "-", "-", "SigV4", "200", "404", "S", "AIDAISBTTLPGXGH6YFFAY", "1",
                        "LzYGhqEwXn5Xiuil9tI6JtK2PiIoSC6Ute3Isq2qEmtt0Z7qFkyD0mp1ZIc43bm0qSX4tBbbc", "TLSv1.2"});
  }
  return line;
}

TEST(S3Access, TheFastWayAgreesWithTheExactOneOnMadeLines) {
  WholeReader reader(kFormat);
  std::mt19937 random(27);
  std::size_t records = 0;
  for (int round = 0; round < 40'000; ++round) {
    const std::string line = random_line(random);
    expect_both_ways_agree(reader, line);
    if (HasFatalFailure()) return;
    records += reader.read(line + "\n").counts.records;
  }
  EXPECT_GT(records, 5'000U);
}

// The fast way looks no further into a line than the wanted columns need: the others must not change.
TEST(S3Access, AnyChoiceOfColumnsReadsTheSame) {
  std::mt19937 random(11);
  WholeReader all(kFormat);
  std::vector<std::string> lines = all_lines();
  for (int i = 0; i < 100; ++i) lines.push_back(random_line(random));
  for (int round = 0; round < 60; ++round) {
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < kFormat.columns.size(); ++i) {
      if (random() % 8 == 0) columns.push_back(i);
    }
    if (columns.empty()) continue;
    WholeReader some(kFormat, columns);
    for (const std::string& line : lines) {
      const auto expected = all.read(line + "\n");
      const auto actual = some.read(line + "\n");
      ASSERT_EQ(actual.items.size(), expected.items.size());
      ASSERT_EQ(actual.items[0].is_record, expected.items[0].is_record) << line;
      if (!actual.items[0].is_record) continue;
      for (const std::size_t column : columns) {
        ASSERT_EQ(actual.items[0].values[column], expected.items[0].values[column])
            << kFormat.columns[column].name << " of " << line;
      }
    }
  }
}

TEST(S3Access, LinesAroundTheLimit) {
  const std::string head = own_lines().front();
  const std::size_t place = head.find("HTTP/1.1");
  ASSERT_NE(place, std::string::npos);
  const std::string good = head + '\n';
  for (const std::size_t size : {kRecordBytesMax - 1, kRecordBytesMax, kRecordBytesMax + 100'000}) {
    std::string line = head;
    line.insert(place, size - line.size(), 'x');
    const std::string text = good + line + '\n' + good;
    WholeReader reader(kFormat);
    const auto whole = reader.read(text);
    const bool fits = size < kRecordBytesMax;
    EXPECT_EQ(whole.counts.records, fits ? 3U : 2U) << size;
    ASSERT_EQ(whole.items.size(), 3U) << size;
    // However it was cut.
    for (const std::vector<std::size_t>& cuts :
         {std::vector<std::size_t>{good.size() + size}, {kRecordBytesMax, kRecordBytesMax + 1}, {text.size() - 1}}) {
      const auto cut = reader.read(text, cuts);
      EXPECT_EQ(cut.items == whole.items, true) << size << ", cut at " << cuts.front();
    }
    // The last line, without its newline.
    EXPECT_EQ(reader.read(good + line).counts.records, fits ? 2U : 1U) << size;
  }
}

}  // namespace
}  // namespace otomo::formats
