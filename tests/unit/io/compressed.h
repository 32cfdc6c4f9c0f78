// SPDX-License-Identifier: Apache-2.0
//
// Text compressed in memory, one member (frame, stream) each, and sources that misbehave: for tests.
#pragma once

#include <bzlib.h>
#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <cstring>
#include <random>
#include <string>
#include <string_view>

#include "io/byte_source.h"
#include "io/decoded_source.h"

namespace otomo::io {

inline std::string gzip(std::string_view text) {
  isal_zstream stream;
  isal_deflate_init(&stream);
  std::string out(text.size() * 2 + 1024, '\0');  // what is compressed already grows
  std::string copy(text);
  stream.end_of_stream = 1;
  stream.flush = NO_FLUSH;
  stream.gzip_flag = IGZIP_GZIP;
  stream.next_in = reinterpret_cast<std::uint8_t*>(copy.data());
  stream.avail_in = static_cast<std::uint32_t>(copy.size());
  stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
  stream.avail_out = static_cast<std::uint32_t>(out.size());
  EXPECT_EQ(isal_deflate(&stream), COMP_OK);
  EXPECT_EQ(stream.avail_in, 0U);
  out.resize(stream.total_out);
  return out;
}

inline std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);  // as the command line tool does
  const std::size_t size = ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size());
  ZSTD_freeCCtx(context);
  EXPECT_EQ(ZSTD_isError(size), 0U);
  out.resize(size);
  return out;
}

inline std::string bzip2(std::string_view text) {
  std::string out(text.size() + text.size() / 8 + 1024, '\0');
  std::string copy(text);
  auto size = static_cast<unsigned>(out.size());
  EXPECT_EQ(BZ2_bzBuffToBuffCompress(out.data(), &size, copy.data(), static_cast<unsigned>(copy.size()), 1, 0, 0),
            BZ_OK);
  out.resize(size);
  return out;
}

struct Compressor {
  std::string_view name;
  std::string (*compress)(std::string_view);
};
inline constexpr Compressor kCompressors[] = {{"gzip", gzip}, {"zstd", zstd}, {"bzip2", bzip2}};

// Gives at most `step` bytes a time, and an error instead of read number `failing` (from 1; 0: never).
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string text, std::size_t step = ~std::size_t{0}, std::size_t failing = 0)
      : text_(std::move(text)), step_(step), failing_(failing) {}

  Result<std::size_t> read(std::span<char> out) override {
    EXPECT_FALSE(out.empty()) << "REQUIRES: out not empty";
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

struct Decoded {
  std::string text;
  std::optional<Damage> damage;
  std::optional<Error> error;
};

// Everything that comes out when at most `out_step` bytes are asked for at once.
inline Decoded decode(DecodedSource& source, std::unique_ptr<ByteSource> bytes, std::size_t out_step = 65'536) {
  Decoded decoded;
  source.open(std::move(bytes));
  const auto buffer = std::make_unique_for_overwrite<char[]>(out_step);
  while (true) {
    const auto count = source.read({buffer.get(), out_step});
    if (!count) {
      decoded.error = count.error();
      break;
    }
    decoded.text.append(buffer.get(), *count);
    if (*count < out_step) break;  // the contract: full, or the end
  }
  decoded.damage = source.damage();
  return decoded;
}

// Text that compresses, but not to nothing.
inline std::string loggish_text(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < size)
    text += "192.0.2." + std::to_string(random() % 256) + " GET /" + std::to_string(random()) + " 200\n";
  text.resize(size);
  return text;
}

}  // namespace otomo::io
