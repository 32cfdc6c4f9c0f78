// SPDX-License-Identifier: Apache-2.0
#include "io/decoded_source.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace otomo::io {

namespace {
// Objects up to this size are decoded in one call where the codec can.
constexpr std::size_t kInputBytes = 1024 * 1024;
constexpr std::size_t kMagicBytesMax = 10;
constexpr std::size_t kGarbageBytesKept = 256;
}  // namespace

DecodedLayer::DecodedLayer() : buffer_(kInputBytes) {}

void DecodedLayer::open(std::unique_ptr<ByteSource> source) {
  source_ = std::move(source);
  input_ = {};
  codec_ = nullptr;
  decoder_ = nullptr;
  started_ = false;
  between_members_ = false;
  source_ended_ = false;
  damage_.reset();
  stored_bytes_ = 0;
}

// Plain bytes need go no further than `out`. Others are put aside, all of them if there is room: a decoder that has
// everything is faster.
Result<std::size_t> DecodedLayer::start(std::span<char> out) {
  started_ = true;
  const bool direct = out.size() >= kMagicBytesMax;
  const std::span<char> place(direct ? out.data() : buffer_.data(),
                              direct ? std::min(out.size(), kInputBytes) : kInputBytes);
  std::size_t filled = 0;
  const auto read_more = [&](std::span<char> room) -> Result<void> {
    const auto count = source_->read(room);
    if (!count) return std::unexpected(count.error());
    filled += *count;
    source_ended_ = *count == 0;
    return {};
  };
  while (filled < kMagicBytesMax && !source_ended_) {
    if (auto more = read_more(place.subspan(filled)); !more) return std::unexpected(more.error());
  }
  codec_ = detect_codec({place.data(), filled});
  if (codec_ == nullptr && direct) {
    stored_bytes_ = filled;
    return filled;
  }
  if (direct) std::memcpy(buffer_.data(), place.data(), filled);
  if (codec_ != nullptr) {
    while (filled < kInputBytes && !source_ended_) {
      if (auto more = read_more({buffer_.data() + filled, kInputBytes - filled}); !more) {
        return std::unexpected(more.error());
      }
    }
  }
  stored_bytes_ = filled;
  input_ = std::span<const char>(buffer_.data(), filled);
  if (codec_ == nullptr) return 0;
  for (Kept& kept : decoders_) {
    if (kept.codec == codec_) decoder_ = kept.decoder.get();
  }
  if (decoder_ == nullptr) {
    decoders_.push_back({codec_, codec_->make()});
    decoder_ = decoders_.back().decoder.get();
  }
  decoder_->start_member();
  at_start_ = true;
  return 0;
}

// Moves what is left to the buffer's front and reads behind it. False at the source's end.
Result<bool> DecodedLayer::refill() {
  if (source_ended_) return false;
  if (!input_.empty()) std::memmove(buffer_.data(), input_.data(), input_.size());
  const std::size_t kept = input_.size();
  const auto count = source_->read({buffer_.data() + kept, kInputBytes - kept});
  if (!count) return std::unexpected(count.error());
  stored_bytes_ += *count;
  input_ = std::span<const char>(buffer_.data(), kept + *count);
  source_ended_ = *count == 0;
  return *count > 0;
}

void DecodedLayer::trailing_garbage() {
  damage_ = Damage{DamageKind::kTrailingGarbage, "bytes behind the compressed data",
                   std::string(input_.data(), std::min(input_.size(), kGarbageBytesKept))};
}

