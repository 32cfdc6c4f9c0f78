// SPDX-License-Identifier: Apache-2.0
//
// gzip in memory: members in a row, damage at every byte, and the limit.
#include "base/gunzip.h"

#include <gtest/gtest.h>
#include <libdeflate.h>

#include <string>

namespace otomo {
namespace {

std::string gzip(std::string_view text) {
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
  std::string out(libdeflate_gzip_compress_bound(compressor, text.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

std::string numbers(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += std::to_string(i * 7919) + ' ';
  return text;
}

constexpr std::size_t kNoLimit = 1 << 24;

TEST(Gunzip, MembersInARow) {
  Gunzip gunzip;
  const std::string text = numbers(30'000);
  EXPECT_EQ(gunzip.decode(gzip(text), kNoLimit), Gunzip::Outcome::kDone);
  EXPECT_EQ(gunzip.text() == text, true);
  EXPECT_EQ(gunzip.decode(gzip("one ") + gzip("") + gzip(text) + gzip(" two"), kNoLimit), Gunzip::Outcome::kDone);
  EXPECT_EQ(gunzip.text() == "one " + text + " two", true);
  EXPECT_EQ(gunzip.decode(gzip(""), kNoLimit), Gunzip::Outcome::kDone);
  EXPECT_EQ(gunzip.text(), "");
}

TEST(Gunzip, TheLimit) {
  Gunzip gunzip;
  for (const std::size_t size : {1'000U, 65'536U, 1'000'000U}) {
    const std::string stored = gzip(std::string(size, 'x'));
    EXPECT_EQ(gunzip.decode(stored, size), Gunzip::Outcome::kDone) << size;
    EXPECT_EQ(gunzip.text().size(), size);
    EXPECT_EQ(gunzip.decode(stored, size - 1), Gunzip::Outcome::kTooLong) << size;
    EXPECT_EQ(gunzip.text(), "");
    EXPECT_EQ(gunzip.decode(stored + stored, 2 * size - 1), Gunzip::Outcome::kTooLong) << size;
  }
}

TEST(Gunzip, Damage) {
  Gunzip gunzip;
  const std::string text = numbers(500);
  const std::string stored = gzip(text);
  EXPECT_EQ(gunzip.decode("", kNoLimit), Gunzip::Outcome::kCorrupt);
  EXPECT_EQ(gunzip.decode(stored + "x", kNoLimit), Gunzip::Outcome::kCorrupt);
  for (std::size_t size = 0; size < stored.size(); ++size) {
    ASSERT_EQ(gunzip.decode(std::string_view(stored).substr(0, size), kNoLimit), Gunzip::Outcome::kCorrupt) << size;
    std::string bent = stored;
    bent[size] = static_cast<char>(bent[size] ^ 0x20);
    // Some bits mean nothing: the header's time and system, those behind the last code.
    const bool passed = gunzip.decode(bent, kNoLimit) == Gunzip::Outcome::kDone;
    ASSERT_TRUE(!passed || gunzip.text() == text) << size;
  }
}

}  // namespace
}  // namespace otomo
