// SPDX-License-Identifier: Apache-2.0
#include "io/object_choice.h"

#include <fnmatch.h>

#include <algorithm>

#include "io/s3_listing.h"

namespace otomo::io {

ObjectChoice::Patterns ObjectChoice::compiled(const std::vector<std::string>& patterns) {
  Patterns made;
  for (const std::string& whole : patterns) {
    for (std::string& text : without_braces(whole)) {
      Pattern pattern;
      pattern.of_folders = text.ends_with('/');
      while (text.ends_with('/')) text.pop_back();
      pattern.of_names = !text.contains('/');
      if (text.starts_with('/')) text.erase(0, 1);
      if (text.starts_with("./")) text.erase(0, 2);
      pattern.text = std::move(text);
      made.push_back(std::move(pattern));
    }
  }
  return made;
}

void ObjectChoice::include(const std::vector<std::string>& patterns) {
  if (!patterns.empty()) included_.push_back(compiled(patterns));
}

void ObjectChoice::exclude(const std::vector<std::string>& patterns) {
  for (Pattern& pattern : compiled(patterns)) excluded_.push_back(std::move(pattern));
}

void ObjectChoice::since(std::int64_t us) { since_us_ = std::max(us, since_us_.value_or(us)); }
void ObjectChoice::until(std::int64_t us) { until_us_ = std::min(us, until_us_.value_or(us)); }

bool ObjectChoice::fits(const Patterns& patterns, std::string_view path) {
  std::size_t name = 0;  // where the last part of what is looked at begins
  for (std::size_t end = 0; end < path.size(); name = ++end) {
    end = std::min(path.find('/', end), path.size());
    const bool is_folder = end < path.size();
    const std::string whole(path.substr(0, end));
    for (const Pattern& pattern : patterns) {
      if (pattern.of_folders && !is_folder) continue;
      if (::fnmatch(pattern.text.c_str(), whole.c_str(), 0) == 0) return true;
      if (pattern.of_names && ::fnmatch(pattern.text.c_str(), whole.c_str() + name, 0) == 0) return true;
    }
  }
  return false;
}

bool ObjectChoice::wants(std::string_view path, std::optional<std::int64_t> modified_us) const {
  if (modified_us && ((since_us_ && *modified_us < *since_us_) || (until_us_ && *modified_us >= *until_us_))) {
    return false;
  }
  const auto fits_one = [&](const Patterns& patterns) { return fits(patterns, path); };
  return std::all_of(included_.begin(), included_.end(), fits_one) && !fits(excluded_, path);
}

}  // namespace otomo::io
