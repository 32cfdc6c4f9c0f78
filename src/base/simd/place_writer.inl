// SPDX-License-Identifier: Apache-2.0
//
// scan.inl's PlaceWriter for processors without an instruction that gathers the bits set. Included where scan.inl is.

// Four at a time, so that nearly every register goes without a surprise for the branch predictor.
struct PlaceWriter {
  std::uint32_t origin;

  explicit PlaceWriter(std::uint32_t first) : origin(first) {}
  void advance() { origin += 64; }
  void put(std::uint64_t bits, std::uint32_t* places) const {
    const auto count = static_cast<unsigned>(__builtin_popcountll(bits));
    for (unsigned done = 0; done < count; done += 4) {
      for (unsigned i = done; i < done + 4; ++i) {
        places[i] = origin + static_cast<std::uint32_t>(bits == 0 ? 64 : __builtin_ctzll(bits));
        bits &= bits - 1;
      }
    }
  }
};
