// SPDX-License-Identifier: Apache-2.0
//
// An object's plain bytes, whatever its compression: found by content, never by name. What is compressed twice is
// decoded twice, and no more: Firehose compresses records that CloudWatch Logs has compressed before. Damage ends the
// stream and is told beside it. One thread at a time; reuse one per thread, for its buffers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/read_buffer.h"
#include "io/byte_source.h"
#include "io/codecs/codec.h"

namespace otomo::io {

// One layer: a source's bytes, decoded where they are compressed.
class DecodedLayer {
 public:
  DecodedLayer();

  // Takes `source`, whose bytes read() gives from now on; what was read before is forgotten.
  void open(std::unique_ptr<ByteSource> source);

  // Reads the first bytes of the source, finds out what they are, and returns how many plain ones it has put to `out`
  // already: none where they are compressed. Once, before the first read(), which does it otherwise.
  Result<std::size_t> start(std::span<char> out);
  // The room that one read() would take for all, where the source is compressed, tells, and is small; else 0.
  std::uint64_t whole_bytes() const { return decoder_ != nullptr && source_ended_ ? decoder_->whole_bytes(input_) : 0; }
  // Reads plain bytes until `out` is full or the stream ends (by its end or by damage); 0 at the end.
  Result<std::size_t> read(std::span<char> out);

  const Codec* codec() const { return codec_; }  // known once read() was called; nullptr: plain
  const std::optional<Damage>& damage() const { return damage_; }
  std::uint64_t stored_bytes() const { return stored_bytes_; }  // read from the source so far

 private:
  Result<bool> refill();
  void trailing_garbage();

  std::unique_ptr<ByteSource> source_;
  ReadBuffer buffer_;
  std::span<const char> input_;  // of buffer_, not yet decoded
  const Codec* codec_ = nullptr;
  struct Kept {
    const Codec* codec;
    std::unique_ptr<Decoder> decoder;
  };
  std::vector<Kept> decoders_;
  Decoder* decoder_ = nullptr;
  bool started_ = false;
  bool between_members_ = false;
  bool at_start_ = false;  // of a member
  bool source_ended_ = false;
  std::optional<Damage> damage_;
  std::uint64_t stored_bytes_ = 0;
};

class DecodedSource {
 public:
  DecodedSource() = default;
  DecodedSource(const DecodedSource&) = delete;
  DecodedSource& operator=(const DecodedSource&) = delete;

  // Takes `source`, whose bytes read() gives from now on; what was read before is forgotten.
  void open(std::unique_ptr<ByteSource> source);

  // Reads the first bytes of the source, finds out what they are, and returns how many plain ones it has put to `out`
  // already: none where they are compressed. Once, before the first read(), which does it otherwise.
  Result<std::size_t> start(std::span<char> out) { return outer_.start(out); }
  // The room that one read() would take for all, where the source is compressed once, tells, and is small; else 0.
  std::uint64_t whole_bytes() const { return outer_.whole_bytes(); }
  // Reads plain bytes until `out` is full or the stream ends (by its end or by damage); 0 at the end.
  Result<std::size_t> read(std::span<char> out);

  const Codec* codec() const { return outer_.codec(); }  // known once read() was called; nullptr: plain
  bool twice() const { return twice_; }                  // the same: its text was compressed, too
  const std::optional<Damage>& damage() const;
  std::uint64_t stored_bytes() const { return outer_.stored_bytes(); }  // read from the source so far

 private:
  class OuterText;

  void decode_again(std::string_view head);

  DecodedLayer outer_;
  std::unique_ptr<DecodedLayer> inner_;  // made when the first one is needed
  bool looked_ = false;                  // at the first decoded bytes
  bool twice_ = false;                   // they are compressed: inner_ reads
  // Outer text that was decoded for that look: all of it for the inner layer, or what the caller had no room for.
  std::string head_;
  std::size_t head_used_ = 0;
};

}  // namespace otomo::io
