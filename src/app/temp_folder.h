// SPDX-License-Identifier: Apache-2.0
//
// A private folder under $TMPDIR that is gone when the program ends, however it ends: removed by its owner, or, where
// the owner was killed, by the next otomo that starts. One owner; remove() from any thread.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace otomo::app {

class TempFolder {
 public:
  // Makes `otomo-XXXXXX` with mode 0700 and removes what dead processes left.
  static Result<std::unique_ptr<TempFolder>> make();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  void remove();

 private:
  TempFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;  // a locked file in the folder: whoever can lock it knows that the owner is dead
};

}  // namespace otomo::app
