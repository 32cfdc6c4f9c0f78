// SPDX-License-Identifier: Apache-2.0
#include "formats/custom/custom.h"

#include <fmt/format.h>

#include <algorithm>

#include "formats/custom/columns.h"
#include "formats/custom/delimiter.h"
#include "formats/custom/description.h"
#include "formats/custom/json.h"
#include "formats/custom/pattern.h"
#include "formats/registry.h"

namespace otomo::formats::custom {

namespace {

// Tables that otomo and DuckDB make begin so.
constexpr std::string_view kReservedPrefixes[] = {"_", "duckdb_", "pg_", "pragma_", "sqlite_"};

// Everything that a format's functions refer to. The Format lives in it, so they may refer to it by address.
struct Made {
  Columns columns;
  std::unique_ptr<RecordKind> kind;
  std::string key;
  Format format;
};

// `*`: any bytes, `?`: one. The place of the last star is enough to come back to.
bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t behind_star = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      behind_star = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++behind_star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

Result<void> check_name(const Description& description) {
  const std::string& name = description.name.value;
  const auto wrong = [&](std::string_view message, std::string hint) {
    return error_at(description.file, description.name.place, message, std::move(hint));
  };
  const bool plain =
      is_column_name(name) && std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!plain) return wrong(fmt::format("'{}' is no name for a table", name), "small letters, digits and _");
  for (const std::string_view prefix : kReservedPrefixes) {
    if (name.starts_with(prefix)) {
      return wrong(fmt::format("names that begin with {} are not the user's", prefix), "choose another name");
    }
  }
  for (const Format* format : all_formats()) {
    if (format->name == name) return wrong(fmt::format("{} is a format of otomo's", name), "choose another name");
    if (format->table == name) return wrong(fmt::format("{} is a table of otomo's", name), "choose another name");
  }
  return {};
}

Format make_format(const Made& made, const Description& description) {
  return {
      .name = description.name.value,
      .table = description.name.value,
      .summary = description.summary,
      .columns = made.columns.specs,
      .newline_ends_record = made.kind->newline_ends_record(),
      .read_key = [&made](std::string_view key) -> std::optional<KeyFacts> {
        if (made.key.empty() || !matches_glob(made.key, key)) return {};
        return KeyFacts{};
      },
      // Content proves nothing of a format that anybody may describe; with the key it is enough.
      .detect =
          [&made](std::string_view head, bool whole) {
            return !made.key.empty() && made.kind->fits(head, whole) ? Verdict::kMaybe : Verdict::kNo;
          },
      .make_reader = [&made](const LiteralFilter& filter) { return made.kind->make_reader(filter); },
      .literal_for = [&made](std::size_t column, Match /*match*/,
                             std::string_view value) -> std::optional<std::string> {
        if (made.columns.specs[column].type != Type::kText) return {};
        return made.kind->literal_for(value);
      },
  };
}

}  // namespace

Result<Checked> check(std::string_view text, std::string_view file_name) {
  const auto description = describe(text, file_name);
  if (!description) return std::unexpected(description.error());
  if (auto named = check_name(*description); !named) return std::unexpected(std::move(named.error()));
  const auto made = std::make_shared<Made>();
  made->key = description->key;
  if (description->kind == Kind::kRegex || description->kind == Kind::kGrok) {
    auto pattern = make_pattern(*description);
    if (!pattern) return std::unexpected(std::move(pattern.error()));
    if (auto columns = make_columns(*description, (*pattern)->columns(), made->columns); !columns) {
      return std::unexpected(std::move(columns.error()));
    }
    made->kind = std::move(**pattern).make(made->columns);
  } else {
    if (auto columns = make_columns(*description, description->columns, made->columns); !columns) {
      return std::unexpected(std::move(columns.error()));
    }
    made->kind = description->kind == Kind::kJson ? make_json(*description, made->columns)
                                                  : make_delimiter(*description, made->columns);
  }
  made->format = make_format(*made, *description);
  auto samples = check_samples(*description, made->format);
  if (!samples) return std::unexpected(std::move(samples.error()));
  return Checked{std::shared_ptr<const Format>(made, &made->format), made->kind->summary(), std::move(*samples)};
}

Result<std::shared_ptr<const Format>> load(std::string_view text, std::string_view file_name) {
  auto checked = check(text, file_name);
  if (!checked) return std::unexpected(std::move(checked.error()));
  return std::move(checked->format);
}

}  // namespace otomo::formats::custom
