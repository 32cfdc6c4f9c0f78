// SPDX-License-Identifier: Apache-2.0
#include "io/decoded_source.h"

#include <bzlib.h>
#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <algorithm>
#include <functional>
#include <string>

namespace otomo::io {
namespace {

// Gives `text` in reads of at most `step` bytes; the read number `fails_at` fails.
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string text, std::size_t step = 1 << 20, int fails_at = -1)
      : text_(std::move(text)), step_(step), fails_at_(fails_at) {}

  Result<std::size_t> read(std::span<char> out) override {
    if (fails_at_ == reads_++) return world_error("injected");
    const std::size_t count = std::min({out.size(), step_, text_.size() - at_});
    std::copy_n(text_.data() + at_, count, out.data());
    at_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t step_;
  int fails_at_;
  int reads_ = 0;
  std::size_t at_ = 0;
};

std::string gzip(const std::string& text) {
  isal_zstream stream;
  isal_deflate_init(&stream);
  stream.gzip_flag = IGZIP_GZIP;
  stream.end_of_stream = 1;
  std::string out(text.size() * 2 + 1024, '\0');
  stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<std::uint32_t>(text.size());
  stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
  stream.avail_out = static_cast<std::uint32_t>(out.size());
  isal_deflate(&stream);
  out.resize(stream.total_out);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string bzip2(const std::string& text) {
  std::string out(text.size() * 2 + 1024, '\0');
  auto size = static_cast<unsigned>(out.size());
  BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()), static_cast<unsigned>(text.size()), 1, 0,
                           0);
  out.resize(size);
  return out;
}

const std::vector<std::function<std::string(const std::string&)>>& compressors() {
  static const std::vector<std::function<std::string(const std::string&)>> kAll = {gzip, zstd, bzip2};
  return kAll;
}

std::string some_text(std::size_t lines) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) text += "line " + std::to_string(i * 7919) + " of a log\n";
  return text;
}

struct Outcome {
  std::string text;
  std::optional<Damage> damage;
  bool failed = false;
};

Outcome read_all(DecodedSource& source, std::unique_ptr<ByteSource> bytes, std::size_t room = 1000) {
  Outcome outcome;
  if (!source.open(std::move(bytes))) return {"", {}, true};
  std::string buffer(room, '\0');
  while (true) {
    const auto count = source.read(buffer);
    if (!count) {
      outcome.failed = true;
      return outcome;
    }
    outcome.text.append(buffer, 0, *count);
    if (*count < room) break;
  }
  outcome.damage = source.damage();
  return outcome;
}

TEST(DecodedSource, ReadsPlainAndEveryCodecInAnyStep) {
  const std::string text = some_text(5000);
  DecodedSource source;
  for (const std::size_t step : {1U, 7U, 100U, 1U << 20}) {
    EXPECT_EQ(read_all(source, std::make_unique<TextSource>(text, step)).text, text);
    for (const auto& compress : compressors()) {
      const Outcome outcome = read_all(source, std::make_unique<TextSource>(compress(text), step));
      EXPECT_EQ(outcome.text, text);
      EXPECT_FALSE(outcome.damage);
    }
  }
}

TEST(DecodedSource, ReadsSeveralMembersAndTellsGarbageBehindThem) {
  const std::string text = some_text(100);
  DecodedSource source;
  for (const auto& compress : compressors()) {
    const std::string two = compress(text) + compress(text);
    EXPECT_EQ(read_all(source, std::make_unique<TextSource>(two, 3)).text, text + text);
    const Outcome outcome = read_all(source, std::make_unique<TextSource>(two + "garbage"));
    EXPECT_EQ(outcome.text, text + text);
    ASSERT_TRUE(outcome.damage);
    EXPECT_EQ(outcome.damage->kind, DamageKind::kTrailingGarbage);
    EXPECT_EQ(outcome.damage->raw, "garbage");
  }
}

TEST(DecodedSource, KeepsTheHeadOfWhatIsCutAnywhere) {
  const std::string text = some_text(60);
  DecodedSource source;
  for (const auto& compress : compressors()) {
    const std::string whole = compress(text);
    for (std::size_t size = 11; size < whole.size(); ++size) {
      const Outcome outcome = read_all(source, std::make_unique<TextSource>(whole.substr(0, size)));
      ASSERT_TRUE(outcome.damage) << size;
      ASSERT_TRUE(text.starts_with(outcome.text)) << size;
    }
  }
}

TEST(DecodedSource, NeverTakesFlippedBytesForGood) {
  const std::string text = some_text(60);
  DecodedSource source;
  for (const auto& compress : {compressors()[0], compressors()[2]}) {  // those with a checksum by default
    const std::string whole = compress(text);
    for (std::size_t place = 12; place < whole.size(); ++place) {
      std::string flipped = whole;
      flipped[place] = static_cast<char>(flipped[place] ^ 0x55);
      const Outcome outcome = read_all(source, std::make_unique<TextSource>(flipped));
      EXPECT_TRUE(outcome.damage || outcome.text == text) << place;
    }
  }
}

TEST(DecodedSource, TellsErrorsOfTheWorld) {
  DecodedSource source;
  for (int read = 0; read < 20; ++read) {
    const Outcome outcome = read_all(source, std::make_unique<TextSource>(gzip(some_text(100)), 16, read));
    EXPECT_TRUE(outcome.failed) << read;
  }
}

TEST(DecodedSource, Empty) {
  DecodedSource source;
  EXPECT_EQ(read_all(source, std::make_unique<TextSource>("")).text, "");
  EXPECT_EQ(read_all(source, std::make_unique<TextSource>(gzip(""))).text, "");
}

}  // namespace
}  // namespace otomo::io
