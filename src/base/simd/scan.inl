// SPDX-License-Identifier: Apache-2.0
//
// The algorithms of simd.h over 64 bytes at a time. Included once per instruction set, inside its namespace and its
// target region, behind a definition of
//   struct Bytes64 { static Bytes64 load(const char*);
//                    struct Pattern { explicit Pattern(char); };                     // one byte, 64 times
//                    uint64_t equals(const Pattern&) const; uint64_t high_bits() const;
//                    uint64_t below(const Pattern&) const;                           // as signed bytes
//                    uint64_t json_brackets() const; };                              // { [ } ]
//   uint64_t prefix_xor(uint64_t);                          // bit i = xor of bits 0..i
//   struct PlaceWriter { explicit PlaceWriter(uint32_t origin);  // of the first register
//                        // Writes the places of the bits set; may write 64 in any case.
//                        void put(uint64_t bits, uint32_t* places) const;
//                        void advance(); };                 // to the next register
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

// What split_line carries from one register to the next.
struct SplitState {
  std::uint64_t inside = 0;  // all ones inside quotes
  std::uint64_t border = 1;  // 1: the byte before is a separator, or the line's start
  std::uint64_t closed = 0;  // 1: the byte before closed a quote
  std::uint64_t faults = 0;
  std::uint32_t quotes = 0;
};

// Returns the separators among the bytes `here`, and what is inside quotes. Which bytes are usual is left to the
// caller.
inline __attribute__((always_inline)) std::uint64_t split_register(std::uint64_t quote, std::uint64_t space,
                                                                   std::uint64_t here, SplitState& state,
                                                                   std::uint64_t& inside) {
  inside = prefix_xor(quote) ^ state.inside;
  const std::uint64_t separator = space & ~inside;
  const std::uint64_t before_is_border = (separator << 1) | state.border;
  const std::uint64_t closing = quote & ~inside;
  state.faults |= ((closing << 1) | state.closed) & ~separator & here;  // goes on behind a closing quote
  state.faults |= quote & inside & ~before_is_border;                   // opens in the middle of a field
  state.faults |= separator & before_is_border;                         // an empty field
  state.quotes += static_cast<std::uint32_t>(__builtin_popcountll(quote));
  state.closed = closing >> 63;
  return separator;
}

// About 60 instructions for 64 bytes; what costs is the last register of a line, whose branch nobody predicts. So the
// whole registers before it do nothing for the newline but to see that there is none: it is below a space, as is what a
// regular line does not have.
void split_line(const char* line, const char* end, LineSplit& split) {
  const Bytes64::Pattern quote_pattern('"');
  const Bytes64::Pattern space_pattern(' ');
  const Bytes64::Pattern newline_pattern('\n');
  SplitState state;
  PlaceWriter writer(0);
  std::uint32_t separators = 0;
  const auto put = [&](std::uint64_t separator) {
    writer.put(separator, split.places + (separators < kSeparatorsMax ? separators : kSeparatorsMax));
    separators += static_cast<std::uint32_t>(__builtin_popcountll(separator));
  };
  const std::size_t room = static_cast<std::size_t>(end - line);
  std::size_t at = 0;
  std::uint64_t inside = 0;
  while (room - at >= 64) {
    const Bytes64 bytes = Bytes64::load(line + at);
    const std::uint64_t unusual = bytes.below(space_pattern);
    if (unusual != 0) {
      if (bytes.equals(newline_pattern) != 0) break;
      state.faults |= unusual;
    }
    const std::uint64_t separator =
        split_register(bytes.equals(quote_pattern), bytes.equals(space_pattern), ~0ULL, state, inside);
    put(separator);
    state.inside = static_cast<std::uint64_t>(static_cast<std::int64_t>(inside) >> 63);
    state.border = separator >> 63;
    writer.advance();
    at += 64;
  }
  const Bytes64 bytes = Bytes64::load(line + at);
  const std::uint64_t left = low_bits(static_cast<unsigned>(room - at < 64 ? room - at : 64));
  const std::uint64_t newline = bytes.equals(newline_pattern) & left;
  const std::uint64_t here = newline != 0 ? (newline & -newline) - 1 : left;
  const std::uint64_t separator =
      split_register(bytes.equals(quote_pattern) & here, bytes.equals(space_pattern) & here, here, state, inside);
  state.faults |= bytes.below(space_pattern) & here;
  put(separator);
  const auto count = static_cast<unsigned>(__builtin_popcountll(here));
  if (count > 0) {
    state.border = separator >> (count - 1);
    state.inside = inside >> (count - 1);
  }
  split.length = static_cast<std::uint32_t>(at + count);
  split.complete = newline != 0;
  // The line must not end inside quotes, nor with a separator.
  split.regular = (state.faults | (state.border & 1) | (state.inside & 1)) == 0;
  split.quotes = state.quotes;
  split.separators = separators;
}

