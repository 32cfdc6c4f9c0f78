// SPDX-License-Identifier: Apache-2.0
//
// The load balancers' logs: a line is read the fast way or by the exact splitter, with the same result. A CR before the
// newline sends it the exact way.
#include "formats/elb_line.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "unit/formats/read_all.h"
#include "unit/formats/samples.h"

namespace otomo::formats {
namespace {

const std::set<std::string_view> kNames = {"alb", "alb_connection", "clb", "nlb"};

std::vector<std::string> lines_of(const Format& format) {
  std::vector<std::string> lines;
  for (const SampleFile& sample : sample_files()) {
    if (sample.format != &format) continue;
    any_line(sample.text, true, 10'000, [&](std::string_view line) {
      lines.emplace_back(line);
      return false;
    });
  }
  return lines;
}

// One to three pieces put in, taken out, doubled or exchanged; half of them where a field ends, which is where ways
// part.
std::string mutated(std::string line, std::mt19937& random) {
  static constexpr std::string_view kPieces[] = {" ",    "  ",          "\"",    "\\\"",    "\\",      "\" ", " \"",
                                                 "\"\"", "-",           "\" \"", "\"a b\"", "\"a\\\"", "é",   "\t",
                                                 ":",    "\"x\",\"y\"", "60",    "9",       "Z",       ".5",  ""};
  for (auto times = 1 + random() % 3; times > 0; --times) {
    std::size_t at = random() % (line.size() + 1);
    if (random() % 2 == 0) at = std::min(line.find_first_of(" \"", at), line.size());
    const std::string_view piece = kPieces[random() % std::size(kPieces)];
    line.replace(at, random() % 3 == 0 ? random() % 4 : 0, piece);
  }
  std::erase(line, '\n');
  return line;
}

TEST(ElbLine, TheFastWayAgreesWithTheExactOne) {
  std::size_t records = 0;
  for (const Format* format : all_formats()) {
    if (!kNames.contains(format->name)) continue;
    const std::vector<std::string> lines = lines_of(*format);
    ASSERT_FALSE(lines.empty()) << format->name;
    WholeReader reader(*format);
    std::mt19937 random(20261128);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same lines every time
    for (int round = 0; round < 20'000; ++round) {
      // The line before it leaves its minute behind.
      const std::string before = lines[random() % lines.size()] + '\n';
      const std::string line = mutated(lines[random() % lines.size()], random);
      const auto fast = reader.read(before + line + '\n');
      const auto exact = reader.read(before + line + "\r\n");
      ASSERT_EQ(fast.items.size(), exact.items.size()) << format->name << ": " << line;
      for (std::size_t i = 0; i < fast.items.size(); ++i) {
        ASSERT_EQ(fast.items[i].is_record, exact.items[i].is_record) << format->name << ": " << line;
        ASSERT_EQ(fast.items[i].values, exact.items[i].values) << format->name << ": " << line;
      }
      ASSERT_EQ(fast.counts.bad_values, exact.counts.bad_values) << format->name << ": " << line;
      records += fast.counts.records;
    }
  }
  EXPECT_GT(records, 90'000u);  // many lines survive
}

}  // namespace
}  // namespace otomo::formats
