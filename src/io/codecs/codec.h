// SPDX-License-Identifier: Apache-2.0
//
// Compressed bytes → plain bytes. A codec is one file in this folder and one line in codecs.def. Damage is no error:
// what was decoded before it is good, and the damage is told with its place.
// Decoders belong to one thread each and are reused from object to object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/byte_source.h"

namespace otomo::io {

enum class DamageKind : std::uint8_t { kCorrupt, kTruncated, kTrailingGarbage };

struct Damage {
  DamageKind kind{};
  std::string detail;
  std::string raw;  // the first bytes of trailing garbage
};

// A file that has fewer bytes than it had when it was listed.
inline Damage shrunk_damage() { return {DamageKind::kTruncated, "it became shorter while it was read", {}}; }

// One compressed stream of one or more members.
class Decoder {
 public:
  virtual ~Decoder() = default;

  enum class State : std::uint8_t {
    kRunning,  // wants more input or more room
    kMember,   // a member has ended; input that follows may be another one
    kDamaged,  // see detail()
  };
  // Takes from the front of `in` and fills the front of `out`, both of which it moves on.
  virtual State decode(std::span<const char>& in, std::span<char>& out) = 0;
  // Decodes a member of which all is in `in`, as decode() would, but faster. False: it did not, nothing was taken, and
  // decode() goes on; so it need not say what is wrong with damaged data. REQUIRES: start_member() was just called;
  // `in` reaches to the end of the source.
  virtual bool decode_whole(std::span<const char>& /*in*/, std::span<char>& /*out*/) { return false; }
  // The room that decode_whole() wants for a source that is all in `in`, as far as the source tells; 0: it does not.
  virtual std::uint64_t whole_bytes(std::span<const char> /*in*/) const { return 0; }
  // Readies the decoder for a member that starts at the next input.
  virtual void start_member() = 0;
  virtual std::string_view detail() const = 0;
};

struct Codec {
  std::string_view name;
  bool (*starts)(std::string_view head);  // does a member of this codec start here?
  std::unique_ptr<Decoder> (*make)();
};

std::span<const Codec* const> all_codecs();
// The codec whose member starts with `head`, or nullptr: plain bytes.
const Codec* detect_codec(std::string_view head);

}  // namespace otomo::io
