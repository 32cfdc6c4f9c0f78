// SPDX-License-Identifier: Apache-2.0
//
// The list of formats, and the choice between them for one object. Any thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"

namespace otomo::formats {

// The formats of formats.def.
std::span<const Format* const> all_formats();

// Those, and the user's own.
class Registry {
 public:
  Registry();

  // REQUIRES: what the format's columns view stays.
  void add(std::shared_ptr<const Format> format);

  std::span<const Format* const> all() const { return formats_; }
  const Format* find(std::string_view name) const;  // nullptr: there is none
  // The formats whose records make the table, the first of formats.def first.
  std::vector<const Format*> of_table(std::string_view table) const;
  // The names of all tables, each once.
  std::vector<std::string> tables() const;

  // The object's format: the one whose key form fits and whose content says yes; else the one whose content says yes;
  // where only "maybe" is heard, the one whose key form fits; nullptr where none is certain. An object that several
  // formats claim by content alone is unknown, never read by luck.
  const Format* detect(std::string_view key, std::string_view head, bool whole) const;

 private:
  std::vector<const Format*> formats_;
  std::vector<std::shared_ptr<const Format>> own_;
};

}  // namespace otomo::formats
