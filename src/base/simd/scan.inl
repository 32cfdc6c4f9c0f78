// SPDX-License-Identifier: Apache-2.0
//
// The algorithms of simd.h over 64 bytes at a time. Included once per instruction set, inside its namespace and its
// target region, behind a definition of
//   struct Bytes64 { static Bytes64 load(const char*); uint64_t equals(char) const; uint64_t high_bits() const;
//                    uint64_t unusual() const;                                       // below 0x20, 0x80 and above
//                    uint64_t json_brackets() const; };                              // { [ } ]
//   uint64_t prefix_xor(uint64_t);                          // bit i = xor of bits 0..i
//   void put_places(uint64_t bits, uint32_t origin, uint32_t* places);  // of the bits set; may write 64 in any case
// so that the compiler sees everything in one region: a template instantiated there instead runs five times slower
// with GCC 12.
//
// Quotes: the running xor over the quote bits is the mask of the bytes inside quotes, the opening quote included
// (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019).

// 64 for 0: one instruction where the processor has it.
inline std::uint32_t trailing_zeros(std::uint64_t bits) {
  return bits == 0 ? 64 : static_cast<std::uint32_t>(__builtin_ctzll(bits));
}

inline std::uint64_t low_bits(unsigned count) { return count >= 64 ? ~0ULL : (1ULL << count) - 1; }

// put_places() where no instruction does it: four at a time, so that nearly every register goes without a surprise for
// the branch predictor.
inline void put_places_by_four(std::uint64_t bits, std::uint32_t origin, std::uint32_t* places) {
  const auto count = static_cast<unsigned>(__builtin_popcountll(bits));
  for (unsigned done = 0; done < count; done += 4) {
    for (unsigned i = done; i < done + 4; ++i) {
      places[i] = origin + trailing_zeros(bits);
      bits &= bits - 1;
    }
  }
}

// What split_line carries from one register to the next.
struct SplitState {
  std::uint64_t inside = 0;  // all ones inside quotes
  std::uint64_t border = 1;  // 1: the byte before is a separator, or the line's start
  std::uint64_t closed = 0;  // 1: the byte before closed a quote
  std::uint64_t faults = 0;
  std::uint32_t quotes = 0;
  std::uint32_t separators = 0;
};

// `here`: the bytes of the line in this register. With all of them a constant, nothing waits for the newline.
inline __attribute__((always_inline)) void split_register(const Bytes64& bytes, std::uint64_t here, std::uint32_t at,
                                                          SplitState& state, std::uint32_t* places,
                                                          std::uint64_t& inside, std::uint64_t& separator) {
  const std::uint64_t quote = bytes.equals('"') & here;
  inside = prefix_xor(quote) ^ state.inside;
  separator = bytes.equals(' ') & here & ~inside;
  const std::uint64_t before_is_border = (separator << 1) | state.border;
  const std::uint64_t closing = quote & ~inside;
  const std::uint64_t behind_closed = (closing << 1) | state.closed;
  state.faults |= (bytes.unusual() | (behind_closed & ~separator)) & here;  // goes on behind a closing quote
  state.faults |= quote & inside & ~before_is_border;                       // opens in the middle of a field
  state.faults |= separator & before_is_border;                             // an empty field
  state.quotes += static_cast<std::uint32_t>(__builtin_popcountll(quote));
  put_places(separator, at, places + (state.separators < kSeparatorsMax ? state.separators : kSeparatorsMax));
  state.separators += static_cast<std::uint32_t>(__builtin_popcountll(separator));
  state.closed = closing >> 63;
}

void split_line(const char* line, const char* end, LineSplit& split) {
  SplitState state;
  const std::size_t room = static_cast<std::size_t>(end - line);
  std::size_t at = 0;
  std::uint64_t inside = 0;
  std::uint64_t separator = 0;
  bool complete = false;
  while (at < room) {
    const Bytes64 bytes = Bytes64::load(line + at);
    std::uint64_t newline = bytes.equals('\n');
    const auto place = static_cast<std::uint32_t>(at);
    if (newline == 0 && room - at >= 64) {
      split_register(bytes, ~0ULL, place, state, split.places, inside, separator);
      state.inside = static_cast<std::uint64_t>(static_cast<std::int64_t>(inside) >> 63);
      state.border = separator >> 63;
      at += 64;
      continue;
    }
    if (room - at < 64) newline &= low_bits(static_cast<unsigned>(room - at));
    complete = newline != 0;
    const unsigned count = complete ? trailing_zeros(newline) : static_cast<unsigned>(room - at);
    split_register(bytes, low_bits(count), place, state, split.places, inside, separator);
    if (count > 0) {
      state.border = separator >> (count - 1);
      state.inside = inside >> (count - 1);
    }
    at += count;
    break;
  }
  split.length = static_cast<std::uint32_t>(at);
  split.complete = complete;
  // The line must not end inside quotes, nor with a separator.
  split.regular = (state.faults | (state.border & 1) | (state.inside & 1)) == 0;
  split.quotes = state.quotes;
  split.separators = state.separators;
}

