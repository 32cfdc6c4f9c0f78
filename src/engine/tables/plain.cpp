// SPDX-License-Identifier: Apache-2.0
#include "engine/tables/plain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/ascii.h"
#include "engine/object_files.h"
#include "engine/parquet_rows.h"
#include "engine/tables/lend.h"
#include "formats/object_key.h"
#include "io/decoded_source.h"
#include "io/s3_objects.h"

namespace otomo::engine {

namespace {

constexpr std::size_t kHeadBytes = 4096;
constexpr std::size_t kManifestBytesMax = 64 * 1024 * 1024;
constexpr std::string_view kClassPrefix = "ocsf_";
constexpr std::string_view kManifestName = "manifest.json";

enum class Kind : std::uint8_t { kCsv, kJson, kParquet };

struct PlainObject {
  std::uint32_t object = 0;
  Kind kind = Kind::kCsv;
  std::string file_name;  // DuckDB's
};

// The text as a table's name: small letters, digits, and `_` for all else.
std::string as_identifier(std::string_view text) {
  std::string name = lower_ascii(text);
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (!plain) c = '_';
  }
  return name;
}

bool remove_ending(std::string_view& name, std::string_view ending) {
  if (name.size() <= ending.size() || lower_ascii(name.substr(name.size() - ending.size())) != ending) return false;
  name.remove_suffix(ending.size());
  return true;
}

// The file's name without the endings that tell its form; nullopt: no ending tells one.
std::optional<std::string_view> stem_of(std::string_view name) {
  for (const std::string_view codec : {".gz", ".zst", ".bz2"}) {
    if (remove_ending(name, codec)) break;
  }
  for (const std::string_view form : {".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet"}) {
    if (remove_ending(name, form)) return name;
  }
  return {};
}

std::string quoted(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote) result += quote;
    result += c;
  }
  return result + quote;
}

class PlainTables {
 public:
  explicit PlainTables(Session& session) : session_(session), listing_(session.inputs.listing) {}

  duckdb::unique_ptr<duckdb::TableRef> find(const std::string& name) {
    session_.need_everything();
    std::string sql;
    std::span<const formats::ColumnSpec> columns;  // where a manifest's table has no manifest
    for (const formats::Format* format : session_.inputs.registry->all()) {
      if (!format->read_manifest || format->manifest_table != name) continue;
      sql = of_manifests(*format);
      columns = format->columns;
    }
    if (sql.empty() && name.starts_with(kClassPrefix)) sql = of_class(name);
    if (sql.empty()) sql = of_name(name);
    if (sql.empty() && !columns.empty()) {
      if (!session_.inputs.names_sources) throw_no_sources(name);
      sql = empty_table(columns);
    }
    if (sql.empty()) return nullptr;
    TableUse use;
    use.table = name;
    use.records_known = false;
    use.objects_pruned = older_manifests_;
    for (const std::uint32_t object : read_) use.stored_bytes += listing_.objects.at(object).size_bytes;
    use.objects_matched = use.objects_read = read_.size();
    use.objects_unread = missing_.size();
    use.unread = missing_;
    session_.add_plain(std::move(use), read_);
    duckdb::Parser parser;
    parser.ParseQuery(sql);
    auto select =
        duckdb::unique_ptr_cast<duckdb::SQLStatement, duckdb::SelectStatement>(std::move(parser.statements[0]));
    return duckdb::make_uniq<duckdb::SubqueryRef>(std::move(select), name);
  }

 private:
  static std::string empty_table(std::span<const formats::ColumnSpec> columns) {
    std::vector<std::string> nulls;
    for (const formats::ColumnSpec& column : columns) {
      // The files' times have no zone.
      const std::string type = column.type == formats::Type::kTimestamp ? "TIMESTAMP" : logical_type(column).ToString();
      nulls.push_back(fmt::format("CAST(NULL AS {}) AS {}", type, quoted(column.name, '"')));
    }
    return fmt::format("SELECT {} WHERE false", fmt::join(nulls, ", "));
  }