Result<std::size_t> DecodedLayer::read(std::span<char> out) {
  std::size_t taken = 0;
  if (!started_) {
    const auto started = start(out);
    if (!started) return started;
    taken = *started;
  }
  if (decoder_ == nullptr) {
    // What start() put aside for a caller with little room, then straight into the caller's memory.
    const std::size_t aside = std::min(out.size() - taken, input_.size());
    std::copy_n(input_.data(), aside, out.data() + taken);
    input_ = input_.subspan(aside);
    taken += aside;
    if (taken == out.size() || source_ended_) return taken;
    const auto count = read_fully(*source_, out.subspan(taken));
    if (!count) return std::unexpected(count.error());
    stored_bytes_ += *count;
    source_ended_ = *count < out.size() - taken;
    return taken + *count;
  }
  const std::size_t wanted = out.size();
  while (!out.empty() && !damage_) {
    if (between_members_) {
      while (input_.size() < kMagicBytesMax) {
        const auto more = refill();
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
      }
      if (input_.empty()) break;
      if (!codec_->starts({input_.data(), input_.size()})) {
        trailing_garbage();
        break;
      }
      decoder_->start_member();
      between_members_ = false;
      at_start_ = true;
    }
    if (std::exchange(at_start_, false) && source_ended_ && decoder_->decode_whole(input_, out)) {
      between_members_ = true;
      continue;
    }
    const std::size_t in_before = input_.size();
    const std::size_t out_before = out.size();
    const Decoder::State state = decoder_->decode(input_, out);
    if (state == Decoder::State::kMember) {
      between_members_ = true;
    } else if (state == Decoder::State::kDamaged) {
      damage_ = Damage{DamageKind::kCorrupt, std::string(decoder_->detail()), {}};
    } else if (input_.empty() || (input_.size() == in_before && out.size() == out_before)) {
      const auto more = refill();
      if (!more) return std::unexpected(more.error());
      if (!*more && !out.empty()) {
        damage_ = Damage{DamageKind::kTruncated, "the compressed data ends early", {}};
      }
    }
  }
  return wanted - out.size();
}

// What the outer layer decodes, from its first byte.
class DecodedSource::OuterText final : public ByteSource {
 public:
  explicit OuterText(DecodedSource& source) : source_(source) {}

  Result<std::size_t> read(std::span<char> out) override {
    const std::size_t aside = std::min(out.size(), source_.head_.size() - source_.head_used_);
    if (aside == 0) return source_.outer_.read(out);
    std::copy_n(source_.head_.data() + source_.head_used_, aside, out.data());
    source_.head_used_ += aside;
    return aside;
  }

 private:
  DecodedSource& source_;
};

void DecodedSource::open(std::unique_ptr<ByteSource> source) {
  outer_.open(std::move(source));
  looked_ = false;
  twice_ = false;
  head_.clear();
  head_used_ = 0;
}

void DecodedSource::decode_again(std::string_view head) {
  if (inner_ == nullptr) inner_ = std::make_unique<DecodedLayer>();
  head_ = head;
  twice_ = true;
  inner_->open(std::make_unique<OuterText>(*this));
}

Result<std::size_t> DecodedSource::read(std::span<char> out) {
  if (twice_) return inner_->read(out);
  if (!looked_) {
    looked_ = true;
    std::array<char, kMagicBytesMax> small;
    const std::span<char> place = out.size() < small.size() ? std::span<char>(small) : out;
    const auto count = outer_.read(place);
    if (!count) return count;
    const std::string_view text(place.data(), *count);
    if (outer_.codec() != nullptr && detect_codec(text) != nullptr) {
      decode_again(text);
      return inner_->read(out);
    }
    if (place.data() == out.data()) return count;
    head_ = text;
  }
  const std::size_t aside = std::min(out.size(), head_.size() - head_used_);
  std::copy_n(head_.data() + head_used_, aside, out.data());
  head_used_ += aside;
  if (aside == out.size()) return aside;
  const auto count = outer_.read(out.subspan(aside));
  if (!count) return count;
  return aside + *count;
}

// Where the outer layer broke, the inner one sees no more than a text that ends early.
const std::optional<Damage>& DecodedSource::damage() const {
  const bool inner_tells =
      twice_ && inner_->damage() && (inner_->damage()->kind != DamageKind::kTruncated || !outer_.damage());
  return inner_tells ? inner_->damage() : outer_.damage();
}

}  // namespace otomo::io
