// SPDX-License-Identifier: Apache-2.0
//
// The algorithms of simd.h over 64 bytes at a time. Included once per instruction set, inside its namespace and its
// target region, behind a definition of
//   struct Bytes64 { static Bytes64 load(const char*); uint64_t equals(char) const; uint64_t high_bits() const;
//                    uint64_t json_opens() const; uint64_t json_closes() const; };   // { [ and } ]
//   uint64_t prefix_xor(uint64_t);                          // bit i = xor of bits 0..i
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

void split_line(const char* line, const char* end, std::uint32_t wanted, LineSplit& split) {
  std::uint64_t inside_carry = 0;  // all ones inside quotes
  std::uint64_t border_carry = 1;  // 1: the byte before is a separator, or the line's start
  std::uint64_t closed_carry = 0;  // 1: the byte before closed a quote
  std::uint64_t faults = 0;
  std::uint32_t quotes = 0;
  std::uint32_t separators = 0;
  const std::size_t room = static_cast<std::size_t>(end - line);
  std::size_t at = 0;
  bool complete = false;
  while (at < room) {
    const Bytes64 bytes = Bytes64::load(line + at);
    std::uint64_t newline = bytes.equals('\n');
    unsigned count = 64;
    if (room - at < 64) {
      count = static_cast<unsigned>(room - at);
      newline &= low_bits(count);
    }
    if (newline != 0) {
      count = static_cast<unsigned>(__builtin_ctzll(newline));
      complete = true;
    }
    const std::uint64_t here = low_bits(count);
    const std::uint64_t quote = bytes.equals('"') & here;
    const std::uint64_t space = bytes.equals(' ') & here;
    faults |= (bytes.high_bits() | bytes.equals('\r')) & here;
    const std::uint64_t inside = prefix_xor(quote) ^ inside_carry;
    const std::uint64_t separator = space & ~inside;
    const std::uint64_t before_is_border = (separator << 1) | border_carry;
    const std::uint64_t closing = quote & ~inside;
    const std::uint64_t behind_closed = ((closing << 1) | closed_carry) & here;
    faults |= (quote & inside & ~before_is_border);  // opens in the middle of a field
    faults |= behind_closed & ~separator;            // goes on behind its closing quote
    faults |= separator & before_is_border;          // an empty field
    quotes += static_cast<std::uint32_t>(__builtin_popcountll(quote));
    std::uint64_t left = separator;
    std::uint32_t next = separators;
    while (left != 0 && next < wanted) {
      split.places[next++] = static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(__builtin_ctzll(left));
      left &= left - 1;
    }
    separators += static_cast<std::uint32_t>(__builtin_popcountll(separator));
    if (count < 64) {
      // The line's end: it must not end inside quotes, nor with a separator.
      const std::uint64_t last = count == 0 ? border_carry : (separator >> (count - 1)) & 1;
      const std::uint64_t inside_last = count == 0 ? inside_carry & 1 : (inside >> (count - 1)) & 1;
      faults |= last | inside_last;
      at += count;
      border_carry = 0;
      inside_carry = 0;
      break;
    }
    inside_carry = static_cast<std::uint64_t>(static_cast<std::int64_t>(inside) >> 63);
    border_carry = separator >> 63;
    closed_carry = closing >> 63;
    at += 64;
  }
  faults |= border_carry | inside_carry;  // the text ended with a full register
  split.length = static_cast<std::uint32_t>(at);
  split.complete = complete;
  split.regular = faults == 0;
  split.quotes = quotes;
  split.separators = separators;
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
      const std::uint64_t escape_or_escaped = even_series;
      escaped = escape_or_escaped ^ (backslash | now.escaped);
      now.escaped = (escape_or_escaped & backslash) >> 63;
    }
    const std::uint64_t quote = bytes.equals('"') & ~escaped & here;
    const std::uint64_t inside = prefix_xor(quote) ^ now.in_string;
    now.in_string = static_cast<std::uint64_t>(static_cast<std::int64_t>(inside) >> 63);
    const std::uint64_t opens = bytes.json_opens() & ~inside & here;
    std::uint64_t brackets = (bytes.json_closes() & ~inside & here) | opens;
    // Most registers hold no bracket, and half of all bytes lie too deep to matter.
    std::uint64_t bits = now.depth <= 1 ? quote & inside : 0;
    if (brackets != 0) {
      std::uint64_t shallow = 0;  // bytes at depth 1 or less
      std::uint64_t passed = 0;   // bytes up to the last bracket
      std::uint64_t told = 0;     // brackets that border such bytes
      do {
        const std::uint64_t bracket = brackets & -brackets;
        const std::int64_t before = now.depth;
        now.depth += (opens & bracket) != 0 ? 1 : -1;
        if (before <= 1) shallow |= (bracket - 1) & ~passed;
        if (before <= 1 || now.depth <= 1) told |= bracket;
        passed = bracket | (bracket - 1);
        brackets ^= bracket;
      } while (brackets != 0);
      if (now.depth <= 1) shallow |= ~passed;
      bits = (quote & inside & shallow) | told;
    }
    const std::uint32_t origin = base + static_cast<std::uint32_t>(at);
    now.high |= bytes.high_bits() & here;
    // Four at a time without a branch; what is written beyond the count is overwritten by the next round.
    const auto count = static_cast<unsigned>(__builtin_popcountll(bits));
    for (unsigned done = 0; done < count; done += 4) {
      next[done] = origin + trailing_zeros(bits);
      bits &= bits - 1;
      next[done + 1] = origin + trailing_zeros(bits);
      bits &= bits - 1;
      next[done + 2] = origin + trailing_zeros(bits);
      bits &= bits - 1;
      next[done + 3] = origin + trailing_zeros(bits);
      bits &= bits - 1;
    }
    next += count;
  }
  carry = now;
  return static_cast<std::size_t>(next - places);
}