  // Opens the object and looks at its first plain bytes.
  PlainObject look_at(std::size_t number, const io::Object& object) const {
    const auto index = static_cast<std::uint32_t>(number);
    PlainObject plain{index, Kind::kCsv, ""};
    io::DecodedSource source;
    std::string head(kHeadBytes, '\0');
    head.resize(read_head(source, object, head));
    std::string name = lower_ascii(object.name());
    if (is_parquet(head)) {
      plain.kind = Kind::kParquet;
      plain.file_name = object_file_name(index, FileForm::kStored, "parquet");
      return plain;
    }
    const std::size_t first = head.find_first_not_of(" \t\r\n");
    const bool is_json = first != std::string::npos && (head[first] == '{' || head[first] == '[');
    if (is_json && !name.contains(".csv") && !name.contains(".tsv")) plain.kind = Kind::kJson;
    const FileForm form = source.codec() == nullptr ? FileForm::kStored : FileForm::kDecoded;
    plain.file_name = object_file_name(index, form, plain.kind == Kind::kJson ? "json" : "csv");
    return plain;
  }

  std::size_t read_head(io::DecodedSource& source, const io::Object& object, std::string& out) const {
    if (object.is_stdin) throw duckdb::IOException("standard input is no plain table: save it to a file first");
    auto bytes = io::open_object(listing_, object);
    if (!bytes) throw duckdb::IOException(bytes.error().message);
    source.open(std::move(*bytes));
    const auto started = source.start({out.data(), out.size()});
    if (!started) throw duckdb::IOException(started.error().message);
    std::size_t filled = *started;
    while (filled < out.size()) {
      const auto more = source.read({out.data() + filled, out.size() - filled});
      if (!more) throw duckdb::IOException(more.error().message);
      if (*more == 0) break;
      filled += *more;
    }
    return filled;
  }

  std::vector<std::vector<std::string>> ask(const std::string& sql) const {
    duckdb::Connection connection(*session_.database);
    const auto result = connection.Query(sql);
    if (result->HasError()) result->ThrowError();
    std::vector<std::vector<std::string>> rows;
    for (duckdb::idx_t row = 0; row < result->RowCount(); ++row) {
      auto& cells = rows.emplace_back();
      for (duckdb::idx_t column = 0; column < result->ColumnCount(); ++column) {
        const duckdb::Value value = result->GetValue(column, row);
        cells.push_back(value.IsNull() ? "" : value.ToString());
      }
    }
    return rows;
  }

  std::string of_name(const std::string& name) {
    std::vector<PlainObject> objects;
    io::ObjectCursor cursor(listing_.objects);
    while (const io::Object* object = cursor.next()) {
      const auto stem = stem_of(object->name());
      const bool of_file = stem && (lower_ascii(*stem) == name || as_identifier(*stem) == name);
      if (of_file ||
          (lower_ascii(session_.source_of(*object).name) == name && !session_.source_of(*object).name.empty())) {
        objects.push_back(look_at(cursor.number(), *object));
      }
    }
    return objects.empty() ? "" : read_all(objects);
  }

  // One reader over all of them, columns matched by their names.
  std::string read_all(const std::vector<PlainObject>& objects) {
    std::vector<std::string> files;
    for (const PlainObject& object : objects) {
      if (object.kind != objects[0].kind) {
        throw duckdb::BinderException("%s and %s have one table's name, but are of different kinds",
                                      listing_.objects.at(objects[0].object).path,
                                      listing_.objects.at(object.object).path);
      }
      files.push_back(quoted(object.file_name, '\''));
      read_.push_back(object.object);
    }
    const char* reader = objects[0].kind == Kind::kParquet ? "read_parquet"
                         : objects[0].kind == Kind::kJson  ? "read_json"
                                                           : "read_csv";
    return fmt::format("SELECT * FROM {}([{}], union_by_name = true, hive_partitioning = false)", reader,
                       fmt::join(files, ", "));
  }

