// SPDX-License-Identifier: Apache-2.0
#include "formats/registry.h"

#include <algorithm>
#include <iterator>

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

Registry::Registry() : formats_(all_formats().begin(), all_formats().end()) {}

void Registry::add(std::shared_ptr<const Format> format) {
  formats_.push_back(format.get());
  own_.push_back(std::move(format));
}

const Format* Registry::find(std::string_view name) const {
  const auto found = std::find_if(formats_.begin(), formats_.end(), [&](const Format* f) { return f->name == name; });
  return found == formats_.end() ? nullptr : *found;
}

std::vector<const Format*> Registry::of_table(std::string_view table) const {
  std::vector<const Format*> found;
  if (table.empty()) return found;
  std::copy_if(formats_.begin(), formats_.end(), std::back_inserter(found),
               [&](const Format* format) { return format->table == table; });
  return found;
}

std::vector<std::string> Registry::tables() const {
  std::vector<std::string> names;
  for (const Format* format : formats_) {
    if (!format->table.empty() && std::find(names.begin(), names.end(), format->table) == names.end()) {
      names.push_back(format->table);
    }
  }
  return names;
}

const Format* Registry::detect(std::string_view key, std::string_view head, bool whole) const {
  const auto asked = [](const Format* format) { return format->objects_of.empty(); };
  for (const Format* format : formats_) {
    if (asked(format) && format->read_key(key) && format->detect(head, whole) == Verdict::kYes) return format;
  }
  const Format* certain = nullptr;
  const Format* named = nullptr;
  for (const Format* format : formats_) {
    if (!asked(format)) continue;
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
