// SPDX-License-Identifier: Apache-2.0
#include "app/fetch_paths.h"

#include <algorithm>

#include "io/checksums.h"

namespace otomo::app {

namespace {

constexpr std::size_t kEndBytes = 100;  // of a long name that are kept
constexpr std::size_t kMarkBytes = 2;   // "%f"

std::string encoded(std::string_view name) {
  if (name.empty()) return "%0";
  const bool dots = name == "." || name == "..";
  std::string text;
  for (const char c : name) {
    if (c == '%' || (dots && c == '.')) {
      text += c == '%' ? "%25" : "%2E";
    } else {
      text += c;
    }
  }
  if (text.size() + kMarkBytes <= kNameBytesMax) return text;
  std::size_t cut = text.size() - kEndBytes;
  while (cut < text.size() && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) ++cut;  // inside a character
  return "%l" + io::sha256_hex(name) + "-" + text.substr(cut);
}

}  // namespace

bool is_plain_bucket(std::string_view bucket) {
  return !bucket.empty() && bucket.front() != '.' && bucket.front() != '_' && bucket.size() <= kNameBytesMax;
}

bool is_plain_key(std::string_view key) {
  if (key.empty() || key.size() > kPathBytesMax || key.contains('\0')) return false;
  for (std::size_t begin = 0; begin <= key.size();) {
    const std::size_t end = std::min(key.find('/', begin), key.size());
    const std::string_view name = key.substr(begin, end - begin);
    if (name.empty() || name == "." || name == ".." || name.size() > kNameBytesMax) return false;
    begin = end + 1;
  }
  return true;
}

std::string plain_path(std::string_view bucket, std::string_view key) {
  return std::string(bucket) + "/" + std::string(key);
}

std::string odd_path(std::string_view bucket, std::string_view key) {
  std::string path = std::string(kOddKeysFolder) + "/" + std::string(bucket) + "/";
  std::size_t begin = 0;
  for (std::size_t end = key.find('/'); end != std::string_view::npos; end = key.find('/', begin)) {
    path += encoded(key.substr(begin, end - begin)) + "/";
    begin = end + 1;
  }
  path += "%f" + encoded(key.substr(begin));
  if (path.size() <= kPathBytesMax) return path;
  return std::string(kOddKeysFolder) + "/" + std::string(bucket) + "/%f%l" + io::sha256_hex(key) + "-";
}

}  // namespace otomo::app
