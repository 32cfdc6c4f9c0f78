// SPDX-License-Identifier: Apache-2.0
#include "engine/tables/known.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "base/limits.h"
#include "base/nearest_name.h"
#include "engine/tables/plain.h"
#include "formats/side_file.h"
#include "io/decoded_source.h"

namespace otomo::engine {

namespace {

// Objects that are looked into, spread over all of them: a glance, where reading everything would be a scan.
constexpr std::size_t kObjectsLookedAtMax = 100;
constexpr std::size_t kNamesShownMax = 12;

struct KnownTable {
  std::string name;
  std::string summary;
};

std::vector<KnownTable> log_tables(const Session& session) {
  const formats::Registry& registry = *session.inputs.registry;
  std::vector<KnownTable> tables;
  for (const std::string& table : registry.tables()) tables.push_back({table, registry.of_table(table)[0]->summary});
  for (const formats::Format* format : registry.all()) {
    if (!format->manifest_table.empty()) tables.push_back({format->manifest_table, "from " + format->summary});
  }
  return tables;
}

std::vector<KnownTable> own_tables() {
  return {{"_rejects", "lines and records that could not be read"},
          {"_objects", "objects: what each is, and how well it reads"},
          {"accounts", "names of accounts, from otomo.toml"}};
}

// The object's first plain bytes, with kBlockPaddingBytes behind them; nullopt: a pipe, it cannot be read, or it lies
// in S3, where a glance would cost requests.
std::optional<std::string> head_of(const io::Object& object) {
  if (object.is_stdin || !object.modified_us || object.is_s3()) return {};
  io::FileOpener opener;
  auto bytes = opener.open(object.path, object.size_bytes);
  if (!bytes) return {};
  io::DecodedSource source;
  source.open(std::move(*bytes));
  std::string head(kDetectionBytesMax + kBlockPaddingBytes, '\0');
  const auto started = source.start({head.data(), kDetectionBytesMax});
  if (!started) return {};
  const auto more = source.read({head.data() + *started, kDetectionBytesMax - *started});
  if (!more) return {};
  head.resize(*started + *more + kBlockPaddingBytes);
  return head;
}

// The tables that the objects make, as far as a glance tells.
std::vector<std::string> held_tables(const Session& session) {
  const io::ObjectList& objects = session.inputs.listing.objects;
  const formats::Registry& registry = *session.inputs.registry;
  std::vector<std::string> held;
  const auto add = [&](const std::string& table) {
    if (!table.empty() && std::find(held.begin(), held.end(), table) == held.end()) held.push_back(table);
  };
  const std::size_t step = objects.size() / kObjectsLookedAtMax + 1;
  io::ObjectCursor cursor(objects);
  for (std::size_t i = 0; i < objects.size(); i += step) {
    const io::Object& object = cursor.at(i);
    const auto head = head_of(object);
    if (!head) continue;
    const std::string_view text = std::string_view(*head).substr(0, head->size() - kBlockPaddingBytes);
    const formats::Format* format = session.source_of(object).forced;
    if (format == nullptr) format = registry.detect(object.path, text, text.size() < kDetectionBytesMax);
    if (format == nullptr) {
      if (!formats::is_side_file(object.path)) add(plain_table_name(object.name()));
      continue;
    }
    add(format->table);
    add(format->manifest_table);
    for (const formats::Format* other : registry.all()) {
      if (other->objects_of == format->name) add(other->table);
    }
  }
  return held;
}

}  // namespace

std::string show_tables_query(Session& session) {
  session.need_everything();
  std::vector<KnownTable> tables = log_tables(session);
  const std::size_t logs = tables.size();
  for (const std::string& name : held_tables(session)) {
    const auto end = tables.begin() + static_cast<std::ptrdiff_t>(logs);
    if (std::none_of(tables.begin(), end, [&](const KnownTable& table) { return table.name == name; })) {
      tables.push_back({name, "the files of this name"});
    }
  }
  for (KnownTable& table : own_tables()) tables.push_back(std::move(table));
  std::vector<std::string> rows;
  for (const KnownTable& table : tables) {
    rows.push_back(fmt::format("({}, {})", text_literal(table.name), text_literal(table.summary)));
  }
  return fmt::format("SELECT * FROM (VALUES {}) AS tables(name, summary)", fmt::join(rows, ", "));
}

std::string missing_table_hint(const Session& session, std::string_view name) {
  std::vector<std::string> held = held_tables(session);
  std::vector<std::string> names;
  for (const KnownTable& table : log_tables(session)) names.push_back(table.name);
  for (const KnownTable& table : own_tables()) names.push_back(table.name);
  std::vector<std::string> all = names;
  all.insert(all.end(), held.begin(), held.end());
  const std::vector<std::string> similar = similar_names(duckdb::StringUtil::Lower(std::string(name)), all);
  if (similar.empty() && held.empty()) return fmt::format("the tables are {}", fmt::join(names, ", "));
  std::string hint = similar.empty() ? "" : fmt::format("did you mean {}? ", fmt::join(similar, " or "));
  if (!held.empty()) {
    const bool more = held.size() > kNamesShownMax;
    if (more) held.resize(kNamesShownMax);
    hint += fmt::format("what is asked holds {}{}; ", fmt::join(held, ", "), more ? ", …" : "");
  }
  return hint + "SHOW TABLES lists all";
}

}  // namespace otomo::engine
