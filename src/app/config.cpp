// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>
#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <utility>

#include "app/format_choice.h"
#include "app/setting_values.h"
#include "base/nearest_name.h"
#include "base/toml_text.h"
#include "base/utf8.h"
#include "io/listing.h"

namespace otomo::app {

namespace {

constexpr std::string_view kVariablePrefix = "OTOMO_";
constexpr std::string_view kSections[] = {"defaults", "sources", "accounts"};

// Names of what is no setting here: secrets and commands stand in AWS's own files. They are known so that none is ever
// shown.
constexpr std::string_view kReservedNames[] = {"endpoint",
                                               "access_key_id",
                                               "session_token",
                                               "command",
                                               "secret_access_key",
                                               "mfa_serial",
                                               "credential_source",
                                               "source_profile",
                                               "token",
                                               "credential_process",
                                               "web_identity_token_file"};

enum class ValueType : std::uint8_t {
  kText,
  kTexts,  // a text, or a list of them
  kSize,   // a text, or a number
  kCount,
  kSwitch,
  kOther,  // none of these: a date, a table, …
};

// Where something stands: "otomo.toml:3:7", or a variable's name. Errors are told by `order`.
struct Place {
  std::string name;
  std::uint64_t order = 0;
};
constexpr std::uint64_t kEnvironmentOrder = std::numeric_limits<std::uint64_t>::max();

struct Text {
  std::string text;
  Place place;
};

struct Value {
  ValueType type = ValueType::kOther;
  bool from_environment = false;  // a text, whatever the key wants
  Place key_place;
  Place place;
  std::vector<Text> texts;
};
using Values = std::map<std::string, Value, std::less<>>;

struct Complaint {
  std::string message;
  std::string hint;
};
using Verdict = std::optional<Complaint>;

// What a value is put into.
struct Target {
  Config& config;
  ConfigSource* source;  // nullptr: not of a source
  const ConfigRequest& request;
  const Environment& environment;
  std::string folder;  // what relative paths are relative to
};

// Takes one text of the value of `key`; it may rewrite it to what it stands for.
using Take = Verdict (*)(const std::string& key, std::string& text, Target& target);

enum class Trust : std::uint8_t {
  kAnyFile,
  kOwnFile,        // not from a file that was merely found: it says who is asked, and as whom
  kOwnFileSecret,  // and its value is not shown
};

struct Row {
  ConfigKey key;
  ValueType type;
  Take take;
  Trust trust = Trust::kAnyFile;
};

// The complaint of a check; where there is none, `text` goes to `target`.
template <class Checked>
Verdict keep(const Checked& checked, const std::string& text, std::string& target) {
  if (!checked) return Complaint{checked.error().message, checked.error().hint};
  target = text;
  return {};
}

Verdict take_output(const std::string& key, std::string& text, Target& target) {
  const auto& forms = target.request.output_forms;
  if (std::find(forms.begin(), forms.end(), text) == forms.end()) {
    return Complaint{key + ": there is no form '" + text + "'",
                     fmt::format("the forms are {}", fmt::join(forms, ", "))};
  }
  target.config.defaults.output = text;
  return {};
}

Verdict take_switch(const std::string& key, const std::string& text, std::optional<bool>& target) {
  if (text != "true" && text != "false") return Complaint{key + " '" + text + "' is neither true nor false", ""};
  target = text == "true";
  return {};
}

Verdict take_url(const std::string& key, std::string& text, Target& target) {
  if (text == "-") return Complaint{key + ": standard input is no source", "read it with --from -"};
  if (text.starts_with("s3://")) {
    target.source->paths.push_back(text);
    return {};
  }
  const std::size_t scheme = text.find("://");
  if (scheme != std::string::npos && text.find('/') > scheme) {
    // The rest is not shown: it may hold a password.
    return Complaint{key + ": " + text.substr(0, scheme) + ":// is no place to read from",
                     "a url is the path of a folder or file, a glob, or s3://BUCKET/PREFIX"};
  }
  if (text == "~" || text.starts_with("~/")) {
    const auto home = target.environment.find("HOME");
    if (home == target.environment.end() || home->second.empty()) return Complaint{key + ": HOME is not set", ""};
    text = io::path_below(home->second + "/", text.substr(std::min<std::size_t>(2, text.size())));
  } else {
    text = io::path_below(target.folder, text);
  }
  target.source->paths.push_back(text);
  return {};
}

// A format's name, or the file that describes one, to `place`.
Verdict take_format(const std::string& key, std::string& text, const Target& target, std::string& place) {
  if (text.ends_with(".toml")) text = io::path_below(target.folder, text);
  formats::Registry registry;
  auto format = choose_format(text, registry);
  if (!format) format.error().message = key + ": " + format.error().message;
  return keep(format, text, place);
}

Verdict take_fields(const std::string& key, std::string& text, Target& target) {
  if (text.find_first_not_of(" ,") == std::string::npos) return Complaint{key + " names no field", ""};
  std::string& fields = target.source->settings.fields;
  fields += (fields.empty() ? "" : " ") + text;
  return {};
}

Verdict take_account(const std::string& key, std::string& text, Target& target) {
  if (!is_account_id(text)) return Complaint{key + " '" + text + "' is no account id", "it has twelve digits"};
  target.source->settings.account_id = text;
  return {};
}

Verdict take_endpoint(const std::string& key, std::string& text, Target& target) {
  if (!text.starts_with("https://") && !text.starts_with("http://")) {
    // The rest is not shown: it may hold a password.
    return Complaint{key + " is no URL", "such as https://s3.example.com or http://127.0.0.1:9000"};
  }
  if (text.contains('@')) return Complaint{key + " holds a user's name", "credentials stand in ~/.aws"};
  target.source->s3.endpoint_url = text;
  return {};
}

Verdict take_payer(const std::string& key, std::string& text, Target& target) {
  if (text != "requester") return Complaint{key + " '" + text + "': only \"requester\" may pay", ""};
  target.source->s3.requester_pays = true;
  return {};
}

// One of a time's forms; what it means then depends on the zone and on when the question is asked.
Verdict take_time(const std::string& key, const std::string& text, std::string& target) {
  return keep(object_time(key, text, "UTC", 0), text, target);
}

// The list. An option's name is the key's with dashes.
constexpr Row kRows[] = {
    {{"defaults", "timezone", "ZONE", "zone for event_time, literals and date functions, an IANA name", "UTC"},
     ValueType::kText,
     [](const std::string& key, std::string& text, Target& target) {
       return keep(zone_name(key, text), text, target.config.defaults.time_zone);
     }},
    {{"defaults", "memory", "SIZE", "most memory to use", "a quarter of the machine, at least 512MiB"},
     ValueType::kSize,
     [](const std::string& key, std::string& text, Target& target) {
       return keep(memory_bytes(key, text), text, target.config.defaults.memory);
     }},
    {{"defaults", "threads", "N", "threads to use", "one per processor"},
     ValueType::kCount,
     [](const std::string& key, std::string& text, Target& target) {
       return keep(thread_count(key, text), text, target.config.defaults.threads);
     }},
    {{"defaults", "output", "FORM", "form of the answer where neither --output nor the name of -o says it",
      "table on a terminal, csv elsewhere"},
     ValueType::kText,
     take_output},
    {{"defaults", "rows", "N", "rows that a table on a terminal shows", "1000"},
     ValueType::kCount,
     [](const std::string& key, std::string& text, Target& target) {
       return keep(row_count(key, text), text, target.config.defaults.rows);
     }},
    {{"defaults", "strict", "true|false", "read every record, and end with code 4 if any was rejected", "false"},
     ValueType::kSwitch,
     [](const std::string& key, std::string& text, Target& target) {
       return take_switch(key, text, target.config.defaults.strict);
     }},
    {{"defaults", "csv_safe", "true|false", "put a ' before cells that a spreadsheet would run as a formula", "false"},
     ValueType::kSwitch,
     [](const std::string& key, std::string& text, Target& target) {
       return take_switch(key, text, target.config.defaults.csv_safe);
     }},
    {{"defaults", "sse", "KIND", "encryption of what -o writes to S3: AES256, aws:kms or aws:kms:dsse",
      "as the bucket says"},
     ValueType::kText,
     [](const std::string& key, std::string& text, Target& target) {
       return keep(encryption(key, text), text, target.config.defaults.sse);
     },
     Trust::kOwnFile},
    {{"defaults", "sse_kms_key_id", "KEY", "the KMS key for that", "the account's own for S3"},
     ValueType::kText,
     [](const std::string&, std::string& text, Target& target) -> Verdict {
       target.config.defaults.sse_kms_key_id = text;
       return {};
     },
     Trust::kOwnFile},
    {{"defaults", "ask_above", "SIZE", "ask before more than this is read from AWS's S3", "10GB"},
     ValueType::kSize,
     [](const std::string& key, std::string& text, Target& target) {
       return keep(memory_bytes(key, text), text, target.config.defaults.ask_above);
     },
     Trust::kOwnFile},
    {{"defaults", "ask_above_objects", "N", "ask before more objects than this are read from AWS's S3", "10000"},
     ValueType::kCount,
     [](const std::string& key, std::string& text, Target& target) {
       return keep(row_count(key, text), text, target.config.defaults.ask_above_objects);
     },
     Trust::kOwnFile},
    {{"sources", "url", "PATH", "a folder, file or glob, or a list of them, relative to the file's folder"},
     ValueType::kTexts,
     take_url},
    {{"sources", "format", "FORMAT", "read every object as this format", "detected"},
     ValueType::kText,
     [](const std::string& key, std::string& text, Target& target) {
       return take_format(key, text, target, target.source->format);
     }},
    {{"sources", "messages", "FORMAT", "what the messages of CloudWatch Logs' records are", "detected"},
     ValueType::kText,
     [](const std::string& key, std::string& text, Target& target) {
       return take_format(key, text, target, target.source->messages);
     }},
    {{"sources", "fields", "NAMES", "the fields of lines that have no header, in their order", "the format's own"},
     ValueType::kTexts,
     take_fields},
    {{"sources", "delimiter", "TEXT", "what stands between those fields", "the format's own"},
     ValueType::kText,
     [](const std::string&, std::string& text, Target& target) -> Verdict {
       target.source->settings.delimiter = text;
       return {};
     }},
    {{"sources", "zone", "ZONE", "zone of times that are written without one, an IANA name", "UTC"},
     ValueType::kText,
     [](const std::string& key, std::string& text, Target& target) {
       return keep(zone_name(key, text), text, target.source->settings.time_zone);
     }},
    {{"sources", "account", "ACCOUNT_ID", "account of records and keys that name none", "none"},
     ValueType::kText,
     take_account},
    {{"sources", "include", "PATTERN",
      "of what the url names, only objects whose path below it the pattern fits; or a list of patterns", "all"},
     ValueType::kTexts,
     [](const std::string&, std::string& text, Target& target) -> Verdict {
       target.source->choice.include.push_back(text);
       return {};
     }},
    {{"sources", "exclude", "PATTERN", "objects whose path below the url it fits are left out; or a list of patterns",
      "none"},
     ValueType::kTexts,
     [](const std::string& key, std::string& text, Target& target) {
       return keep(exclude_pattern(key, text), text, target.source->choice.exclude.emplace_back());
     }},
    {{"sources", "since", "TIME", "only objects last changed then or later: a date, an instant, or how long ago (7d)",
      "all"},
     ValueType::kText,
     [](const std::string& key, std::string& text, Target& target) {
       return take_time(key, text, target.source->choice.since);
     }},
    {{"sources", "until", "TIME", "only objects last changed before then", "all"},
     ValueType::kText,
     [](const std::string& key, std::string& text, Target& target) {
       return take_time(key, text, target.source->choice.until);
     }},
    {{"sources", "inventory", "URL",
      "an S3 Inventory of the bucket that stands in for listing it: s3:// of a manifest.json, or of the folder above "
      "the dated ones; only newer keys are listed",
      "none"},
     ValueType::kText,
     [](const std::string& key, std::string& text, Target& target) {
       return keep(inventory_url(key, text), text, target.source->inventory);
     }},
    {{"sources", "late", "DURATION",
      "how long after it happened a record is delivered at most, by logs that promise nothing: what is listed in S3 "
      "ends that long after a question's last instant",
      "any time"},
     ValueType::kText,
     [](const std::string& key, std::string& text, Target& target) -> Verdict {
       const auto late = duration_us(key, text);
       if (!late) return Complaint{late.error().message, late.error().hint};
       target.source->settings.late_us = *late;
       return {};
     }},
    {{"sources", "region", "REGION", "where requests to S3 begin; a bucket elsewhere is followed",
      "as AWS's own tools"},
     ValueType::kText,
     [](const std::string&, std::string& text, Target& target) -> Verdict {
       target.source->s3.region = text;
       return {};
     }},
    {{"sources", "profile", "NAME", "of ~/.aws/config, for s3://", "as AWS's own tools"},
     ValueType::kText,
     [](const std::string&, std::string& text, Target& target) -> Verdict {
       target.source->s3.profile = text;
       return {};
     },
     Trust::kOwnFile},
    {{"sources", "endpoint_url", "URL", "an S3 of your own", "as AWS's own tools"},
     ValueType::kText,
     take_endpoint,
     Trust::kOwnFile},
    {{"sources", "role_arn", "ARN", "a role that is assumed to read the source, as of another account", "none"},
     ValueType::kText,
     [](const std::string& key, std::string& text, Target& target) -> Verdict {
       if (!text.starts_with("arn:"))
         return Complaint{key + " '" + text + "' is no ARN", "arn:aws:iam::ACCOUNT:role/NAME"};
       target.source->s3.role_arn = text;
       return {};
     },
     Trust::kOwnFile},
    {{"sources", "external_id", "TEXT", "that the role wants to be told", "none"},
     ValueType::kText,
     [](const std::string&, std::string& text, Target& target) -> Verdict {
       target.source->s3.external_id = text;
       return {};
     },
     Trust::kOwnFileSecret},
    {{"sources", "no_sign_request", "true|false", "ask S3 without credentials, for buckets open to everybody", "false"},
     ValueType::kSwitch,
     [](const std::string& key, std::string& text, Target& target) -> Verdict {
       std::optional<bool> value;
       if (auto wrong = take_switch(key, text, value)) return wrong;
       target.source->s3.anonymous = *value;
       return {};
     }},
    {{"sources", "request_payer", "WHO", "\"requester\": pay for requests to a bucket whose owner does not",
      "the owner"},
     ValueType::kText,
     take_payer,
     Trust::kOwnFile},
    {{"accounts", "ACCOUNT_ID", "NAME", "the account's name, for the table accounts"},
     ValueType::kText,
     nullptr},  // its names are the accounts' own: settle_account()
};

const Row* row_of(std::string_view section, std::string_view name) {
  const auto row = std::find_if(std::begin(kRows), std::end(kRows),
                                [&](const Row& r) { return r.key.section == section && r.key.name == name; });
  return row == std::end(kRows) ? nullptr : row;
}

bool is_reserved(std::string_view name) {
  return std::find(std::begin(kReservedNames), std::end(kReservedNames), name) != std::end(kReservedNames);
}

std::vector<std::string> names_in(std::string_view section) {
  std::vector<std::string> names;
  for (const Row& row : kRows) {
    if (row.key.section == section) names.emplace_back(row.key.name);
  }
  return names;
}

// Names of sources stand in keys, variables and completions.
bool is_source_name(std::string_view name) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kSourceNameBytesMax && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), is_word);
}