  std::string of_class(const std::string& name) {
    std::vector<PlainObject> objects;
    io::ObjectCursor cursor(listing_.objects);
    while (const io::Object* object = cursor.next()) {
      if (!lower_ascii(object->name()).contains("parquet")) continue;
      PlainObject plain = look_at(cursor.number(), *object);
      if (plain.kind != Kind::kParquet) continue;
      const std::string file = quoted(plain.file_name, '\'');
      const auto columns = ask("SELECT count(*) FROM parquet_schema(" + file +
                               ") WHERE name IN ('class_name', 'class_uid', 'metadata')");
      if (columns[0][0] != "3") continue;
      const auto classes = ask("SELECT DISTINCT class_name FROM read_parquet(" + file + ", hive_partitioning = false)");
      // One class per object, as Security Lake wants it; more would be cut off here without a word.
      if (classes.size() > 1) {
        throw duckdb::BinderException("%s holds several OCSF classes: ask for the table ocsf_events", object->path);
      }
      if (!classes.empty() && std::string(kClassPrefix) + as_identifier(classes[0][0]) == name) {
        objects.push_back(std::move(plain));
      }
    }
    return objects.empty() ? "" : read_all(objects);
  }

  // What is or may be a manifest; nullopt, and told where it must be one: it is none.
  std::optional<formats::Manifest> manifest_of(const formats::Format& format, const io::Object& object, bool in_place) {
    io::DecodedSource source;
    std::string text(std::min<std::uint64_t>(object.size_bytes + kHeadBytes, kManifestBytesMax), '\0');
    const std::size_t size = read_head(source, object, text);
    text.resize(size);
    auto manifest = format.read_manifest(text);
    if (manifest) return manifest;
    text.resize(size + kBlockPaddingBytes);
    const std::string_view head = std::string_view(text).substr(0, std::min(size, kDetectionBytesMax));
    if (in_place || format.detect(head, head.size() == size) == formats::Verdict::kYes) {
      missing_.push_back({ErrorKind::kWorld,
                          object.path + " is no manifest that can be read, and it may be the newest",
                          "copy it again, or leave it out",
                          {}});
    }
    return {};
  }

  std::string of_manifests(const formats::Format& format) {
    struct Found {
      formats::Manifest manifest;
      std::string path;
    };
    std::map<std::string, Found> newest;
    std::set<std::string> known;                    // what the manifests are of
    std::map<std::string, std::string> data_files;  // one of each of what data files are of
    io::ObjectCursor cursor(listing_.objects);
    while (const io::Object* object = cursor.next()) {
      const std::string& path = object->path;
      const auto facts = format.read_key(path);
      if (!facts) continue;
      if (formats::key_name(path) != kManifestName) {
        data_files.emplace(facts->log_of, path);
        continue;
      }
      known.insert(facts->log_of);
      auto manifest = manifest_of(format, *object, !facts->log_of.empty());
      if (!manifest) continue;
      // A manifest of no files does not say what it is of: its key does.
      if (manifest->files.empty()) manifest->set += '\n' + facts->log_of;
      known.insert(manifest->set.substr(manifest->set.rfind('\n') + 1));
      const auto [place, is_first] = newest.try_emplace(manifest->set);
      if (!is_first) ++older_manifests_;
      if (is_first || place->second.manifest.created_us < manifest->created_us)
        place->second = {std::move(*manifest), path};
    }
    for (const auto& [of, path] : data_files) {
      if (known.contains(of)) continue;
      missing_.push_back({ErrorKind::kWorld,
                          path + " and what lies beside it is named by no manifest under --from",
                          "copy the manifest.json of " + of + ", too",
                          {}});
    }
    std::set<std::string> names;
    for (const auto& [set, found] : newest) {
      for (const auto& file : found.manifest.files) names.emplace(formats::key_name(file.key));
    }
    find_data_files(names);
    std::vector<std::string> parts;
    for (const auto& [set, found] : newest) {
      const std::string part = of_manifest(found.manifest, found.path);
      if (!part.empty()) parts.push_back(part);
    }
    if (parts.empty() && !missing_.empty()) throw duckdb::IOException(missing_.front().message);
    return fmt::format("{}", fmt::join(parts, " UNION ALL BY NAME "));
  }

