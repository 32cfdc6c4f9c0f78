// SPDX-License-Identifier: Apache-2.0
//
// Any bytes through DecodedSource: what comes out, and the damage, do not depend on the portions in which the bytes
// come and are asked for.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "io/decoded_source.h"

namespace {

// A bomb must not stop the fuzzer.
constexpr std::size_t kPlainBytesMax = 1024 * 1024;

class TextSource final : public otomo::io::ByteSource {
 public:
  TextSource(std::string_view text, std::size_t step) : text_(text), step_(step) {}

  otomo::Result<std::size_t> read(std::span<char> out) override {
    if (out.empty()) std::abort();
    const std::size_t size = std::min({step_, out.size(), text_.size()});
    std::memcpy(out.data(), text_.data(), size);
    text_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view text_;
  std::size_t step_;
};

struct Decoded {
  std::string text;
  bool ended = false;
  std::optional<otomo::io::Damage> damage;
};

Decoded decode(otomo::io::DecodedSource& source, std::string_view bytes, std::size_t in_step, std::size_t out_step) {
  Decoded decoded;
  source.open(std::make_unique<TextSource>(bytes, in_step));
  const auto buffer = std::make_unique_for_overwrite<char[]>(out_step);
  while (decoded.text.size() < kPlainBytesMax) {
    const auto count = source.read({buffer.get(), out_step});
    if (!count || *count > out_step) std::abort();
    decoded.text.append(buffer.get(), *count);
    if (*count < out_step) {
      decoded.ended = true;
      break;
    }
  }
  decoded.damage = source.damage();
  return decoded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  static otomo::io::DecodedSource source;
  const Decoded whole = decode(source, bytes, bytes.size() + 1, kPlainBytesMax + 1);
  const bool twice = source.twice();
  const Decoded parts = decode(source, bytes, 1U + data[0], 1U + 16U * data[1]);
  const bool parts_twice = source.twice();
  // How far a decoder comes before it finds damage depends on what it was given, because it looks ahead; and ISA-L
  // gives the bytes of a match whose distance it finds to be wrong, up to 258 of them.
  constexpr std::size_t kWrongBytesMax = 258;
  const auto torn = [](const Decoded& decoded) {
    return decoded.damage && decoded.damage->kind != otomo::io::DamageKind::kTrailingGarbage;
  };
  // Those bytes are the inner layer's input, where there is one.
  if ((twice || parts_twice) && (torn(whole) || torn(parts))) return 0;
  if (twice != parts_twice) std::abort();
  std::size_t common = std::min(whole.text.size(), parts.text.size());
  if (torn(whole) || torn(parts)) common -= std::min(common, kWrongBytesMax);
  if (whole.text.compare(0, common, parts.text, 0, common) != 0) std::abort();
  if (!whole.ended || !parts.ended) return 0;
  if (whole.text.size() != parts.text.size() && !torn(whole)) std::abort();
  if (whole.damage.has_value() != parts.damage.has_value()) std::abort();
  if (whole.damage && whole.damage->kind != parts.damage->kind) std::abort();
  return 0;
}
