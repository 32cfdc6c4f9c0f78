// SPDX-License-Identifier: Apache-2.0
// otomo-bench-read-limit [--threads N] PATH: every byte of the objects once through read(2) into one reusable buffer
// per thread, nothing else. No reader of these objects can be faster. Prints the number of bytes.

#include <memory>

#include "base/read_buffer.h"
#include "objects.h"

namespace otomo::bench {
namespace {

// Also the size of a read: it stays in the second-level cache with room to spare.
constexpr size_t kBlockBytes = 512 * 1024;

struct Block {
  size_t object;
  uint64_t offset;
};

int run(int argc, char** argv) {
  const LimitOptions options = parse_limit_options(argc, argv);
  const std::vector<Object> objects = objects_under(options.path);
  std::vector<Block> blocks;
  for (size_t object = 0; object < objects.size(); ++object) {
    for (uint64_t offset = 0; offset < objects[object].size_bytes; offset += kBlockBytes) {
      blocks.push_back({object, offset});
    }
  }
  std::atomic<uint64_t> bytes = 0;
  in_threads(options.threads, blocks.size(), [&](const auto& next) {
    const ReadBuffer buffer(kBlockBytes);
    std::unique_ptr<Reader> reader;
    size_t open_object = SIZE_MAX;
    for (uint64_t block; (block = next()) < blocks.size();) {
      const auto [object, offset] = blocks[block];
      if (object != open_object) reader = std::make_unique<Reader>(objects[object].path);
      open_object = object;
      bytes += reader->read_at(offset, buffer.data(), kBlockBytes);
    }
  });
  std::printf("%llu\n", static_cast<unsigned long long>(bytes));
  return 0;
}

}  // namespace
}  // namespace otomo::bench

int main(int argc, char** argv) { return otomo::bench::run(argc, argv); }
