// SPDX-License-Identifier: Apache-2.0
//
// Where an answer goes: standard output, or a file or an object in S3 that appears under its name only when it is
// whole. Buffered; one thread at a time, but for discard().
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "app/config.h"
#include "base/result.h"

namespace otomo::cli {

class Output {
 public:
  // Empty `path`: standard output.
  static Result<std::unique_ptr<Output>> open(const std::string& path);
  // An object in S3, under its URL.
  static std::unique_ptr<Output> to_object(const std::string& url, std::unique_ptr<io::ObjectWriter> object);
  ~Output();  // a file that was not finished is removed
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  Result<void> write(std::string_view text);
  // Everything out; a file gets its name.
  Result<void> finish();
  // The name under which a file is written until finish(); for writers other than write().
  const std::string& partial_path() const { return partial_path_; }
  // Removes the unfinished file. Safe from a signal's thread.
  void discard();
  // The reader of the pipe has gone: nothing more is wanted.
  bool reader_gone() const { return reader_gone_; }

 private:
  Output() = default;
  Result<void> flush();

  std::string path_;
  std::string partial_path_;
  std::unique_ptr<io::ObjectWriter> object_;
  int descriptor_ = -1;
  std::string buffer_;
  bool reader_gone_ = false;
  bool finished_ = false;
};

}  // namespace otomo::cli
