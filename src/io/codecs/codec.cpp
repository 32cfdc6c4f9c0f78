// SPDX-License-Identifier: Apache-2.0
#include "io/codecs/codec.h"

namespace otomo::io {

#define X(constant) extern const Codec constant;
#include "io/codecs/codecs.def"
#undef X

std::span<const Codec* const> all_codecs() {
  static const Codec* const kAll[] = {
#define X(constant) &constant,
#include "io/codecs/codecs.def"
#undef X
  };
  return kAll;
}

const Codec* detect_codec(std::string_view head) {
  for (const Codec* codec : all_codecs()) {
    if (codec->starts(head)) return codec;
  }
  return nullptr;
}

}  // namespace otomo::io
