// SPDX-License-Identifier: Apache-2.0
//
// gzip (RFC 1952) by ISA-L, which inflates two to three times as fast as zlib.
#include <isa-l/igzip_lib.h>

#include <limits>

#include "io/codecs/codec.h"

namespace otomo::io {

namespace {

std::uint32_t capped(std::size_t size) {
  return static_cast<std::uint32_t>(std::min<std::size_t>(size, std::numeric_limits<std::uint32_t>::max() / 2));
}

std::string_view reason_of(int code) {
  switch (code) {
    case ISAL_INVALID_BLOCK: return "invalid deflate block";
    case ISAL_INVALID_SYMBOL: return "invalid deflate symbol";
    case ISAL_INVALID_LOOKBACK: return "deflate distance before the start";
    case ISAL_INVALID_WRAPPER: return "invalid gzip header";
    case ISAL_UNSUPPORTED_METHOD: return "unknown compression method";
    case ISAL_INCORRECT_CHECKSUM: return "checksum does not match";
    default: return "invalid gzip data";
  }
}

class GzipDecoder final : public Decoder {
 public:
  GzipDecoder() { start_member(); }

  State decode(std::span<const char>& in, std::span<char>& out) override {
    state_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(in.data()));
    state_.avail_in = capped(in.size());
    state_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    state_.avail_out = capped(out.size());
    const std::uint32_t in_before = state_.avail_in;
    const std::uint32_t out_before = state_.avail_out;
    const int code = isal_inflate(&state_);
    in = in.subspan(in_before - state_.avail_in);
    out = out.subspan(out_before - state_.avail_out);
    if (code != ISAL_DECOMP_OK) {
      detail_ = reason_of(code);
      return State::kDamaged;
    }
    return state_.block_state == ISAL_BLOCK_FINISH ? State::kMember : State::kRunning;
  }

  void start_member() override {
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP;
  }

  std::string_view detail() const override { return detail_; }

 private:
  inflate_state state_;
  std::string_view detail_;
};

bool starts(std::string_view head) { return head.starts_with("\x1f\x8b\x08"); }

std::unique_ptr<Decoder> make() { return std::make_unique<GzipDecoder>(); }

}  // namespace

extern const Codec kGzip;
const Codec kGzip{"gzip", starts, make};

}  // namespace otomo::io
