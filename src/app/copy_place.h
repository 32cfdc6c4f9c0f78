// SPDX-License-Identifier: Apache-2.0
//
// Where a copy will have its name: below a folder to which others may write while the copies are made. No symbolic link
// below the folder is followed, so that no copy leaves it. One object per copy; any thread.
#pragma once

#include <string>

#include "base/result.h"

namespace otomo::app {

class CopyPlace {
 public:
  enum class Replaced { kNothing, kEarlierCopy };

  // Makes the folders on the way. `path` is relative to `folder`, and holds no "", "." or "..".
  static Result<CopyPlace> make(const std::string& folder, const std::string& path);
  CopyPlace(CopyPlace&& other) noexcept;
  CopyPlace& operator=(CopyPlace&&) = delete;
  ~CopyPlace();

  bool is_taken() const;
  // Gives the file `partial`, of the same file system, this name. Errors: something is there, and kNothing is replaced.
  Result<void> take(const std::string& partial, Replaced replaced) const;
  Error taken_error() const;

 private:
  CopyPlace(int descriptor, std::string whole, std::string name)
      : descriptor_(descriptor), whole_(std::move(whole)), name_(std::move(name)) {}

  int descriptor_;     // of the folder
  std::string whole_;  // path, as it is told
  std::string name_;
};

}  // namespace otomo::app
