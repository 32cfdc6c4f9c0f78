// SPDX-License-Identifier: Apache-2.0
//
// Base64 (RFC 4648, section 4), as JSON carries binary data: the standard alphabet, without line breaks. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace otomo {

// Puts what `text` encodes into `bytes`, whose memory is used again. False where it is no base64: another byte than
// those of the alphabet, a length that no encoder makes. Padding may be missing; bits behind the last byte do not
// matter.
bool decode_base64(std::string_view text, std::string& bytes);

// With padding.
std::string encode_base64(std::string_view bytes);

}  // namespace otomo
