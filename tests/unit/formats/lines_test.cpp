// SPDX-License-Identifier: Apache-2.0
//
// Numbers in lines: the way without branches against the one that is plain.
#include "formats/lines.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace otomo::formats {
namespace {

struct Number {
  std::int64_t value = 0;
  bool valid = false;
  std::uint64_t bad_values = 0;

  bool operator==(const Number&) const = default;
};

template <class Put>
Number number_of(const ColumnSpec& spec, std::string_view text, Put put) {
  Batch batch({&spec, 1});
  Column& column = batch.columns[0];
  put(column, 0, text, batch);
  Number number{.valid = column.valid[0] != 0, .bad_values = batch.counts.bad_values};
  if (number.valid) number.value = column.integers[0];
  return number;
}

void expect_same(std::string_view text) {
  static constexpr ColumnSpec kSpecs[] = {{"big", Type::kBigint}, {"small", Type::kInteger}};
  // Digits on both sides, which must not be read.
  const std::string line = "12345678" + std::string(text) + "12345678";
  const std::string_view inside = std::string_view(line).substr(8, text.size());
  for (const ColumnSpec& spec : kSpecs) {
    EXPECT_EQ(number_of(spec, inside, put_integer_inside), number_of(spec, inside, put_integer)) << '[' << text << ']';
  }
}

TEST(PutIntegerInside, KnownTexts) {
  for (const std::string_view text : {"",
                                      "-",
                                      "--",
                                      "0",
                                      "7",
                                      "00",
                                      "007",
                                      "12",
                                      "123",
                                      "1234",
                                      "12345",
                                      "123456",
                                      "1234567",
                                      "12345678",
                                      "99999999",
                                      "123456789",
                                      "2147483647",
                                      "2147483648",
                                      "9223372036854775807",
                                      "9223372036854775808",
                                      "-1",
                                      "-12345678",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1a",
                                      "a1",
                                      "1234567/",
                                      "1234567:",
                                      "/2345678",
                                      ":2345678",
                                      "\xB1",
                                      "1\xB2",
                                      "0x10",
                                      "1.5"}) {
    expect_same(text);
  }
}

TEST(PutIntegerInside, RandomTexts) {
  std::mt19937 random(8);
  for (int round = 0; round < 50'000; ++round) {
    static constexpr std::string_view kAlphabets[] = {"0123456789", "0123456789/:-", "-0", "09\x80\xFF "};
    const std::string_view alphabet = kAlphabets[random() % std::size(kAlphabets)];
    std::string text;
    for (std::size_t size = random() % 12; size > 0; --size) text += alphabet[random() % alphabet.size()];
    expect_same(text);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace otomo::formats
