// SPDX-License-Identifier: Apache-2.0
#include "cli/consent.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "cli/messages.h"

namespace otomo::cli {

Result<void> ask_consent(const app::S3Price& price, const ConsentOptions& options) {
  if (!options.threshold.is_passed(price)) return {};
  const std::string line = fmt::format(
      "at most {} objects, {}, {} requests to S3: about USD {:.2f} for the requests, and USD {:.2f} for the way to the "
      "internet (none within the Region); prices of {}, {}{}",
      show_count(price.objects), show_bytes(price.bytes), show_count(price.requests), price.requests_usd,
      price.transfer_usd, price.region, app::kS3PricesOf,
      price.other_regions.empty() ? "" : ", as those of " + price.other_regions + " are not known here");
  std::FILE* terminal = options.yes || ::isatty(STDERR_FILENO) == 0 ? nullptr : std::fopen("/dev/tty", "r+e");
  if (!options.quiet || !options.yes) print_note(line);
  if (options.yes) return {};
  if (terminal == nullptr) {
    return usage_error(fmt::format("that is more than {} objects or {}, and there is no terminal to ask on",
                                   show_count(options.threshold.objects), show_bytes(options.threshold.bytes)),
                       "--yes goes on; --ask-above and --ask-above-objects say from where on to ask");
  }
  std::fputs("go on? [y/N] ", terminal);
  std::fflush(terminal);
  char answer[16] = "";
  const bool answered = std::fgets(answer, sizeof answer, terminal) != nullptr;
  std::fclose(terminal);
  if (answered && (answer[0] == 'y' || answer[0] == 'Y')) return {};
  return interrupted_error();
}

}  // namespace otomo::cli