// As split_line, without quotes: what is left of a register is a handful of instructions and the places.
void split_fields(const char* line, const char* end, char separator, FieldSplit& split) {
  const Bytes64::Pattern separator_pattern(separator);
  const Bytes64::Pattern space_pattern(' ');
  const Bytes64::Pattern newline_pattern('\n');
  PlaceWriter writer(0);
  std::uint32_t separators = 0;
  std::uint64_t faults = 0;
  const auto put = [&](std::uint64_t bits) {
    writer.put(bits, split.places + (separators < kFieldSeparatorsMax ? separators : kFieldSeparatorsMax));
    separators += static_cast<std::uint32_t>(__builtin_popcountll(bits));
  };
  const std::size_t room = static_cast<std::size_t>(end - line);
  std::size_t at = 0;
  while (room - at >= 64) {
    const Bytes64 bytes = Bytes64::load(line + at);
    const std::uint64_t found = bytes.equals(separator_pattern);
    const std::uint64_t unusual = bytes.below(space_pattern) & ~found;
    if (unusual != 0) {
      if (bytes.equals(newline_pattern) != 0) break;
      faults |= unusual;
    }
    put(found);
    writer.advance();
    at += 64;
  }
  const Bytes64 bytes = Bytes64::load(line + at);
  const std::uint64_t left = low_bits(static_cast<unsigned>(room - at < 64 ? room - at : 64));
  const std::uint64_t newline = bytes.equals(newline_pattern) & left;
  const std::uint64_t here = newline != 0 ? (newline & -newline) - 1 : left;
  const std::uint64_t found = bytes.equals(separator_pattern) & here;
  faults |= bytes.below(space_pattern) & ~found & here;
  put(found);
  split.length = static_cast<std::uint32_t>(at + static_cast<unsigned>(__builtin_popcountll(here)));
  split.complete = newline != 0;
  split.plain = faults == 0;
  split.separators = separators;
}

std::size_t count_newlines(const char* text, std::size_t size_bytes) {
  const Bytes64::Pattern newline('\n');
  std::size_t count = 0;
  std::size_t at = 0;
  for (; at + 64 <= size_bytes; at += 64) {
    count += static_cast<std::size_t>(__builtin_popcountll(Bytes64::load(text + at).equals(newline)));
  }
  if (at < size_bytes) {
    const std::uint64_t here = low_bits(static_cast<unsigned>(size_bytes - at));
    count += static_cast<std::size_t>(__builtin_popcountll(Bytes64::load(text + at).equals(newline) & here));
  }
  return count;
}

// Compares two bytes of the literal at once, chosen as the rarest in logs, and the whole only where both fit.
const char* find_literal(const char* text, const char* end, std::string_view literal) {
  const std::size_t size = literal.size();
  if (static_cast<std::size_t>(end - text) < size) return end;
  const auto [first, second] = rarest_pair(literal);
  const Bytes64::Pattern first_byte(literal[first]);
  const Bytes64::Pattern second_byte(literal[second]);
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

// The register that starts one byte further on says what stands behind a newline.
const char* find_name_line(const char* text, const char* end) {
  const Bytes64::Pattern newline('\n');
  const Bytes64::Pattern letter('a');
  // A line starts before the end.
  const std::size_t newlines_end = text == end ? 0 : static_cast<std::size_t>(end - text) - 1;
  for (std::size_t at = 0; at < newlines_end; at += 64) {
    std::uint64_t found = Bytes64::load(text + at).equals(newline);
    if (found == 0) continue;
    const Bytes64 behind = Bytes64::load(text + at + 1);
    found &= ~behind.below(letter) | behind.high_bits();  // as signed bytes, the high ones are below
    if (newlines_end - at < 64) found &= low_bits(static_cast<unsigned>(newlines_end - at));
    if (found != 0) return text + at + trailing_zeros(found) + 1;
  }
  return end;
}

std::size_t index_json(const char* text, std::size_t size_bytes, std::uint32_t base, JsonCarry& carry,
                       std::uint32_t* places) {
  const Bytes64::Pattern backslash_pattern('\\');
  const Bytes64::Pattern quote_pattern('"');
  PlaceWriter writer(base);
  std::uint32_t* next = places;
  JsonCarry now = carry;  // in registers: through the reference, each round would wait for the last one's stores
  for (std::size_t at = 0; at < size_bytes; at += 64) {
    const Bytes64 bytes = Bytes64::load(text + at);
    const std::uint64_t here = low_bits(static_cast<unsigned>(size_bytes - at < 64 ? size_bytes - at : 64));
    const std::uint64_t backslash = bytes.equals(backslash_pattern) & here;
    std::uint64_t escaped = now.escaped;
    if (backslash == 0) {
      now.escaped = 0;
    } else {
      now.backslash |= backslash;
      // A run of backslashes escapes what follows it if its length is odd: subtract each run's start from the odd
      // bits, so that the borrow marks every second byte of the run.
      const std::uint64_t potential = backslash & ~escaped;
      const std::uint64_t maybe_escaped = potential << 1;
      constexpr std::uint64_t kOdd = 0xAAAAAAAAAAAAAAAAULL;
      const std::uint64_t even_series = ((maybe_escaped | kOdd) - potential) ^ kOdd;
      escaped = even_series ^ (backslash | now.escaped);
      now.escaped = (even_series & backslash) >> 63;
    }
    const std::uint64_t quote = bytes.equals(quote_pattern) & ~escaped & here;
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
    writer.put(bits, next);
    next += __builtin_popcountll(bits);
    writer.advance();
  }
  carry = now;
  return static_cast<std::size_t>(next - places);
}
