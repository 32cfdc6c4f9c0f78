// SPDX-License-Identifier: Apache-2.0
//
// Every codec: what went in comes out, in any portions; damage is told, and what was good before it comes out; errors
// of the source below are errors.
#include "io/decoded_source.h"

#include "unit/io/compressed.h"

namespace otomo::io {
namespace {

std::unique_ptr<ByteSource> source_of(std::string text, std::size_t step = ~std::size_t{0}, std::size_t failing = 0) {
  return std::make_unique<TextSource>(std::move(text), step, failing);
}

TEST(DecodedSource, RoundTrip) {
  DecodedSource source;  // one for all: it is reused from object to object
  for (const std::size_t size : {0U, 1U, 63U, 1000U, 300'000U, 2'000'000U}) {
    const std::string text = loggish_text(size);
    for (const Compressor& codec : kCompressors) {
      SCOPED_TRACE(std::string(codec.name) + ' ' + std::to_string(size));
      const std::string stored = codec.compress(text);
      const Decoded decoded = decode(source, source_of(stored));
      EXPECT_FALSE(decoded.error);
      EXPECT_FALSE(decoded.damage);
      EXPECT_EQ(decoded.text == text, true);
      ASSERT_NE(source.codec(), nullptr);
      EXPECT_EQ(source.codec()->name, codec.name);
      EXPECT_EQ(source.stored_bytes(), stored.size());
    }
    const Decoded plain = decode(source, source_of(text));
    EXPECT_EQ(plain.text == text, true);
    EXPECT_EQ(source.codec(), nullptr);
    EXPECT_EQ(source.stored_bytes(), text.size());
  }
}

TEST(DecodedSource, InAnyPortions) {
  const std::string text = loggish_text(5'000);
  DecodedSource source;
  for (const Compressor& codec : kCompressors) {
    const std::string stored =
        codec.compress(text.substr(0, 2'000)) + codec.compress("") + codec.compress(text.substr(2'000));
    for (const std::size_t in_step : {1U, 2U, 7U, 100'000U}) {
      for (const std::size_t out_step : {1U, 3U, 100U, 100'000U}) {
        const Decoded decoded = decode(source, source_of(stored, in_step), out_step);
        ASSERT_FALSE(decoded.error || decoded.damage) << codec.name << ", " << in_step << ", " << out_step;
        ASSERT_EQ(decoded.text, text) << codec.name << ", " << in_step << ", " << out_step;
      }
    }
  }
  for (const std::size_t in_step : {1U, 100'000U}) {
    for (const std::size_t out_step : {1U, 3U, 100'000U})
      EXPECT_EQ(decode(source, source_of(text, in_step), out_step).text, text);
  }
}

TEST(DecodedSource, ManyMembers) {
  DecodedSource source;
  for (const Compressor& codec : kCompressors) {
    std::string text;
    std::string stored;
    for (unsigned i = 0; i < 300; ++i) {
      const std::string part = loggish_text(i * 7, i);
      text += part;
      stored += codec.compress(part);
    }
    const Decoded decoded = decode(source, source_of(stored));
    EXPECT_FALSE(decoded.damage) << codec.name;
    EXPECT_EQ(decoded.text, text) << codec.name;
  }
}

// Members that are there whole are decoded in one call where there is room: the same text, and the same of damage, as
// in small portions, whatever the sizes in their trailers say.
TEST(DecodedSource, InOneCallAsInPortions) {
  const std::string text = loggish_text(20'000);
  const std::string member = gzip(text);
  std::vector<std::string> stored = {member, member + member, member + gzip("x"), gzip("x") + member, member + "tail"};
  // Names in the header: a long one, and one over the limit, which is damage.
  for (const std::size_t name_bytes : {1'000U, 200'000U}) {
    std::string named = member.substr(0, 10) + std::string(name_bytes, 'n') + std::string(1, '\0') + member.substr(10);
    named[3] = 8;
    stored.push_back(named);
    stored.push_back(member + named);
  }
  for (const std::size_t from_end : {1U, 4U, 5U, 8U, 9U, 100U}) {  // of the size, the checksum, the deflated bytes
    std::string damaged = member;
    damaged[damaged.size() - from_end] = static_cast<char>(damaged[damaged.size() - from_end] ^ 0x40);
    stored.push_back(damaged);
    stored.push_back(damaged + member);
    stored.push_back(member.substr(0, member.size() - from_end));
  }
  DecodedSource source;
  for (const std::string& each : stored) {
    const Decoded portions = decode(source, source_of(each), 1'000);
    for (const std::size_t room :
         {std::size_t{19'999}, std::size_t{20'000}, std::size_t{20'001}, std::size_t{1'000'000}}) {
      const Decoded whole = decode(source, source_of(each), room);
      ASSERT_EQ(whole.text == portions.text, true) << room;
      ASSERT_EQ(whole.damage.has_value(), portions.damage.has_value()) << room;
      if (!whole.damage) continue;
      ASSERT_EQ(whole.damage->kind, portions.damage->kind) << room;
      ASSERT_EQ(whole.damage->detail, portions.damage->detail) << room;
      ASSERT_EQ(whole.damage->raw, portions.damage->raw) << room;
    }
  }
}

TEST(DecodedSource, TellsTheRoomThatItWants) {
  const std::string text = loggish_text(20'000);
  DecodedSource source;
  std::string out(100, '\0');
  const auto room_for = [&](std::string stored) {
    source.open(source_of(std::move(stored)));
    EXPECT_TRUE(source.start(out).has_value());
    return source.whole_bytes();
  };
  EXPECT_EQ(room_for(gzip(text)), text.size());
  EXPECT_EQ(room_for(text), 0U);
  EXPECT_EQ(room_for(zstd(text)), 0U);
  EXPECT_EQ(room_for(gzip(text).substr(0, 3)), 0U);
}

TEST(DecodedSource, TrailingGarbage) {
  const std::string text = loggish_text(3'000);
  DecodedSource source;
  for (const Compressor& codec : kCompressors) {
    for (const std::string& garbage :
         {std::string("x"), std::string("\x1f"), std::string(1'000, '\0'), std::string("plain text\n")}) {
      for (const std::size_t step : {1U, 100'000U}) {
        const Decoded decoded = decode(source, source_of(codec.compress(text) + garbage, step));
        EXPECT_EQ(decoded.text, text) << codec.name;
        ASSERT_TRUE(decoded.damage) << codec.name;
        EXPECT_EQ(decoded.damage->kind, DamageKind::kTrailingGarbage) << codec.name;
        EXPECT_TRUE(garbage.starts_with(decoded.damage->raw)) << codec.name;
      }
    }
  }
}

TEST(DecodedSource, TruncatedAtEveryByte) {
  const std::string text = loggish_text(4'000);
  DecodedSource source;
  for (const Compressor& codec : kCompressors) {
    const std::string first = codec.compress(text);
    const std::string stored = first + codec.compress(text);
    for (std::size_t size = 0; size < stored.size(); ++size) {
      const Decoded decoded = decode(source, source_of(stored.substr(0, size)));
      SCOPED_TRACE(std::string(codec.name) + " torn at " + std::to_string(size));
      ASSERT_FALSE(decoded.error);
      if (size < 10) continue;  // too little to tell the codec
      ASSERT_TRUE((text + text).starts_with(decoded.text));
      if (size >= first.size()) {
        ASSERT_GE(decoded.text.size(), text.size());
      }
      if (size == first.size()) {
        ASSERT_FALSE(decoded.damage);
      } else {
        ASSERT_TRUE(decoded.damage);
        // A head too short to be a member's is garbage behind the first one.
        ASSERT_NE(decoded.damage->kind, DamageKind::kCorrupt) << decoded.damage->detail;
      }
    }
  }
}

TEST(DecodedSource, AFlippedByteIsFoundAndWhatStandsBeforeItIsGood) {
  const std::string text = loggish_text(20'000);
  const std::string second_text = loggish_text(2'000, 2);
  DecodedSource source;
  for (const Compressor& codec : kCompressors) {
    const std::string head = codec.compress(text);
    const std::string second = codec.compress(second_text);
    for (std::size_t place = 0; place < second.size(); ++place) {
      std::string bent = second;
      bent[place] = static_cast<char>(bent[place] ^ 0x55);
      const Decoded decoded = decode(source, source_of(head + bent));
      ASSERT_FALSE(decoded.error);
      ASSERT_TRUE(decoded.text.starts_with(text)) << codec.name << ", " << place;
      // Some bits mean nothing: gzip's time and system, codes that are not used.
      ASSERT_TRUE(decoded.damage || decoded.text == text + second_text) << codec.name << ", " << place;
    }
  }
}

TEST(DecodedSource, RandomBytesBehindAHeadEndSomehow) {
  std::mt19937 random(9);
  DecodedSource source;
  for (const std::string_view head :
       {std::string_view("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10), std::string_view("\x28\xb5\x2f\xfd", 4),
        std::string_view("BZh9\x31\x41\x59\x26\x53\x59", 10)}) {
    for (int round = 0; round < 500; ++round) {
      std::string stored(head);
      for (std::size_t i = random() % 200; i > 0; --i) stored += static_cast<char>(random());
      const Decoded decoded = decode(source, source_of(stored));
      ASSERT_FALSE(decoded.error);
      ASSERT_TRUE(decoded.damage);
    }
  }
}

// Firehose compresses what CloudWatch Logs has compressed: members in a row, each a record, in one member or more.
TEST(DecodedSource, CompressedTwice) {
  DecodedSource source;
  std::string text;
  std::string members;
  for (unsigned i = 0; i < 40; ++i) {
    const std::string part = loggish_text(i * 300, i);
    text += part;
    members += gzip(part);
  }
  const std::size_t half = members.size() / 2;
  for (const Compressor& outer : kCompressors) {
    const std::string one = outer.compress(members);
    const std::string two = outer.compress(members.substr(0, half)) + outer.compress(members.substr(half));
    const std::string torn = outer.compress(members.substr(0, 3)) + outer.compress(members.substr(3));
    for (const std::string& stored : {one, two, torn}) {
      for (const std::size_t in_step : {1U, 7U, 1'000'000U}) {
        for (const std::size_t out_step : {1U, 9U, 10U, 4'096U, 1'000'000U}) {
          const Decoded decoded = decode(source, source_of(stored, in_step), out_step);
          ASSERT_FALSE(decoded.error || decoded.damage) << outer.name << ", " << in_step << ", " << out_step;
          ASSERT_EQ(decoded.text == text, true) << outer.name << ", " << in_step << ", " << out_step;
          ASSERT_EQ(source.codec()->name, outer.name);
          ASSERT_EQ(source.stored_bytes(), stored.size());
        }
      }
    }
    for (const Compressor& inner : kCompressors) {
      EXPECT_EQ(decode(source, source_of(outer.compress(inner.compress(text)))).text == text, true) << inner.name;
    }
  }
  // What was read before leaves nothing behind.
  EXPECT_EQ(decode(source, source_of(gzip("once"))).text, "once");
  EXPECT_EQ(decode(source, source_of("plain")).text, "plain");
}

// Large ones go through in portions.
TEST(DecodedSource, CompressedTwiceInPortions) {
  const std::string text = loggish_text(8'000'000);
  DecodedSource source;
  const Decoded decoded = decode(source, source_of(gzip(gzip(text)), 50'000), 500'000);
  EXPECT_FALSE(decoded.damage);
  EXPECT_EQ(decoded.text == text, true);
}

TEST(DecodedSource, NotMoreThanTwice) {
  const std::string innermost = gzip("three times");
  DecodedSource source;
  for (const std::size_t out_step : {1U, 100'000U}) {
    EXPECT_EQ(decode(source, source_of(gzip(gzip(innermost))), out_step).text, innermost);
  }
}

TEST(DecodedSource, DamageInEitherLayer) {
  const std::string text = loggish_text(4'000);
  const std::string member = gzip(text);
  const std::string members = member + member;
  DecodedSource source;
  const auto told = [&](const std::string& stored, DamageKind kind, std::string_view detail) {
    for (const std::size_t in_step : {1U, 100'000U}) {
      for (const std::size_t out_step : {1U, 50U, 100'000U}) {
        const Decoded decoded = decode(source, source_of(stored, in_step), out_step);
        // What is bent in the second member comes out before its checksum tells.
        ASSERT_EQ(text.starts_with(decoded.text.substr(0, text.size())), true);
        ASSERT_TRUE(decoded.damage);
        ASSERT_EQ(decoded.damage->kind, kind) << in_step << ", " << out_step;
        if (!detail.empty()) {
          ASSERT_EQ(decoded.damage->detail, detail);
        }
      }
    }
  };
  for (std::size_t size = member.size() + 1; size < members.size(); size += 7) {
    // A head too short to be a member's is garbage behind the first one.
    const bool garbage = size < member.size() + 3;
    told(gzip(members.substr(0, size)), garbage ? DamageKind::kTrailingGarbage : DamageKind::kTruncated, "");
  }
  const std::string twice = gzip(members);
  for (std::size_t size = 200; size < twice.size(); size += 7) {
    told(twice.substr(0, size), DamageKind::kTruncated, "the compressed data ends early");
  }
  std::string bent = members;
  bent[member.size() + 500] = static_cast<char>(bent[member.size() + 500] ^ 0x55);
  bent[members.size() - 1] = static_cast<char>(bent[members.size() - 1] ^ 0x55);
  told(gzip(bent), DamageKind::kCorrupt, "");
  bent = twice;
  bent[twice.size() - 5] = static_cast<char>(bent[twice.size() - 5] ^ 0x55);
  told(bent, DamageKind::kCorrupt, "");
  told(twice + "garbage", DamageKind::kTrailingGarbage, "");
  told(gzip(members + "garbage"), DamageKind::kTrailingGarbage, "");
}

TEST(DecodedSource, TheSourceFailsAtTheNthRead) {
  const std::string text = loggish_text(3'000);
  DecodedSource source;
  std::vector<std::string> stored = {text};
  for (const Compressor& codec : kCompressors) stored.push_back(codec.compress(text) + codec.compress(text));
  stored.push_back(gzip(gzip(text) + gzip(text)));
  for (const std::string& bytes : stored) {
    constexpr std::size_t kStep = 50;
    const std::size_t reads = bytes.size() / kStep + 1;
    for (std::size_t failing = 1; failing <= reads; ++failing) {
      const Decoded decoded = decode(source, source_of(bytes, kStep, failing), 64);
      ASSERT_TRUE(decoded.error) << failing << " of " << reads;
      ASSERT_EQ(decoded.error->message, "the disk is gone");
      ASSERT_TRUE((text + text).starts_with(decoded.text));
    }
    // It is fit for use afterwards.
    ASSERT_TRUE(decode(source, source_of(bytes)).text.starts_with(text));
  }
}

TEST(DecodedSource, AMagicNumberAloneIsNoCodec) {
  DecodedSource source;
  for (const std::string& text :
       {std::string(), std::string("B"), std::string("BZh9"), std::string("BZhello, world\n"), std::string("\x1f\x8b"),
        std::string("\x1f\x8b\x07 compressed by something else"), std::string("\x28\xb5\x2f")}) {
    const Decoded decoded = decode(source, source_of(text));
    EXPECT_EQ(source.codec(), nullptr);
    EXPECT_EQ(decoded.text, text);
    EXPECT_FALSE(decoded.damage);
  }
}

// pzstd writes a skippable frame first; anybody may write one between others.
// A frame of 16 bytes, it says, and then none: libzstd minds only where it has the frame and room for it at once.
TEST(DecodedSource, AZstdFrameWithAnEmptyLastBlock) {
  const std::string stored("\x28\xb5\x2f\xfd\x20\x10\x01\0\0", 9);
  DecodedSource source;
  for (const std::size_t in_step : {1U, 100U}) {
    for (const std::size_t out_step : {1U, 100U}) {
      const Decoded decoded = decode(source, source_of(stored, in_step), out_step);
      EXPECT_FALSE(decoded.damage) << in_step << ", " << out_step;
      EXPECT_EQ(decoded.text, "");
    }
  }
}

TEST(DecodedSource, ZstdSkippableFrames) {
  const std::string text = loggish_text(3'000);
  const std::string frame = zstd(text);
  const std::string skippable("\x5a\x2a\x4d\x18\x04\0\0\0skip", 12);
  DecodedSource source;
  for (const std::string& stored : {skippable + frame, frame + skippable + frame, frame + skippable}) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{100'000}}) {
      const Decoded decoded = decode(source, source_of(stored, step));
      EXPECT_EQ(decoded.text, stored.size() > 2 * frame.size() ? text + text : text);
      EXPECT_FALSE(decoded.damage);
    }
  }
}

// A frame that asks for a window of 1 GB is damage, not 1 GB.
TEST(DecodedSource, AZstdWindowOverTheLimit) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 28);
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string text = "abc";
  std::string out(1024, '\0');
  ZSTD_inBuffer input{text.data(), text.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  // Two calls, so that the size is not known when the header is written.
  ZSTD_compressStream2(context, &output, &input, ZSTD_e_flush);
  ZSTD_compressStream2(context, &output, &input, ZSTD_e_end);
  ZSTD_freeCCtx(context);
  out.resize(output.pos);
  DecodedSource source;
  const Decoded decoded = decode(source, source_of(out));
  ASSERT_TRUE(decoded.damage);
  EXPECT_EQ(decoded.damage->kind, DamageKind::kCorrupt);
  EXPECT_EQ(decoded.text, "");
}

}  // namespace
}  // namespace otomo::io
