// SPDX-License-Identifier: Apache-2.0
// otomo-bench-inflate-limit [--threads N] PATH: ISA-L inflates every gzip object into a reusable buffer per thread,
// checksums included, and nobody looks at the result. Objects are spread over the threads; one object is one thread's
// work. Prints the number of inflated bytes.

#include <isa-l/igzip_lib.h>

#include <memory>

#include "base/read_buffer.h"
#include "objects.h"

namespace otomo::bench {
namespace {

constexpr size_t kInputBytes = 256 * 1024;
constexpr size_t kOutputBytes = 512 * 1024;

uint64_t inflate_object(const Object& object, inflate_state& state, char* input, char* output) {
  const Reader reader(object.path);
  uint64_t bytes = 0;
  isal_inflate_init(&state);
  state.crc_flag = ISAL_GZIP;
  state.avail_in = 0;
  for (;;) {
    if (state.avail_in == 0) {
      state.next_in = reinterpret_cast<uint8_t*>(input);
      state.avail_in = static_cast<uint32_t>(reader.read_next(input, kInputBytes));
      if (state.avail_in == 0) break;
    }
    if (state.block_state == ISAL_BLOCK_FINISH) {  // one more member
      isal_inflate_reset(&state);
      state.crc_flag = ISAL_GZIP;
    }
    state.next_out = reinterpret_cast<uint8_t*>(output);
    state.avail_out = kOutputBytes;
    if (isal_inflate(&state) != ISAL_DECOMP_OK) die("broken gzip: " + object.path);
    bytes += kOutputBytes - state.avail_out;
  }
  if (state.block_state != ISAL_BLOCK_FINISH) die("gzip ends early: " + object.path);
  return bytes;
}

int run(int argc, char** argv) {
  const LimitOptions options = parse_limit_options(argc, argv);
  const std::vector<Object> objects = objects_under(options.path);
  std::atomic<uint64_t> bytes = 0;
  in_threads(options.threads, objects.size(), [&](const auto& next) {
    const ReadBuffer input(kInputBytes);
    const ReadBuffer output(kOutputBytes);
    const auto state = std::make_unique<inflate_state>();
    for (uint64_t object; (object = next()) < objects.size();) {
      bytes += inflate_object(objects[object], *state, input.data(), output.data());
    }
  });
  std::printf("%llu\n", static_cast<unsigned long long>(bytes));
  return 0;
}

}  // namespace
}  // namespace otomo::bench

int main(int argc, char** argv) { return otomo::bench::run(argc, argv); }
