// SPDX-License-Identifier: Apache-2.0
//
// The first bytes are those of file(1)'s list (magic/Magdir/archive and compress in github.com/file/file). A text log
// starts with none of them; tar, whose first bytes are a name, is proved by its checksum:
//
//   header = name:100 mode:8 uid:8 gid:8 size:12 mtime:12 checksum:8 … (512 bytes)
//   checksum = octal digits, NUL and perhaps a space around: the sum of the header's bytes, with spaces for its own
#include "io/archives.h"

#include <algorithm>
#include <charconv>

namespace otomo::io {

namespace {

using namespace std::string_view_literals;

struct Kind {
  std::string_view magic;
  std::string_view name;
};

constexpr Kind kKinds[] = {
    {"PK\x03\x04"sv, "a zip archive"},
    {"PK\x05\x06"sv, "a zip archive"},  // an empty one
    {"PK\x07\x08"sv, "a zip archive"},  // a part of one
    {"7z\xBC\xAF\x27\x1C"sv, "a 7z archive"},
    {"Rar!\x1A\x07"sv, "a RAR archive"},
    {"\xFD"
     "7zXZ\0"sv,
     "an xz file"},
    {"\x04\x22\x4D\x18"sv, "an lz4 file"},
    {"\x02\x21\x4C\x18"sv, "an lz4 file"},  // of the first form
    {"\xFF\x06\0\0sNaPpY"sv, "a Snappy file"},
    {"\x1F\x9D"sv, "a file of compress (.Z)"},
};

bool is_tar(std::string_view head) {
  constexpr std::size_t kHeaderBytes = 512;
  constexpr std::size_t kChecksumAt = 148;
  constexpr std::size_t kChecksumBytes = 8;
  if (head.size() < kHeaderBytes) return false;
  std::string_view written = head.substr(kChecksumAt, kChecksumBytes);
  if (!written.contains('\0')) return false;
  written.remove_prefix(std::min(written.find_first_not_of(' '), written.size()));
  unsigned checksum = 0;
  if (std::from_chars(written.data(), written.data() + written.size(), checksum, 8).ec != std::errc()) return false;
  unsigned sum = kChecksumBytes * ' ';
  for (std::size_t at = 0; at < kHeaderBytes; ++at) {
    if (at < kChecksumAt || at >= kChecksumAt + kChecksumBytes) sum += static_cast<unsigned char>(head[at]);
  }
  return sum == checksum;
}

}  // namespace

std::string_view archive_kind(std::string_view head) {
  for (const Kind& kind : kKinds) {
    if (head.starts_with(kind.magic)) return kind.name;
  }
  return is_tar(head) ? "a tar archive" : "";
}

}  // namespace otomo::io
