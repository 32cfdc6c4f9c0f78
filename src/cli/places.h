// SPDX-License-Identifier: Apache-2.0
//
// Where the objects are that a command reads: its paths, the sources of otomo.toml, and what chooses among them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/source_listing.h"
#include "cli/command.h"
#include "cli/consent.h"

namespace otomo::cli {

// Empty: not given. Then otomo.toml or the environment may say it, else what is built in holds.
struct Places {
  std::vector<std::string> from;
  std::vector<std::string> sources;
  std::string config;
  app::ChoiceSettings choice;
  std::string profile;  // of AWS, for s3:// in `from`
  std::string region;
  std::string endpoint_url;
  std::string inventory;
  bool no_sign_request = false;
  std::string request_payer;
  std::string ask_above;  // "10GB"
  std::string ask_above_objects;
  bool yes = false;
  bool writes_s3 = false;  // who asks S3, and where, is said of what is written, too
};

// Who asks S3, and where, as the command line says.
io::S3Settings s3_settings(const Places& places);

// All but `from`, whose name differs from command to command.
std::vector<Option> place_options(Places& places);

// What is read: `from`, else the named sources, else all of them. Dates of the choice are days in `time_zone`.
Result<std::vector<app::QuestionSource>> chosen_sources(const Places& places, const app::Config& config,
                                                        const std::string& time_zone);
// Errors: a threshold that is none.
Result<ConsentOptions> consent_options(const Places& places, const app::ConfigDefaults& defaults, bool quiet);

// The complaint of an option that says something of `from`, and is given without.
std::unexpected<Error> not_of_a_source(std::string_view option);

// The environment, and the terminal for codes of MFA devices.
io::S3Surroundings s3_surroundings();

}  // namespace otomo::cli
