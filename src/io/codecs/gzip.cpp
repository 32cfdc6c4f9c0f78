// SPDX-License-Identifier: Apache-2.0
//
// gzip (RFC 1952) by ISA-L, which inflates two to three times as fast as zlib. The member's header is read here: given
// in pieces, ISA-L 2.30 does not always find the same in it as given whole (found by fuzzing). A member that is there
// whole, and whose text has room, goes to libdeflate: it cannot stop halfway, but builds its tables in half the time
// (20,000 objects of 4 KB, two threads: 0.23 s where ISA-L takes 0.33 s).
//
//   header = 1F 8B 08 flags time:4 xfl os [ size:2 extra ] [ name 00 ] [ comment 00 ] [ crc16:2 ]
//   member = header deflated crc32:4 plain-size:4
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <libdeflate.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <string>

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

constexpr std::size_t kHeaderBytesMax = 128 * 1024;
constexpr std::size_t kHeaderStepBytes = 256;

enum class Header : std::uint8_t { kWhole, kUnfinished, kInvalid };

Header read_header(std::string_view header, std::size_t& size) {
  constexpr unsigned kCrc = 2;
  constexpr unsigned kExtra = 4;
  constexpr unsigned kName = 8;
  constexpr unsigned kComment = 16;
  constexpr unsigned kReserved = 0xE0;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(header[at]); };
  if (header.size() < 10) return Header::kUnfinished;
  const unsigned flags = byte(3);
  if (!header.starts_with("\x1f\x8b\x08") || (flags & kReserved) != 0) return Header::kInvalid;
  std::size_t at = 10;
  if ((flags & kExtra) != 0) {
    if (header.size() < at + 2) return Header::kUnfinished;
    at += 2U + byte(at) + 256U * byte(at + 1);
  }
  for (const unsigned text : {kName, kComment}) {
    if ((flags & text) == 0) continue;
    const std::size_t zero = at < header.size() ? header.find('\0', at) : std::string_view::npos;
    if (std::min(zero, header.size()) > kHeaderBytesMax) return Header::kInvalid;
    if (zero == std::string_view::npos) return Header::kUnfinished;
    at = zero + 1;
  }
  if ((flags & kCrc) != 0) {
    if (header.size() < at + 2) return Header::kUnfinished;
    const std::uint32_t crc =
        crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(header.data()), static_cast<std::uint64_t>(at));
    if ((crc & 0xFFFF) != byte(at) + 256U * byte(at + 1)) return Header::kInvalid;
    at += 2;
  }
  if (header.size() < at) return Header::kUnfinished;
  size = at;
  return Header::kWhole;
}

class GzipDecoder final : public Decoder {
 public:
  GzipDecoder() { start_member(); }

  State decode(std::span<const char>& in, std::span<char>& out) override {
    while (!header_read_) {
      // A little at a time: an object may be a million small members.
      const std::size_t before = header_.size();
      const std::size_t more = std::min(in.size(), kHeaderStepBytes);
      header_.append(in.data(), more);
      std::size_t size = 0;
      const Header found = read_header(header_, size);
      if (found == Header::kInvalid) {
        detail_ = "invalid gzip header";
        return State::kDamaged;
      }
      if (found == Header::kUnfinished) {
        in = in.subspan(more);
        if (in.empty()) return State::kRunning;
        continue;
      }
      in = in.subspan(size - before);
      header_read_ = true;
    }
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

  bool decode_whole(std::span<const char>& in, std::span<char>& out) override {
    std::size_t begin = 0;
    if (read_header({in.data(), in.size()}, begin) != Header::kWhole || in.size() < begin + kTrailerBytes) return false;
    if (whole_bytes(in) > out.size()) return false;
    std::size_t taken = 0;
    std::size_t written = 0;
    const auto result = libdeflate_deflate_decompress_ex(
        whole_.get(), in.data() + begin, in.size() - begin - kTrailerBytes, out.data(), out.size(), &taken, &written);
    if (result != LIBDEFLATE_SUCCESS) return false;
    const char* const trailer = in.data() + begin + taken;
    const std::uint32_t crc = crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(out.data()), written);
    if (crc != read_uint32(trailer) || static_cast<std::uint32_t>(written) != read_uint32(trailer + 4)) return false;
    in = in.subspan(begin + taken + kTrailerBytes);
    out = out.subspan(written);
    return true;
  }

  // The last member's size, in nearly all objects that of the only one.
  std::uint64_t whole_bytes(std::span<const char> in) const override {
    return in.size() < kTrailerBytes ? 0 : read_uint32(in.data() + in.size() - 4);
  }

  void start_member() override {
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP_NO_HDR_VER;
    header_.clear();
    header_read_ = false;
  }

  std::string_view detail() const override { return detail_; }

 private:
  static constexpr std::size_t kTrailerBytes = 8;

  static std::uint32_t read_uint32(const char* at) {
    static_assert(std::endian::native == std::endian::little);
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
  }

  struct Free {
    void operator()(libdeflate_decompressor* whole) const { libdeflate_free_decompressor(whole); }
  };
  std::unique_ptr<libdeflate_decompressor, Free> whole_{libdeflate_alloc_decompressor()};
  inflate_state state_;
  std::string header_;  // as far as it was given
  bool header_read_ = false;
  std::string_view detail_;
};

bool starts(std::string_view head) { return head.starts_with("\x1f\x8b\x08"); }

std::unique_ptr<Decoder> make() { return std::make_unique<GzipDecoder>(); }

}  // namespace

extern const Codec kGzip;
const Codec kGzip{"gzip", starts, make};

}  // namespace otomo::io