  void find_data_files(const std::set<std::string>& names) {
    io::ObjectCursor cursor(listing_.objects);
    while (const io::Object* object = cursor.next()) {
      const std::string name(object->name());
      if (names.contains(name))
        data_files_.emplace(name, DataFile{static_cast<std::uint32_t>(cursor.number()), object->path});
    }
  }

  std::string of_manifest(const formats::Manifest& manifest, const std::string& path) {
    if (manifest.file_format != "CSV" && manifest.file_format != "Parquet") {
      throw duckdb::BinderException("%s: data files in %s are not read, only CSV and Parquet", path,
                                    manifest.file_format);
    }
    const bool is_csv = manifest.file_format == "CSV";
    std::vector<std::string> files;
    for (const auto& [key, size_bytes, md5] : manifest.files) {
      const auto [begin, end] = data_files_.equal_range(std::string(formats::key_name(key)));
      // The object whose path ends as the key does: of several with that name, the one that shares most of the key.
      const auto shared = [&](const DataFile& file) {
        return std::mismatch(key.rbegin(), key.rend(), file.path.rbegin(), file.path.rend()).first - key.rbegin();
      };
      const auto best = std::max_element(
          begin, end, [&](const auto& a, const auto& b) { return shared(a.second) < shared(b.second); });
      if (best == end) {
        missing_.push_back({ErrorKind::kWorld, path + " names " + key + ", which is not under --from", "", {}});
        continue;
      }
      const std::uint32_t object = best->second.object;
      read_.push_back(object);
      files.push_back(quoted(is_csv ? object_file_name(object, FileForm::kDecoded, "csv")
                                    : object_file_name(object, FileForm::kStored, "parquet"),
                             '\''));
    }
    if (files.empty() && !manifest.files.empty()) return "";
    if (files.empty() && !is_csv) return "SELECT NULL::VARCHAR AS bucket, NULL::VARCHAR AS key WHERE false";
    if (!is_csv) {
      return fmt::format("SELECT * FROM read_parquet([{}], union_by_name = true, hive_partitioning = false)",
                         fmt::join(files, ", "));
    }
    std::vector<std::string> types;
    std::vector<std::string> columns;
    for (const formats::Manifest::Column& column : manifest.columns) {
      types.push_back(quoted(column.name, '\'') + ": 'VARCHAR'");
      const std::string name = quoted(column.name, '"');
      // A form's encoding: `+` is a space.
      std::string value = column.url_encoded ? "url_decode(replace(" + name + ", '+', ' '))" : name;
      if (column.type != "VARCHAR") value = "CAST(nullif(" + name + ", '') AS " + column.type + ")";
      columns.push_back(files.empty() ? "NULL::" + column.type + " AS " + name : value + " AS " + name);
    }
    if (files.empty()) return fmt::format("SELECT {} WHERE false", fmt::join(columns, ", "));
    return fmt::format(
        "SELECT {} FROM read_csv([{}], header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        "columns = {{{}}})",
        fmt::join(columns, ", "), fmt::join(files, ", "), fmt::join(types, ", "));
  }

  Session& session_;
  const io::Listing& listing_;
  std::vector<std::uint32_t> read_;
  std::vector<Error> missing_;
  std::uint64_t older_manifests_ = 0;
  struct DataFile {
    std::uint32_t object;
    std::string path;
  };
  std::unordered_multimap<std::string, DataFile> data_files_;  // by their names, those that manifests name
};

}  // namespace

std::string plain_table_name(std::string_view file_name) {
  const auto stem = stem_of(file_name);
  return stem ? as_identifier(*stem) : "";
}

duckdb::unique_ptr<duckdb::TableRef> find_plain_table(Session& session, const std::string& name) {
  return PlainTables(session).find(name);
}

}  // namespace otomo::engine