// "shop-web" as variables write it: SHOP_WEB.
std::string in_capitals(std::string_view name) {
  std::string result;
  for (const char c : name) result += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return result;
}

std::string in_small_letters(std::string_view name) {
  std::string result;
  for (const char c : name) result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

std::string_view word_of(ValueType type) {
  switch (type) {
    case ValueType::kText: return "a text in quotes";
    case ValueType::kTexts: return "a text in quotes, or a list of them";
    case ValueType::kSize: return "a size such as \"4GB\", or a number of bytes";
    case ValueType::kCount: return "a number";
    case ValueType::kSwitch: return "true or false";
    case ValueType::kOther: break;
  }
  return "";
}

bool fits(const Value& value, ValueType wanted) {
  if (value.from_environment || value.type == wanted) return true;
  switch (wanted) {
    case ValueType::kTexts: return value.type == ValueType::kText || value.type == ValueType::kTexts;
    case ValueType::kSize: return value.type == ValueType::kText || value.type == ValueType::kCount;
    default: return false;
  }
}

// A source as it is put together from the file and the environment.
struct RawSource {
  std::string name;
  Place place;
  Values values;
};

// Text of the file or the environment as an error may show it.
std::string shown(std::string_view text) {
  std::string repaired = utf8::repaired(text);
  for (char& c : repaired) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return repaired;
}

// Which name it could have been, or which there are.
std::string hint_for(std::string_view name, const std::vector<std::string>& names) {
  const std::string near = nearest_name(name, names);
  return near.empty() ? fmt::format("there are {}", fmt::join(names, ", ")) : "did you mean " + near + "?";
}

// The place of the first byte that is no UTF-8; nullopt: there is none.
std::optional<std::size_t> first_bad_byte(std::string_view text) {
  if (utf8::is_valid(text)) return {};
  const std::string repaired = utf8::repaired(text);
  return std::mismatch(text.begin(), text.end(), repaired.begin(), repaired.end()).first - text.begin();
}

class Parser {
 public:
  Parser(Config& config, const ConfigRequest& request, const Environment& environment)
      : config_(config), request_(request), environment_(environment) {}

  void parse(std::string_view text) {
    if (const auto bad = first_bad_byte(text)) {
      const std::string_view before = text.substr(0, *bad);
      const std::string_view line = before.substr(before.rfind('\n') + 1);
      const auto is_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
      complain({fmt::format("{}:{}:{}", config_.file.path, std::count(before.begin(), before.end(), '\n') + 1,
                            std::count_if(line.begin(), line.end(), is_character) + 1)},
               "no UTF-8", "save the file as UTF-8");
    } else if (const std::size_t line = toml_line_of_deep_key(text); line > 0) {
      complain({fmt::format("{}:{}:1", config_.file.path, line), line},
               fmt::format("more than {} dots on one line", kTomlLineDotsMax),
               "a key has at most three parts: sources.NAME.url");
    } else if (take_text(text)) {
      take_environment();
      settle_all();
    }
    for (auto& [order, error] : errors_) config_.errors.push_back(std::move(error));
  }

 private:
  Place place_of(const toml::source_position& at) const {
    return {fmt::format("{}:{}:{}", config_.file.path, at.line, at.column), (std::uint64_t{at.line} << 32) | at.column};
  }
  Place place_of(const toml::key& key) const { return place_of(key.source().begin); }
  Place place_of(const toml::node& node) const { return place_of(node.source().begin); }

  void complain(const Place& place, const std::string& message, std::string hint = {}) {
    errors_.emplace(place.order, Error{ErrorKind::kUsage, place.name + ": " + shown(message), std::move(hint), {}});
  }

  bool take_text(std::string_view text) {
    try {
      const toml::table root = toml::parse(text);
      for (const auto& [key, node] : root) take_section(key, node);
      return true;
    } catch (const toml::parse_error& error) {
      const std::string_view what = error.description();
      complain(place_of(error.source().begin),
               what.contains("cannot redefine") ? "this key or section is there already" : std::string(what));
      return false;
    }
  }

  void take_section(const toml::key& key, const toml::node& node) {
    const std::string name(key.str());
    const std::vector<std::string> sections(std::begin(kSections), std::end(kSections));
    if (std::find(sections.begin(), sections.end(), name) == sections.end()) {
      complain(place_of(key), "unknown section [" + name + "]", hint_for(name, sections));
      return;
    }
    const toml::table* section = node.as_table();
    if (section == nullptr) {
      complain(place_of(key), name + " is a section", name == "sources" ? "[sources.NAME]" : "[" + name + "]");
    } else if (name == "defaults") {
      take_values(name, "defaults.", *section, defaults_);
    } else if (name == "sources") {
      take_sources(*section);
    } else {
      for (const auto& [id, of_id] : *section) accounts_[std::string(id.str())] = value_of(id, of_id);
    }
  }

  Value value_of(const toml::key& key, const toml::node& node) const {
    Value value;
    value.key_place = place_of(key);
    value.place = place_of(node);
    const auto add = [&](ValueType type, const toml::node& of, std::string text) {
      value.type = type;
      value.texts.push_back({std::move(text), place_of(of)});
    };
    if (const auto* text = node.as_string()) {
      add(ValueType::kText, node, text->get());
    } else if (const auto* number = node.as_integer()) {
      add(ValueType::kCount, node, std::to_string(number->get()));
    } else if (const auto* truth = node.as_boolean()) {
      add(ValueType::kSwitch, node, truth->get() ? "true" : "false");
    } else if (const auto* list = node.as_array(); list != nullptr && list->is_homogeneous<std::string>()) {
      for (const toml::node& item : *list) add(ValueType::kTexts, item, item.as_string()->get());
    }
    return value;
  }

  void take_values(std::string_view section, const std::string& prefix, const toml::table& table, Values& values) {
    for (const auto& [key, node] : table) {
      if (may_take(section, prefix, std::string(key.str()), place_of(key))) {
        values[std::string(key.str())] = value_of(key, node);
      }
    }
  }

  // Is there such a key? Complains where there is none, or where it is reserved.
  bool may_take(std::string_view section, const std::string& prefix, const std::string& name, const Place& place) {
    const Row* row = row_of(section, name);
    const bool merely_found = config_.file.origin == ConfigOrigin::kFound && place.order != kEnvironmentOrder;
    if (row != nullptr && (row->trust == Trust::kAnyFile || !merely_found)) return true;
    if (row == nullptr && !is_reserved(name)) {
      complain(place, "unknown key " + prefix + name, hint_for(name, names_in(section)));
      return false;
    }
    reserved_.push_back({prefix + name, kMasked, place.name});
    if (row == nullptr) {
      complain(place, prefix + name + " is no setting of otomo",
               "credentials stand in ~/.aws, a source names its profile");
    } else {
      complain(place, prefix + name + ": a file that was merely found sets no endpoints, credentials or commands",
               "that takes --config FILE or your own ~/.config/otomo/otomo.toml");
    }
    return false;
  }

  void take_sources(const toml::table& section) {
    for (const auto& [key, node] : section) {
      const std::string name(key.str());
      const toml::table* table = node.as_table();
      if (table == nullptr) {
        complain(place_of(key), "sources." + name + " is no table", "a source is a section: [sources.NAME]");
      } else if (!is_source_name(name)) {
        complain(place_of(key), "'" + name + "' is no name for a source",
                 fmt::format("letters, digits, _ and -, at most {}", kSourceNameBytesMax));
      } else {
        sources_.push_back({name, place_of(key), {}});
        take_values("sources", "sources." + name + ".", *table, sources_.back().values);
      }
    }
    // toml++ gives them by their names.
    std::sort(sources_.begin(), sources_.end(),
              [](const RawSource& a, const RawSource& b) { return a.place.order < b.place.order; });
    if (sources_.size() > kSourcesMax) {
      complain(sources_[kSourcesMax].place, fmt::format("more than {} sources", kSourcesMax),
               "a url may be a list, a folder or a glob");
      sources_.resize(kSourcesMax);
    }
    std::map<std::string, std::string> by_variable;
    for (const RawSource& source : sources_) {
      const auto [same, fresh] = by_variable.emplace(in_capitals(source.name), source.name);
      if (fresh) continue;
      complain(source.place, source.name + " and " + same->second + " are one name in variables",
               "both would be OTOMO_SOURCES_" + same->first + "_…: rename one");
    }
  }

  void take_environment() {
    for (const auto& [variable, text] : environment_) {
      if (text.empty() || !variable.starts_with(kVariablePrefix)) continue;
      const std::string_view rest = std::string_view(variable).substr(kVariablePrefix.size());
      for (const std::string_view section : kSections) {
        const std::string prefix = in_capitals(section) + "_";
        if (rest.starts_with(prefix)) take_variable(variable, section, rest.substr(prefix.size()), text);
      }
    }
  }

  // `rest` is the variable's name behind its section.
  void take_variable(const std::string& variable, std::string_view section, std::string_view rest,
                     const std::string& text) {
    const Place place{variable, kEnvironmentOrder};
    const Value value{ValueType::kText, true, place, place, {{text, place}}};
    if (section == "accounts") {
      accounts_[std::string(rest)] = value;
      return;
    }
    Values* values = &defaults_;
    std::string prefix = "defaults.";
    if (section == "sources") {
      // Names may have underscores: of "shop" and "shop_web" the longer is meant.
      const RawSource* source = nullptr;
      for (RawSource& candidate : sources_) {
        if (!rest.starts_with(in_capitals(candidate.name) + "_")) continue;
        if (source != nullptr && source->name.size() > candidate.name.size()) continue;
        source = &candidate;
        values = &candidate.values;
      }
      if (source == nullptr) {
        config_.warnings.push_back(shown(variable) + " has no effect: there is no source of that name");
        return;
      }
      prefix = "sources." + source->name + ".";
      rest.remove_prefix(source->name.size() + 1);
    }
    const std::string name = in_small_letters(rest);
    if (may_take(section, prefix, name, place)) (*values)[name] = value;
  }

  void settle_all() {
    for (const Row& row : kRows) {
      if (row.key.section != "defaults") continue;
      const auto value = defaults_.find(row.key.name);
      if (value == defaults_.end()) {
        config_.settings.push_back({dotted_name(row.key), std::string(row.key.built_in), "built in"});
      } else {
        settle(row, dotted_name(row.key), value->second, nullptr);
      }
    }
    for (const RawSource& raw : sources_) {
      ConfigSource source;
      source.name = raw.name;
      for (const Row& row : kRows) {
        const auto value = row.key.section == "sources" ? raw.values.find(row.key.name) : raw.values.end();
        if (value == raw.values.end()) continue;
        settle(row, fmt::format("sources.{}.{}", raw.name, row.key.name), value->second, &source);
      }
      if (!raw.values.contains("url")) {
        complain(raw.place, "sources." + raw.name + " has no url",
                 "say where its logs are, for example url = \"AWSLogs\"");
      }
      if (const auto fields = raw.values.find("fields"); fields != raw.values.end()) {
        check_fields("sources." + raw.name + ".fields", fields->second, raw, source);
      }
      config_.sources.push_back(std::move(source));
    }
    for (const auto& [id, value] : accounts_) settle_account(id, value);
    config_.settings.insert(config_.settings.end(), reserved_.begin(), reserved_.end());
  }

  // Checks the value and puts it where it belongs.
  void settle(const Row& row, const std::string& key, const Value& value, ConfigSource* source) {
    if (!fits(value, row.type)) {
      complain(value.place, key + " is to be " + std::string(word_of(row.type)));
      return;
    }
    Target target{config_, source, request_, environment_, value.from_environment ? "" : config_.file.folder};
    for (Text text : value.texts) {
      if (!is_whole(key, text)) continue;
      if (const Verdict verdict = row.take(key, text.text, target)) {
        complain(text.place, verdict->message, verdict->hint);
      } else {
        const bool secret = row.trust == Trust::kOwnFileSecret;
        config_.settings.push_back({key, secret ? kMasked : text.text, text.place.name});
      }
    }
  }

  // Complains of names that no format, or not the source's, has a field for.
  void check_fields(const std::string& key, const Value& value, const RawSource& raw, const ConfigSource& source) {
    if (source.settings.fields.empty()) return;
    formats::Registry registry;
    std::vector<const formats::Format*> named;
    for (const auto& [name, format] : {std::pair("messages", source.messages), std::pair("format", source.format)}) {
      if (format.empty() && raw.values.contains(name)) return;  // it was wrong, and told
      if (format.empty()) continue;
      const auto chosen = choose_format(format, registry);
      if (!chosen) return;
      named.push_back(*chosen);
    }
    const auto chosen = choose_by_fields(source.settings.fields, named, registry);
    if (chosen) return;
    const auto wrong = std::find_if(value.texts.begin(), value.texts.end(),
                                    [&](const Text& text) { return !choose_by_fields(text.text, named, registry); });
    complain(wrong == value.texts.end() ? value.place : wrong->place, key + ": " + chosen.error().message,
             chosen.error().hint);
  }

  // What is empty or holds a NUL is no value of any key.
  bool is_whole(const std::string& key, const Text& text) {
    if (!text.text.empty() && !text.text.contains('\0')) return true;
    complain(text.place, key + (text.text.empty() ? " is empty" : " holds a NUL character"));
    return false;
  }

  void settle_account(const std::string& id, const Value& value) {
    const std::string key = "accounts." + id;
    if (!is_account_id(id)) {
      complain(value.key_place, "'" + id + "' is no account id", "it has twelve digits");
    } else if (!fits(value, ValueType::kText)) {
      complain(value.place, key + " is to be " + std::string(word_of(ValueType::kText)));
    } else if (is_whole(key, value.texts.front())) {
      config_.accounts.push_back({id, value.texts.front().text});
      config_.settings.push_back({key, value.texts.front().text, value.place.name});
    }
  }

  Config& config_;
  const ConfigRequest& request_;
  const Environment& environment_;
  Values defaults_;
  std::vector<RawSource> sources_;
  Values accounts_;
  std::vector<Setting> reserved_;
  std::multimap<std::uint64_t, Error> errors_;  // by their places; of one place as they came
};

}  // namespace

std::vector<ConfigKey> config_keys() {
  std::vector<ConfigKey> keys;
  for (const Row& row : kRows) keys.push_back(row.key);
  return keys;
}

std::string dotted_name(const ConfigKey& key) {
  return fmt::format("{}.{}{}", key.section, key.section == "sources" ? "NAME." : "", key.name);
}

std::string variable_name(const ConfigKey& key) {
  std::string name = dotted_name(key);
  std::replace(name.begin(), name.end(), '.', '_');
  return std::string(kVariablePrefix) + in_capitals(name);
}

Config load_config(const ConfigRequest& request, const Environment& environment) {
  ConfigFile file = find_config_file(request.path, environment);
  std::string text;
  if (file.origin != ConfigOrigin::kNone) {
    auto read = read_config_file(file);
    if (!read) {
      Config config;
      config.file = std::move(file);
      config.errors.push_back(std::move(read.error()));
      return config;
    }
    text = std::move(*read);
  }
  return parse_config(text, std::move(file), request, environment);
}

Config parse_config(std::string_view text, ConfigFile file, const ConfigRequest& request,
                    const Environment& environment) {
  Config config;
  config.file = std::move(file);
  Parser(config, request, environment).parse(text);
  return config;
}

}  // namespace otomo::app
