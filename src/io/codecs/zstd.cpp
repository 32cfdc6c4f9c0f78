// SPDX-License-Identifier: Apache-2.0
//
// Zstandard (RFC 8878) by libzstd. A frame may ask for a window of up to kWindowLog; a larger one is damage, so that
// an object cannot take more memory than that.
#include <zstd.h>

#include <algorithm>

#include "io/codecs/codec.h"

namespace otomo::io {

namespace {

constexpr int kWindowLog = 27;  // 128 MiB: zstd's own limit without --long

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) { ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kWindowLog); }
  ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;

  State decode(std::span<const char>& in, std::span<char>& out) override {
    // A frame's first byte goes alone: a frame that libzstd finds whole it decodes another way, which is stricter with
    // an empty last block (found by fuzzing), and what is damage must not depend on the portions.
    ZSTD_inBuffer input{in.data(), at_start_ ? std::min<std::size_t>(in.size(), 1) : in.size(), 0};
    at_start_ = at_start_ && in.empty();
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const std::size_t code = ZSTD_decompressStream(context_, &output, &input);
    in = in.subspan(input.pos);
    out = out.subspan(output.pos);
    if (ZSTD_isError(code) != 0) {
      detail_ = ZSTD_getErrorName(code);
      return State::kDamaged;
    }
    return code == 0 ? State::kMember : State::kRunning;
  }

  void start_member() override {
    ZSTD_DCtx_reset(context_, ZSTD_reset_session_only);
    at_start_ = true;
  }

  std::string_view detail() const override { return detail_; }

 private:
  ZSTD_DCtx* context_;
  bool at_start_ = true;  // of a frame
  std::string_view detail_;
};

// A frame, or one to be skipped (0x184D2A50 to 0x184D2A5F), such as pzstd writes first.
bool starts(std::string_view head) {
  if (head.starts_with(std::string_view("\x28\xb5\x2f\xfd", 4))) return true;
  return head.size() >= 4 && (static_cast<unsigned char>(head[0]) & 0xF0) == 0x50 &&
         head.substr(1, 3) == std::string_view("\x2a\x4d\x18", 3);
}

std::unique_ptr<Decoder> make() { return std::make_unique<ZstdDecoder>(); }

}  // namespace

extern const Codec kZstd;
const Codec kZstd{"zstd", starts, make};

}  // namespace otomo::io