std::size_t count_newlines(const char* text, std::size_t size_bytes) {
  std::size_t count = 0;
  std::size_t at = 0;
  for (; at + 64 <= size_bytes; at += 64) {
    count += static_cast<std::size_t>(__builtin_popcountll(Bytes64::load(text + at).equals('\n')));
  }
  if (at < size_bytes) {
    const std::uint64_t here = low_bits(static_cast<unsigned>(size_bytes - at));
    count += static_cast<std::size_t>(__builtin_popcountll(Bytes64::load(text + at).equals('\n') & here));
  }
  return count;
}

// Compares two bytes of the literal at once, chosen as the rarest in logs, and the whole only where both fit.
const char* find_literal(const char* text, const char* end, std::string_view literal) {
  const std::size_t size = literal.size();
  if (static_cast<std::size_t>(end - text) < size) return end;
  const auto [first, second] = rarest_pair(literal);
  const char first_byte = literal[first];
  const char second_byte = literal[second];
  const std::size_t starts = static_cast<std::size_t>(end - text) - size + 1;
  for (std::size_t at = 0; at < starts; at += 64) {
    std::uint64_t candidates =
        Bytes64::load(text + at + first).equals(first_byte) & Bytes64::load(text + at + second).equals(second_byte);
    if (starts - at < 64) candidates &= low_bits(static_cast<unsigned>(starts - at));
    while (candidates != 0) {
      const char* place = text + at + __builtin_ctzll(candidates);
      if (__builtin_memcmp(place, literal.data(), size) == 0) return place;
      candidates &= candidates - 1;
    }
  }
  return end;
}

std::size_t index_json(const char* text, std::size_t size_bytes, std::uint32_t base, JsonCarry& carry,
                       std::uint32_t* places) {
  std::uint32_t* next = places;
  JsonCarry now = carry;  // in registers: through the reference, each round would wait for the last one's stores
  for (std::size_t at = 0; at < size_bytes; at += 64) {
    const Bytes64 bytes = Bytes64::load(text + at);
    const std::uint64_t here = low_bits(static_cast<unsigned>(size_bytes - at < 64 ? size_bytes - at : 64));
    const std::uint64_t backslash = bytes.equals('\\') & here;
    std::uint64_t escaped = now.escaped;
    if (backslash == 0) {
      now.escaped = 0;
    } else {
      // A run of backslashes escapes what follows it if its length is odd: subtract each run's start from the odd
      // bits, so that the borrow marks every second byte of the run.
      const std::uint64_t potential = backslash & ~escaped;
      const std::uint64_t maybe_escaped = potential << 1;
      constexpr std::uint64_t kOdd = 0xAAAAAAAAAAAAAAAAULL;
      const std::uint64_t even_series = ((maybe_escaped | kOdd) - potential) ^ kOdd;
      escaped = even_series ^ (backslash | now.escaped);
      now.escaped = (even_series & backslash) >> 63;
    }
    const std::uint64_t quote = bytes.equals('"') & ~escaped & here;
    const std::uint64_t inside = prefix_xor(quote) ^ now.in_string;
    now.in_string = static_cast<std::uint64_t>(static_cast<std::int64_t>(inside) >> 63);
    std::uint64_t brackets = bytes.json_brackets() & ~inside & here;
    // Most registers hold no bracket, and half of all bytes lie too deep to matter.
    std::uint64_t bits = now.depth <= 1 ? quote & inside : 0;
    if (brackets != 0) {
      std::uint64_t shallow = 0;  // bytes at depth 1 or less
      std::uint64_t passed = 0;   // bytes up to the last bracket
      std::uint64_t told = 0;     // brackets that border such bytes
      do {
        const std::uint64_t bracket = brackets & -brackets;
        const std::int64_t before = now.depth;
        now.depth += (text[at + trailing_zeros(bracket)] & 2) - 1;  // { and [ have this bit, } and ] have not
        if (before <= 1) shallow |= (bracket - 1) & ~passed;
        if (before <= 1 || now.depth <= 1) told |= bracket;
        passed = bracket | (bracket - 1);
        brackets ^= bracket;
      } while (brackets != 0);
      if (now.depth <= 1) shallow |= ~passed;
      bits = (quote & inside & shallow) | told;
    }
    now.high |= bytes.high_bits() & here;
    put_places(bits, base + static_cast<std::uint32_t>(at), next);
    next += __builtin_popcountll(bits);
  }
  carry = now;
  return static_cast<std::size_t>(next - places);
}
