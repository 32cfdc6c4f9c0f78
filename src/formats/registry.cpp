// SPDX-License-Identifier: Apache-2.0
#include "formats/registry.h"

namespace otomo::formats {

#define X(folder)              \
  namespace folder {           \
  extern const Format kFormat; \
  }
#include "formats/formats.def"
#undef X

std::span<const Format* const> all_formats() {
  static const Format* const kFormats[] = {
#define X(folder) &folder::kFormat,
#include "formats/formats.def"
#undef X
  };
  return kFormats;
}

const Format* find_format(std::string_view name) {
  for (const Format* format : all_formats()) {
    if (format->name == name) return format;
  }
  return nullptr;
}

const Format* find_table(std::string_view table) {
  if (table.empty()) return nullptr;
  for (const Format* format : all_formats()) {
    if (format->table == table) return format;
  }
  return nullptr;
}

const Format* detect(std::string_view key, std::string_view head, bool whole) {
  for (const Format* format : all_formats()) {
    if (format->read_key(key) && format->detect(head, whole) == Verdict::kYes) return format;
  }
  const Format* certain = nullptr;
  const Format* named = nullptr;
  for (const Format* format : all_formats()) {
    const Verdict verdict = format->detect(head, whole);
    if (verdict == Verdict::kYes) {
      if (certain != nullptr) return nullptr;
      certain = format;
    } else if (verdict == Verdict::kMaybe && format->read_key(key)) {
      if (named != nullptr) return nullptr;
      named = format;
    }
  }
  return certain != nullptr ? certain : named;
}

}  // namespace otomo::formats
