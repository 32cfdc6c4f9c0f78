// SPDX-License-Identifier: Apache-2.0
//
// A description, and behind a line of dashes what is read with it (the description itself where there is none): nothing
// is trusted, neither the user's file nor the log.
#include "formats/custom/custom.h"

#include "fuzz/cut.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otomo;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kBetween = "\n----\n";
  const std::size_t between = input.find(kBetween);
  const std::string_view description = input.substr(0, between);
  const auto format = formats::custom::load(description, "fuzz.toml");
  if (!format || (*format)->columns.size() > 32) return 0;  // many columns cost memory, and show nothing new
  const std::string_view text =
      between == std::string_view::npos ? description : input.substr(between + kBetween.size());
  formats::Batch filled((*format)->columns);
  formats::Batch bare((*format)->columns);
  const fuzz::Reading whole = fuzz::read_cut(**format, text, {}, true, filled);
  const std::vector<std::size_t> ends = {text.size() / 3, text.size() / 2, text.size() - text.size() / 7};
  const fuzz::Reading cut = fuzz::read_cut(**format, text, ends, true, filled);
  if (fuzz::sorted(whole.rows) != fuzz::sorted(cut.rows)) std::abort();
  if (whole.counts.bad_values != cut.counts.bad_values) std::abort();
  const fuzz::Reading counted = fuzz::read_cut(**format, text, {}, false, bare);
  if (counted.counts.records != whole.counts.records || counted.counts.rejects != whole.counts.rejects) std::abort();
  std::string padded(text);
  padded.append(kBlockPaddingBytes, '\0');
  (*format)->detect(std::string_view(padded).substr(0, text.size()), true);
  (*format)->read_key(text);
  return 0;
}
