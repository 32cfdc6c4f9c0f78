// SPDX-License-Identifier: Apache-2.0
//
// Where a copy of an object lies below the folder of copies: bucket/key, as it is, where that is a path of its own.
// Keys may hold anything, and whoever writes to the bucket chooses them; no two objects of a bucket share a path, and
// none leaves the folder. Pure; any thread.
//
//   path  = bucket "/" key                                      ; the key is a path, and no folder of another key
//         / "_odd_keys/" bucket "/" *( part "/" ) "%f" part     ; else
//   part  = "%0"                                                ; of an empty name
//         / "%l" SHA-256 "-" end                                ; of a name that is too long: its last bytes
//         / text                                                ; '%' as %25, and of "." and ".." the dots as %2E
#pragma once

#include <string>
#include <string_view>

namespace otomo::app {

inline constexpr std::string_view kOddKeysFolder = "_odd_keys";
inline constexpr std::size_t kNameBytesMax = 255;   // of a file or folder, on Linux
inline constexpr std::size_t kPathBytesMax = 3000;  // PATH_MAX with room for the folder of copies

// May a bucket of that name be a folder beside what else lies there? AWS's names may, all of them.
bool is_plain_bucket(std::string_view bucket);
// Is the key a path that leads where it says?
bool is_plain_key(std::string_view key);

// REQUIRES: is_plain_bucket(bucket); for odd_path(), load_digests().
std::string plain_path(std::string_view bucket, std::string_view key);
std::string odd_path(std::string_view bucket, std::string_view key);

}  // namespace otomo::app
