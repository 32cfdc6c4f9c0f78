// SPDX-License-Identifier: Apache-2.0
#include "cli/places.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/nearest_name.h"
#include "base/time.h"

namespace otomo::cli {

namespace {

// Asks on the terminal, which need not be standard input; "" where there is none.
std::string ask_for_code(const std::string& device) {
  std::FILE* terminal = std::fopen("/dev/tty", "r+e");
  if (terminal == nullptr) return {};
  std::fprintf(terminal, "code of %s: ", device.c_str());
  std::fflush(terminal);
  char line[64] = "";
  const bool answered = std::fgets(line, sizeof line, terminal) != nullptr;
  std::fclose(terminal);
  std::string code = answered ? line : "";
  std::erase_if(code, [](char c) { return c < '0' || c > '9'; });
  return code;
}

}  // namespace

std::vector<Option> place_options(Places& places) {
  return {
      {"--source",
       "NAME",
       "ask this source of otomo.toml; may be given several times (default: all of them, where no path is given)",
       &places.sources,
       {},
       false,
       "",
       false,
       "otomo config sources"},
      {"--include",
       "PATTERN",
       "read only objects whose path below what was named PATTERN fits: '*.gz', 'us-east-1/', '2026/0[1-3]/*'; * goes "
       "over /, and a pattern without / fits a file's or folder's name at any depth; may be given several times",
       &places.choice.include,
       {},
       false,
       "",
       true},
      {"--exclude",
       "PATTERN",
       "leave out objects that it fits in the same way, whatever is included; may be given several times",
       &places.choice.exclude,
       {},
       false,
       "",
       true},
      {"--since", "TIME",
       "read only objects last changed at TIME or later: a date (its beginning in --timezone), an instant "
       "(2026-03-01T09:00:00Z), or how long ago (7d, 12h, 30m)",
       &places.choice.since},
      {"--until", "TIME", "read only objects last changed before TIME", &places.choice.until},
      {"--config", "FILE", "use this otomo.toml (see: otomo config --help)", &places.config, {}, true},
      {"--profile", "NAME", "of ~/.aws/config, for s3:// (default: AWS_PROFILE, as for AWS's own tools)",
       &places.profile},
      {"--region", "REGION", "where requests to S3 begin; a bucket elsewhere is followed", &places.region},
      {"--endpoint-url", "URL", "an S3 of your own (default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS)",
       &places.endpoint_url},
      {"--inventory", "URL",
       "an S3 Inventory of the bucket that stands in for listing it: s3:// of a manifest.json, or of the folder above "
       "the dated ones; only newer keys are listed",
       &places.inventory},
      {"--no-sign-request", "", "ask S3 without credentials, for buckets that are open to everybody",
       &places.no_sign_request},
      {"--request-payer",
       "WHO",
       "pay for requests to a bucket whose owner does not",
       &places.request_payer,
       {"requester"}},
      {"--ask-above", "SIZE",
       "say what it costs, and ask, before more than this is read from AWS's S3 (default 10GB); an S3 of your own "
       "costs "
       "nothing",
       &places.ask_above},
      {"--ask-above-objects", "N", "the same of a number of objects (default 10000)", &places.ask_above_objects},
      {"-y,--yes", "", "go on without the question", &places.yes},
  };
}

Result<ConsentOptions> consent_options(const Places& places, const app::ConfigDefaults& defaults, bool quiet) {
  ConsentOptions options;
  options.yes = places.yes;
  options.quiet = quiet;
  const std::string& bytes = places.ask_above.empty() ? defaults.ask_above : places.ask_above;
  if (!bytes.empty()) {
    const auto size = app::memory_bytes("--ask-above", bytes);
    if (!size) return std::unexpected(size.error());
    options.threshold.bytes = *size;
  }
  const std::string& objects = places.ask_above_objects.empty() ? defaults.ask_above_objects : places.ask_above_objects;
  if (!objects.empty()) {
    const auto count = app::row_count("--ask-above-objects", objects);
    if (!count) return std::unexpected(count.error());
    options.threshold.objects = *count;
  }
  return options;
}

io::S3Settings s3_settings(const Places& places) {
  io::S3Settings settings;
  settings.profile = places.profile;
  settings.region = places.region;
  settings.endpoint_url = places.endpoint_url;
  settings.anonymous = places.no_sign_request;
  settings.requester_pays = !places.request_payer.empty();
  return settings;
}

std::unexpected<Error> not_of_a_source(std::string_view option) {
  return usage_error(std::string(option) + " is for what is named on the command line",
                     "of a source, otomo.toml says it");
}

Result<std::vector<app::QuestionSource>> chosen_sources(const Places& places, const app::Config& config,
                                                        const std::string& time_zone) {
  std::vector<app::QuestionSource> wanted;
  const std::int64_t now = now_us();
  io::ObjectChoice choice;
  if (auto fine = app::narrow(choice, places.choice, "--", time_zone, now); !fine) {
    return std::unexpected(fine.error());
  }
  if (!places.from.empty()) {
    if (!places.sources.empty()) return usage_error("both --from and --source", "give one of them");
    app::QuestionSource source;
    source.paths = places.from;
    source.choice = choice;
    source.s3 = s3_settings(places);
    if (!places.inventory.empty()) {
      auto inventory = app::inventory_url("--inventory", places.inventory);
      if (!inventory) return std::unexpected(std::move(inventory.error()));
      source.inventory = std::move(*inventory);
    }
    wanted.push_back(std::move(source));
    return wanted;
  }
  std::vector<std::string> names;
  for (const app::ConfigSource& source : config.sources) names.push_back(source.name);
  for (const std::string& name : places.sources) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string near = nearest_name(name, names);
    return usage_error("there is no source '" + name + "'",
                       names.empty()  ? "otomo.toml names none: see otomo config show"
                       : near.empty() ? fmt::format("the sources are {}", fmt::join(names, ", "))
                                      : "did you mean " + near + "?");
  }
  for (const app::ConfigSource& source : config.sources) {
    const auto& chosen = places.sources;
    if (!chosen.empty() && std::find(chosen.begin(), chosen.end(), source.name) == chosen.end()) continue;
    app::QuestionSource& added = wanted.emplace_back(app::question_source(source, config.file));
    added.choice = choice;
    const std::string prefix = "sources." + source.name + ".";
    if (auto fine = app::narrow(added.choice, source.choice, prefix, time_zone, now); !fine) {
      return std::unexpected(fine.error());
    }
  }
  if (wanted.empty()) return wanted;
  if (!places.inventory.empty()) return not_of_a_source("--inventory");
  for (const auto& [option, value] : {std::pair("--profile", places.profile), std::pair("--region", places.region),
                                      std::pair("--endpoint-url", places.endpoint_url)}) {
    if (!value.empty() && !places.writes_s3) return not_of_a_source(option);
  }
  return wanted;
}

io::S3Surroundings s3_surroundings() {
  return {[environment = app::process_environment()](const std::string& name) {
            const auto found = environment.find(name);
            return found == environment.end() ? std::string() : found->second;
          },
          ask_for_code};
}

}  // namespace otomo::cli
