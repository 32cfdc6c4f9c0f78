// SPDX-License-Identifier: Apache-2.0
//
// bzip2 by libbz2.
#include <bzlib.h>

#include <limits>

#include "io/codecs/codec.h"

namespace otomo::io {

namespace {

unsigned capped(std::size_t size) {
  return static_cast<unsigned>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

class Bzip2Decoder final : public Decoder {
 public:
  Bzip2Decoder() { BZ2_bzDecompressInit(&stream_, 0, 0); }
  ~Bzip2Decoder() override { BZ2_bzDecompressEnd(&stream_); }
  Bzip2Decoder(const Bzip2Decoder&) = delete;
  Bzip2Decoder& operator=(const Bzip2Decoder&) = delete;

  State decode(std::span<const char>& in, std::span<char>& out) override {
    stream_.next_in = const_cast<char*>(in.data());
    stream_.avail_in = capped(in.size());
    stream_.next_out = out.data();
    stream_.avail_out = capped(out.size());
    const unsigned in_before = stream_.avail_in;
    const unsigned out_before = stream_.avail_out;
    const int code = BZ2_bzDecompress(&stream_);
    in = in.subspan(in_before - stream_.avail_in);
    out = out.subspan(out_before - stream_.avail_out);
    if (code == BZ_STREAM_END) return State::kMember;
    if (code == BZ_OK) return State::kRunning;
    return State::kDamaged;
  }

  void start_member() override {
    BZ2_bzDecompressEnd(&stream_);
    stream_ = {};
    BZ2_bzDecompressInit(&stream_, 0, 0);
  }

  std::string_view detail() const override { return "invalid bzip2 data"; }

 private:
  bz_stream stream_{};
};

bool starts(std::string_view head) {
  // "BZh", the block size, and the magic of a block or of an empty stream's end.
  return head.size() >= 10 && head.starts_with("BZh") && head[3] >= '1' && head[3] <= '9' &&
         (head.substr(4, 6) == "\x31\x41\x59\x26\x53\x59" || head.substr(4, 6) == "\x17\x72\x45\x38\x50\x90");
}

std::unique_ptr<Decoder> make() { return std::make_unique<Bzip2Decoder>(); }

}  // namespace

extern const Codec kBzip2;
const Codec kBzip2{"bzip2", starts, make};

}  // namespace otomo::io
