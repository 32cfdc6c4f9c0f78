// SPDX-License-Identifier: Apache-2.0
#include "app/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/exit_code.h"
#include "cli/messages.h"
#include "cli/places.h"
#include "cli/printing/output.h"
#include "cli/printing/printers.h"
#include "cli/signals.h"

namespace otomo::cli {

namespace {

struct FetchCommandOptions {
  Places places;
  std::string time_zone;
  bool dry_run = false;
  bool quiet = false;
};

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', '?');
  return harmless(text);
}

// What would be copied, and to where: a line each.
int print_plan(const app::Fetch& fetch) {
  auto output = Output::open("");
  if (!output) return fail(output.error());
  Result<void> written;
  fetch.for_each([&](const std::string& url, const std::string& path) {
    if (written) written = (*output)->write(one_line(url) + "\t" + one_line(path) + "\n");
  });
  if (written) written = (*output)->finish();
  if (!written && !(*output)->reader_gone()) return fail(written.error());
  return kFine;
}

int run(FetchCommandOptions& options) {
  const app::Config config = app::load_config({options.places.config, form_names()}, app::process_environment());
  if (!config.errors.empty()) {
    print_config_errors(config, HowMany::kFirst);
    return kUsageWrong;
  }
  if (!options.quiet) print_config_use(config, false);
  app::FetchOptions wanted;
  // The folder comes last, as where a copy goes always does.
  if (!options.places.from.empty()) {
    wanted.folder = options.places.from.back();
    options.places.from.pop_back();
  }
  if (wanted.folder.empty() || app::is_in_s3(wanted.folder)) {
    return fail({ErrorKind::kUsage, "no folder to copy to", "otomo fetch s3://BUCKET/PREFIX FOLDER", {}});
  }
  if (options.time_zone.empty()) options.time_zone = config.defaults.time_zone;
  auto sources = chosen_sources(options.places, config, options.time_zone);
  if (!sources) return fail(sources.error());
  if (sources->empty()) {
    return fail({ErrorKind::kUsage, "nothing to copy", "otomo fetch s3://BUCKET/PREFIX FOLDER, or --source NAME", {}});
  }
  const auto consent = consent_options(options.places, config.defaults, options.quiet);
  if (!consent) return fail(consent.error());
  wanted.sources = std::move(*sources);
  wanted.dry_run = options.dry_run;
  wanted.s3 = s3_surroundings();
  const auto start = std::chrono::steady_clock::now();
  auto fetch = app::Fetch::open(wanted);
  if (!fetch) return fail(fetch.error());
  app::Fetch& copying = **fetch;
  print_errors(copying.listing().unread, copying.listing().unread.size(), "folders could not be listed");
  Result<void> done;
  if (options.dry_run) {
    if (const int code = print_plan(copying); code != kFine) return code;
  } else {
    if (auto agreed = ask_consent(copying.price(), *consent); !agreed) return fail(agreed.error());
    const OnSignal on_signal([&] { copying.interrupt(); }, [&] { copying.remove_partial_files(); });
    const ProgressLine progress([&] { return copying.progress(); }, !options.quiet);
    done = copying.run();
  }
  const app::FetchCounts counts = options.dry_run ? copying.planned() : copying.counts();
  print_errors(copying.failures(), copying.counts().failed, "objects could not be copied");
  if (!options.quiet) {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    print_inventories(copying.sources());
    print_fetched(counts, wanted.folder, options.dry_run ? std::nullopt : std::optional(seconds));
  }
  if (!done) {
    const int code = signal_exit_code();
    print_error(code != 0 ? Error{ErrorKind::kInterrupted, "", "", {}} : done.error());
    return code != 0 ? code : exit_code_of(done.error().kind);
  }
  return copying.counts().failed > 0 ? kWorldWrong : kFine;
}

}  // namespace

Command fetch_command() {
  const auto options = std::make_shared<FetchCommandOptions>();
  Command command;
  command.name = "fetch";
  command.summary = "copy objects from S3 as they are, with what S3 says of them";
  command.description =
      "Copies the objects under s3://, or of a source of otomo.toml, to FOLDER/BUCKET/KEY, byte for byte, with the "
      "time of their last change. " +
      std::string(app::kFetchRecordName) +
      " in FOLDER gets a line of JSON for each: URL, key, version, ETag, size, storage class, encryption, metadata, "
      "checksums, when it was copied, SHA-256. Where S3 states a checksum of the whole object, the copy is checked. A "
      "copy appears under its name only when it is whole; a second run copies what is missing or has changed. A key "
      "that is no path of its own (\"..\", \"//\", a name of more than 255 bytes, a file and a folder at once) is kept "
      "under FOLDER/_odd_keys/BUCKET. What lies in FOLDER and is no copy is never overwritten, and no symbolic link "
      "below it is followed. Empty objects whose key "
      "ends in / are folders that somebody made by hand, and are not copied.\n"
      "Exit codes: 0 fine, 2 the command line is wrong, 3 an object could not be copied, 130 interrupted.";
  command.options = {{"url",
                      "URL... FOLDER",
                      "s3://BUCKET/PREFIX, an object or a glob, and last the folder to copy to",
                      &options->places.from,
                      {},
                      true}};
  for (Option& option : place_options(options->places)) command.options.push_back(std::move(option));
  const std::vector<Option> more = {
      {"--timezone", "ZONE", "zone of dates in --since and --until, an IANA name (default UTC)", &options->time_zone},
      {"--dry-run", "", "copy nothing, print what would be copied: URL, tab, path", &options->dry_run},
      {"-q,--quiet", "", "no progress and no summary on standard error", &options->quiet},
  };
  command.options.insert(command.options.end(), more.begin(), more.end());
  command.examples = {
      {"otomo fetch s3://my-trail/AWSLogs/ evidence/ --profile audit", "a trail, to work on offline"},
      {"otomo fetch s3://my-trail/AWSLogs/ evidence/ --since 7d --exclude CloudTrail-Digest/ --dry-run",
       "what is new of the last week and not there yet?"},
      {"otomo scan evidence/", "what was copied"},
  };
  command.run = [options] { return run(*options); };
  return command;
}

}  // namespace otomo::cli
