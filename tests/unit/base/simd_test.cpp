// SPDX-License-Identifier: Apache-2.0
//
// Every kernel that this processor runs, held against the scalar one: on random text made of the bytes that matter,
// and on lines whose quotes, spaces, newlines and backslashes stand around the borders of the 64-byte registers. The
// text lies in memory of its exact size plus the padding, so that the sanitizer build sees a load that goes further.
#include "base/simd/simd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/simd/rarest.h"

namespace otomo::simd {
namespace {

// `text` with padding that would be noticed in a result: newlines, quotes and spaces.
class Padded {
 public:
  explicit Padded(std::string_view text)
      : bytes_(std::make_unique_for_overwrite<char[]>(text.size() + kBlockPaddingBytes)), size_(text.size()) {
    std::memcpy(bytes_.get(), text.data(), text.size());
    static constexpr std::string_view kNoise = "\n\" {\\";
    for (std::size_t i = 0; i < kBlockPaddingBytes; ++i) bytes_[size_ + i] = kNoise[i % kNoise.size()];
  }
  const char* begin() const { return bytes_.get(); }
  const char* end() const { return bytes_.get() + size_; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

const Kernels& scalar() { return *all_kernels().back(); }

std::vector<const Kernels*> kernels_to_test() {
  std::vector<const Kernels*> found;
  for (const Kernels* kernel : all_kernels()) {
    if (kernel->supported() && kernel != &scalar()) found.push_back(kernel);
  }
  return found;
}

std::string random_text(std::mt19937& random, std::string_view alphabet, std::size_t size) {
  std::string text(size, ' ');
  for (char& c : text) c = alphabet[random() % alphabet.size()];
  return text;
}

// One seed of bytes `a`, with `special` written over it at `place`.
std::string with(std::size_t size, std::size_t place, std::string_view special) {
  std::string text(size, 'a');
  for (std::size_t i = 0; i < special.size() && place + i < size; ++i) text[place + i] = special[i];
  return text;
}

void expect_same_split(const Kernels& kernel, std::string_view text) {
  const Padded padded(text);
  LineSplit expected;
  LineSplit actual;
  scalar().split_line(padded.begin(), padded.end(), expected);
  kernel.split_line(padded.begin(), padded.end(), actual);
  SCOPED_TRACE(std::string(kernel.name) + ": [" + std::string(text) + "]");
  ASSERT_EQ(actual.length, expected.length);
  ASSERT_EQ(actual.complete, expected.complete);
  ASSERT_EQ(actual.regular, expected.regular);
  ASSERT_EQ(actual.quotes, expected.quotes);
  ASSERT_EQ(actual.separators, expected.separators);
  for (std::uint32_t i = 0; i < std::min(kSeparatorsMax, expected.separators); ++i) {
    ASSERT_EQ(actual.places[i], expected.places[i]) << "separator " << i;
  }
}

TEST(Kernels, TheScalarOneIsLastAndRunsEverywhere) {
  EXPECT_EQ(scalar().name, "scalar");
  EXPECT_TRUE(scalar().supported());
  EXPECT_TRUE(kernels().supported());
}

TEST(SplitLine, ScalarKeepsItsContract) {
  const auto split = [](std::string_view text) {
    const Padded padded(text);
    LineSplit out;
    scalar().split_line(padded.begin(), padded.end(), out);
    return out;
  };
  const LineSplit simple = split("a \"b c\" d\nnext");
  EXPECT_EQ(simple.length, 9U);
  EXPECT_TRUE(simple.complete);
  EXPECT_TRUE(simple.regular);
  EXPECT_EQ(simple.quotes, 2U);
  ASSERT_EQ(simple.separators, 2U);
  EXPECT_EQ(simple.places[0], 1U);
  EXPECT_EQ(simple.places[1], 7U);
  EXPECT_FALSE(split("a b").complete);
  EXPECT_TRUE(split("a b").regular);
  EXPECT_TRUE(split("\"a\"\n").regular);
  EXPECT_TRUE(split("\"\" \"\"\n").regular);
  for (const std::string_view irregular : {"", "\n", " a\n", "a \n", "a  b\n", "a\"b\" c\n", "\"a\"b c\n", "\"a b\n",
                                           "a\r\n", "caf\xC3\xA9\n", "\"a\"\"b\"\n"}) {
    EXPECT_FALSE(split(irregular).regular) << '[' << irregular << ']';
  }
}

TEST(SplitLine, RandomLines) {
  std::mt19937 random(20261123);
  for (const Kernels* kernel : kernels_to_test()) {
    for (int round = 0; round < 20'000; ++round) {
      // Mostly letters, so that a good part of the lines is regular.
      static constexpr std::string_view kAlphabets[] = {"abcdefghijklmnopqrstuvw \"\n",
                                                        "ab \"",
                                                        "abcdefghijkl ",
                                                        "\"",
                                                        "a \"\r\n\x80\xFF",
                                                        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz \""};
      const auto text = random_text(random, kAlphabets[random() % std::size(kAlphabets)], random() % 300);
      expect_same_split(*kernel, text);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(SplitLine, RegularLinesOfManyFields) {
  std::mt19937 random(7);
  for (const Kernels* kernel : kernels_to_test()) {
    for (int round = 0; round < 5'000; ++round) {
      std::string text;
      const std::size_t fields = 1 + random() % 60;
      for (std::size_t i = 0; i < fields; ++i) {
        if (i > 0) text += ' ';
        if (random() % 3 == 0) {
          text += '"' + random_text(random, "ab ", random() % 80) + '"';
        } else {
          text += random_text(random, "abc", 1 + random() % 40);
        }
      }
      if (random() % 2 == 0) text += '\n';
      LineSplit split;
      const Padded padded(text);
      kernel->split_line(padded.begin(), padded.end(), split);
      ASSERT_TRUE(split.regular) << text;
      ASSERT_EQ(split.separators, fields - 1) << text;
      expect_same_split(*kernel, text);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(SplitLine, AroundTheBordersOfRegisters) {
  static constexpr std::string_view kSpecial[] = {"\n",   "\r\n",    " ",       "  ",     "\"",      "\" ",
                                                  " \"",  "\" \"",   "\"\"",    " \"\" ", "\" \"\n", " \n",
                                                  "\"\n", "\"a\"\n", " \"a\" ", "\x80",   "\"b",     "\" \" \" \""};
  for (const Kernels* kernel : kernels_to_test()) {
    for (const std::string_view special : kSpecial) {
      for (const std::size_t border : {0U, 64U, 128U}) {
        for (std::size_t place = border < 5 ? 0 : border - 5; place < border + 4; ++place) {
          for (std::size_t size = border; size < border + 10; ++size) {
            expect_same_split(*kernel, with(size, place, special));
            // The same with an open quote before it.
            expect_same_split(*kernel, '"' + with(size, place, special));
            if (HasFatalFailure()) return;
          }
        }
      }
    }
  }
}

void expect_same_fields(const Kernels& kernel, std::string_view text, char separator) {
  const Padded padded(text);
  FieldSplit expected;
  FieldSplit actual;
  scalar().split_fields(padded.begin(), padded.end(), separator, expected);
  kernel.split_fields(padded.begin(), padded.end(), separator, actual);
  SCOPED_TRACE(std::string(kernel.name) + ": [" + std::string(text) + "]");
  ASSERT_EQ(actual.length, expected.length);
  ASSERT_EQ(actual.complete, expected.complete);
  ASSERT_EQ(actual.plain, expected.plain);
  ASSERT_EQ(actual.separators, expected.separators);
  for (std::uint32_t i = 0; i < std::min(kFieldSeparatorsMax, expected.separators); ++i) {
    ASSERT_EQ(actual.places[i], expected.places[i]) << "separator " << i;
  }
}

TEST(SplitFields, ScalarKeepsItsContract) {
  const auto split = [](std::string_view text, char separator) {
    const Padded padded(text);
    FieldSplit out;
    scalar().split_fields(padded.begin(), padded.end(), separator, out);
    return out;
  };
  const FieldSplit simple = split("a\t\tb c\t\"d\nnext\t", '\t');
  EXPECT_EQ(simple.length, 9U);
  EXPECT_TRUE(simple.complete);
  EXPECT_TRUE(simple.plain);
  ASSERT_EQ(simple.separators, 3U);
  EXPECT_EQ(simple.places[0], 1U);
  EXPECT_EQ(simple.places[1], 2U);
  EXPECT_EQ(simple.places[2], 6U);
  EXPECT_FALSE(split("a\tb", '\t').complete);
  EXPECT_TRUE(split("", '\t').plain);
  EXPECT_EQ(split("\t", '\t').separators, 1U);
  EXPECT_EQ(split("a,b;c", ';').separators, 1U);
  for (const std::string_view odd : {"a\r\n", "caf\xC3\xA9\n", "a\x01", "\x1F\n"}) {
    EXPECT_FALSE(split(odd, '\t').plain) << '[' << odd << ']';
  }
  EXPECT_FALSE(split("a\tb", ',').plain) << "a tab that separates nothing";
}

TEST(SplitFields, RandomLines) {
  std::mt19937 random(20261125);
  for (const Kernels* kernel : kernels_to_test()) {
    for (int round = 0; round < 20'000; ++round) {
      static constexpr std::string_view kAlphabets[] = {"abcdefghijklmnopqrstuvw\t\n",
                                                        "ab\t",
                                                        "\t",
                                                        "abcdefghijklmnopqrstuvwxyz ,;\t",
                                                        "a,\t\r\n\x80\xFF\x1F",
                                                        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz,"};
      const auto text = random_text(random, kAlphabets[random() % std::size(kAlphabets)], random() % 400);
      for (const char separator : {'\t', ',', ' '}) {
        expect_same_fields(*kernel, text, separator);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(SplitFields, MoreFieldsThanPlaces) {
  for (const Kernels* kernel : kernels_to_test()) {
    for (std::size_t fields = kFieldSeparatorsMax - 70; fields < kFieldSeparatorsMax + 140; ++fields) {
      std::string text;
      for (std::size_t i = 0; i < fields; ++i) text += i % 3 == 0 ? "\t" : "ab\t";
      expect_same_fields(*kernel, text + "\n", '\t');
      if (HasFatalFailure()) return;
    }
  }
}

TEST(SplitFields, AroundTheBordersOfRegisters) {
  static constexpr std::string_view kSpecial[] = {"\n", "\r\n", "\t", "\t\t", "\t\n", "\n\t", "\x80", "\x1F", "\t\r\n"};
  for (const Kernels* kernel : kernels_to_test()) {
    for (const std::string_view special : kSpecial) {
      for (const std::size_t border : {0U, 64U, 128U}) {
        for (std::size_t place = border < 5 ? 0 : border - 5; place < border + 4; ++place) {
          for (std::size_t size = border; size < border + 10; ++size) {
            expect_same_fields(*kernel, with(size, place, special), '\t');
            if (HasFatalFailure()) return;
          }
        }
      }
    }
  }
}

TEST(FindNameLine, ScalarKeepsItsContract) {
  const auto found = [](std::string_view text) {
    const Padded padded(text);
    return scalar().find_name_line(padded.begin(), padded.end()) - padded.begin();
  };
  EXPECT_EQ(found("name\n1\nname\n"), 7);
  EXPECT_EQ(found("1\n\xEF\xBB\xBFname"), 2);
  EXPECT_EQ(found("1\nA\n`\n"), 6) << "none: the end";
  EXPECT_EQ(found("1\n"), 2);
  EXPECT_EQ(found(""), 0);
}

TEST(FindNameLine, RandomTextsOfEveryLength) {
  std::mt19937 random(5);
  for (const Kernels* kernel : kernels_to_test()) {
    for (int round = 0; round < 20'000; ++round) {
      static constexpr std::string_view kAlphabets[] = {"1\n", "1234567890ABC\n`", "111111111111111\na",
                                                        "1\n\x80\xFF\x7F"};
      const auto text = random_text(random, kAlphabets[random() % std::size(kAlphabets)], random() % 300);
      const Padded padded(text);
      ASSERT_EQ(kernel->find_name_line(padded.begin(), padded.end()) - padded.begin(),
                scalar().find_name_line(padded.begin(), padded.end()) - padded.begin())
          << kernel->name << ": [" << text << ']';
    }
  }
}

TEST(CountNewlines, EveryLengthAndPlace) {
  std::mt19937 random(1);
  for (const Kernels* kernel : kernels_to_test()) {
    for (std::size_t size = 0; size < 300; ++size) {
      for (const std::string_view alphabet : {"a", "\n", "a\n", "abcdefgh\n"}) {
        const std::string text = random_text(random, alphabet, size);
        const Padded padded(text);
        ASSERT_EQ(kernel->count_newlines(padded.begin(), size), scalar().count_newlines(padded.begin(), size))
            << kernel->name << ", " << size;
      }
    }
  }
}

TEST(FindLiteral, EveryPlaceAndLength) {
  for (const Kernels* kernel : kernels_to_test()) {
    for (const std::size_t size : {1U, 2U, 3U, 5U, 31U, 63U, 64U, 65U, 130U}) {
      std::string literal(size, 'x');
      literal[size / 2] = 'Q';
      for (std::size_t place = 0; place < 200; ++place) {
        for (const std::size_t behind : {0U, 1U, 63U, 64U}) {
          const std::string text = std::string(place, 'x') + literal + std::string(behind, 'y');
          const Padded padded(text);
          const char* found = kernel->find_literal(padded.begin(), padded.end(), literal);
          ASSERT_EQ(found, scalar().find_literal(padded.begin(), padded.end(), literal))
              << kernel->name << ": " << text;
          ASSERT_EQ(found, padded.begin() + text.find(literal));
        }
      }
    }
  }
}

TEST(FindLiteral, RandomTextsFullOfNearMisses) {
  std::mt19937 random(2);
  for (const Kernels* kernel : kernels_to_test()) {
    for (int round = 0; round < 20'000; ++round) {
      const std::string text = random_text(random, round % 2 == 0 ? "ab" : "abQ\"\n", random() % 260);
      const std::string literal = random_text(random, round % 2 == 0 ? "ab" : "abQ", 1 + random() % 12);
      const Padded padded(text);
      ASSERT_EQ(kernel->find_literal(padded.begin(), padded.end(), literal),
                scalar().find_literal(padded.begin(), padded.end(), literal))
          << kernel->name << ": " << literal << " in " << text;
    }
  }
}

TEST(FindLiteral, ALiteralThatGoesOnInThePaddingIsNotFound) {
  const std::string text(100, 'a');
  const Padded padded(text);
  for (const Kernels* kernel : all_kernels()) {
    if (!kernel->supported()) continue;
    EXPECT_EQ(kernel->find_literal(padded.begin(), padded.end(), "a\n\""), padded.end()) << kernel->name;
    EXPECT_EQ(kernel->find_literal(padded.begin(), padded.begin(), "a"), padded.begin()) << kernel->name;
  }
}

TEST(RarestPair, IsInsideTheLiteral) {
  std::mt19937 random(3);
  for (int round = 0; round < 2'000; ++round) {
    const std::string literal = random_text(random, "ae0Q\xC3-", 1 + random() % 10);
    const auto [first, second] = rarest_pair(literal);
    ASSERT_LT(first, literal.size());
    ASSERT_LT(second, literal.size());
    ASSERT_EQ(first == second, literal.size() == 1) << literal;
  }
}

struct JsonIndex {
  std::vector<std::uint32_t> places;
  std::uint64_t in_string = 0;
  bool has_high = false;
  bool has_backslash = false;
  bool operator==(const JsonIndex&) const = default;
};

// Indexes `text` in calls of at most `step` bytes.
JsonIndex index_in_steps(const Kernels& kernel, std::string_view text, std::size_t step, std::int64_t depth = 0) {
  const Padded padded(text);
  JsonIndex index;
  JsonCarry carry;
  carry.depth = depth;
  for (std::size_t at = 0; at < text.size(); at += step) {
    const std::size_t size = std::min(step, text.size() - at);
    const auto room = std::make_unique_for_overwrite<std::uint32_t[]>((size + 63) / 64 * 64);
    const std::size_t count =
        kernel.index_json(padded.begin() + at, size, static_cast<std::uint32_t>(at), carry, room.get());
    index.places.insert(index.places.end(), room.get(), room.get() + count);
  }
  index.in_string = carry.in_string;
  index.has_high = carry.high != 0;
  index.has_backslash = carry.backslash != 0;
  return index;
}

void expect_same_index(const Kernels& kernel, std::string_view text) {
  const JsonIndex expected = index_in_steps(scalar(), text, text.size() + 1);
  for (const std::size_t step : {std::size_t{64}, std::size_t{128}, std::size_t{192}, (text.size() + 64) / 64 * 64}) {
    SCOPED_TRACE(std::string(kernel.name) + ", steps of " + std::to_string(step) + ": " + std::string(text));
    ASSERT_EQ(index_in_steps(kernel, text, step), expected);
    ASSERT_EQ(index_in_steps(scalar(), text, step), expected);
  }
  // All depths.
  ASSERT_EQ(index_in_steps(kernel, text, 128, -1000), index_in_steps(scalar(), text, 128, -1000)) << text;
}

TEST(IndexJson, ScalarKeepsItsContract) {
  const std::string text = R"({"a\"{":[1,"\\"],"b":{}})";
  std::string seen;
  for (const std::uint32_t place : index_in_steps(scalar(), text, 4096).places) seen += text[place];
  EXPECT_EQ(seen, R"({"[]"{}})");
}

TEST(IndexJson, RandomText) {
  std::mt19937 random(4);
  for (const Kernels* kernel : kernels_to_test()) {
    for (int round = 0; round < 20'000; ++round) {
      static constexpr std::string_view kAlphabets[] = {
          "{}[]:,\"\\ a", "\\\"",       "\\",
          "\\\\\\\"a",    "{\"a\":1,}", "\x0C\x1A\x1B\x5B\x7B\x3A\x2C\x00 \"\xBA\xAC\xFB\xDB"};
      const auto& alphabet = kAlphabets[random() % std::size(kAlphabets)];
      expect_same_index(*kernel, random_text(random, alphabet, random() % 400));
      if (HasFatalFailure()) return;
    }
  }
}

TEST(IndexJson, EveryByteOutsideAndInsideStrings) {
  std::string outside;
  for (int c = 0; c < 256; ++c) {
    if (c != '"' && c != '\\') outside += static_cast<char>(c);
  }
  for (const Kernels* kernel : kernels_to_test()) {
    expect_same_index(*kernel, outside);
    expect_same_index(*kernel, '"' + outside + '"' + outside);
  }
}

TEST(IndexJson, RunsOfBackslashesOverBorders) {
  for (const Kernels* kernel : kernels_to_test()) {
    for (std::size_t run = 0; run < 200; ++run) {
      for (const std::size_t before : {0U, 1U, 30U, 62U, 63U, 64U, 65U, 127U}) {
        const std::string text = '"' + std::string(before, 'a') + std::string(run, '\\') + "\",{\"b\":\"\\\\\"}";
        expect_same_index(*kernel, text);
        expect_same_index(*kernel, text.substr(1));
        if (HasFatalFailure()) return;
      }
    }
  }
}

}  // namespace
}  // namespace otomo::simd
