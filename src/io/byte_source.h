// SPDX-License-Identifier: Apache-2.0
//
// Where bytes come from, as a stream: a file, standard input, a decoder over another source. It knows nothing of
// records. One thread at a time per source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"

namespace otomo::io {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Reads at least one byte into `out` and returns how many; 0 at the end. REQUIRES: out not empty.
  virtual Result<std::size_t> read(std::span<char> out) = 0;
};

// Reads until `out` is full or the source ends.
Result<std::size_t> read_fully(ByteSource& source, std::span<char> out);

// Opens files that lie in the same folder one after another: the kernel looks at the folder's own path once, which is
// half the cost of opening a small file. One thread at a time.
class FileOpener {
 public:
  FileOpener() = default;
  ~FileOpener();
  FileOpener(const FileOpener&) = delete;
  FileOpener& operator=(const FileOpener&) = delete;

  // `size_bytes` as it was listed saves the last read, which would find the end; 0: not known. Errors name the path.
  Result<std::unique_ptr<ByteSource>> open(const std::string& path, std::uint64_t size_bytes);

 private:
  void close_folder();

  std::string folder_;
  int descriptor_ = -1;  // of folder_
};

// Standard input gives its bytes once; a second call is an error.
Result<std::unique_ptr<ByteSource>> open_stdin();

// A file of which any part can be read. Any thread.
class RandomAccess {
 public:
  virtual ~RandomAccess() = default;
  // Reads from `offset` until `out` is full or the object ends.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) = 0;
};

Result<std::unique_ptr<RandomAccess>> open_file_at(const std::string& path);

}  // namespace otomo::io
