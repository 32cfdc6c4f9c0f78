// SPDX-License-Identifier: Apache-2.0
//
// Which of the objects below what was named are wanted: by patterns of their paths, and by when they were last changed.
// Pure; any thread may ask a finished choice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace otomo::io {

class ObjectChoice {
 public:
  // A pattern (*, ?, [...], {a,b}; * goes over '/', too) fits a path below what was named, or a folder on its way,
  // whole or, where the pattern has no '/', by the last part of its name. One that ends in '/' fits folders alone.

  // Wanted is only what one of `patterns` fits. A second call narrows further.
  void include(const std::vector<std::string>& patterns);
  // What one of these fits is not wanted, whatever is included.
  void exclude(const std::vector<std::string>& patterns);
  // Wanted is since <= modified < until, and what has no time. Of several calls the narrowest counts.
  void since(std::int64_t us);
  void until(std::int64_t us);

  bool asks_names() const { return !included_.empty() || !excluded_.empty(); }
  bool wants_all() const { return !asks_names() && !since_us_ && !until_us_; }
  // `path`: below what was named; of an object that was named itself, its name. Empty where asks_names() is false.
  bool wants(std::string_view path, std::optional<std::int64_t> modified_us) const;

 private:
  struct Pattern {
    std::string text;
    bool of_names = false;  // any folder's or file's name; else of paths
    bool of_folders = false;
  };
  using Patterns = std::vector<Pattern>;

  static Patterns compiled(const std::vector<std::string>& patterns);
  static bool fits(const Patterns& patterns, std::string_view path);

  std::vector<Patterns> included_;  // one of each
  Patterns excluded_;
  std::optional<std::int64_t> since_us_;
  std::optional<std::int64_t> until_us_;
};

}  // namespace otomo::io
