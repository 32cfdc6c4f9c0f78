// SPDX-License-Identifier: Apache-2.0
#include "formats/custom/json.h"

#include <algorithm>
#include <cstring>
#include <deque>

#include "base/utf8.h"
#include "formats/json_records.h"
#include "formats/lines.h"

namespace otomo::formats::custom {

namespace {

// All paths as one tree: a member's name, the columns that its value is for, and what is below it.
struct PathNode {
  std::string name;
  std::vector<std::string> spellings;
  std::vector<std::size_t> columns;
  std::vector<PathNode> children;
};

struct Layout {
  PathNode root;
  std::string container;
  JsonRecordForm form;
  bool lines = false;
};

constexpr std::string_view kLowerHex = "0123456789abcdef";
constexpr std::string_view kUpperHex = "0123456789ABCDEF";

// What a writer of JSON does beyond the escapes that it must make.
struct Spelling {
  std::string_view hex;  // the digits of \u
  bool ascii;            // what is not ASCII is escaped
  bool slash;            // so is a slash
};

// REQUIRES: valid UTF-8.
void spell(std::string_view name, const Spelling& spelling, std::string& out) {
  const auto escape = [&](std::uint32_t unit) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += spelling.hex[(unit >> shift) & 0xF];
  };
  static constexpr std::string_view kShort = "\"\"\\\\\bb\ff\nn\rr\tt";  // pairs: the character, its letter
  for (std::size_t at = 0; at < name.size();) {
    const auto lead = static_cast<unsigned char>(name[at]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::size_t pair = 0;
    while (pair < kShort.size() && kShort[pair] != name[at]) pair += 2;
    if (pair < kShort.size()) {
      out += '\\';
      out += kShort[pair + 1];
    } else if (lead < 0x20) {
      escape(lead);
    } else if (size == 1 || !spelling.ascii) {
      if (spelling.slash && lead == '/') out += '\\';
      out += name.substr(at, size);
    } else {
      std::uint32_t point = lead & (0x7FU >> size);
      for (const char c : name.substr(at + 1, size - 1)) point = point << 6 | (static_cast<unsigned char>(c) & 0x3FU);
      if (point >= 0x10000) {
        escape(0xD7C0 + (point >> 10));
        point = 0xDC00 + (point & 0x3FF);
      }
      escape(point);
    }
    at += size;
  }
}

// The ways in which writers of JSON spell a name between quotes: most have one.
std::vector<std::string> spellings_of(std::string_view name) {
  constexpr Spelling kSpellings[] = {
      {kLowerHex, false, false}, {kLowerHex, false, true}, {kLowerHex, true, false},
      {kLowerHex, true, true},   {kUpperHex, true, false}, {kUpperHex, true, true},
  };
  std::vector<std::string> spellings;
  for (const Spelling& spelling : kSpellings) {
    std::string spelt;
    spell(name, spelling, spelt);
    if (std::find(spellings.begin(), spellings.end(), spelt) == spellings.end()) spellings.push_back(std::move(spelt));
  }
  return spellings;
}

void add_path(PathNode& root, const std::vector<std::string>& path, std::size_t column) {
  PathNode* node = &root;
  for (const std::string& name : path) {
    auto& children = node->children;
    auto child = std::find_if(children.begin(), children.end(), [&](const PathNode& one) { return one.name == name; });
    if (child == children.end()) child = children.insert(child, PathNode{name, spellings_of(name), {}, {}});
    node = &*child;
  }
  node->columns.push_back(column);
}

// The tree without the columns that are not needed. False: nothing is left.
bool prune(PathNode& node, const std::vector<bool>& needed) {
  std::erase_if(node.columns, [&](std::size_t column) { return !needed[column]; });
  std::erase_if(node.children, [&](PathNode& child) { return !prune(child, needed); });
  return !node.columns.empty() || !node.children.empty();
}

// The member of the node's name, the last where there are several; nullptr: there is none.
const JsonMember* last_member(const JsonText& json, const JsonMembers& members, const PathNode& node) {
  const JsonMember* found = nullptr;
  for (const std::string& name : node.spellings) {
    members.of_name_size(name.size(), [&](const JsonMember& member) {
      if (same_name(json.key(member), name) && (found == nullptr || found < &member)) found = &member;
      return false;
    });
  }
  return found;
}

// What both readers do with an object that was walked.
class JsonRow {
 public:
  JsonRow(const Layout& layout, const Columns& columns) : layout_(layout), row_(columns) {}

  void restart(const ObjectContext& context) { row_.restart(context); }

  void begin(const Batch& batch) {
    row_.begin(batch);
    std::vector<bool> needed(row_.values.size());
    for (const std::size_t column : row_.needed()) needed[column] = true;
    tree_ = layout_.root;
    prune(tree_, needed);
  }
  bool begun() const { return row_.begun(); }

  void put(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset,
           Batch& batch) {
    const auto& firsts = layout_.root.children;
    const bool is_record = std::any_of(firsts.begin(), firsts.end(), [&](const PathNode& node) {
      return last_member(json, members, node) != nullptr;
    });
    if (!is_record) {
      batch.add_reject(offset, RejectReason::kNotARecord, "the object has no member of any column", text);
      return;
    }
    for (const std::size_t column : row_.needed()) row_.values[column] = {};
    take(tree_, 0, json, members, batch.arena);
    row_.put(text, offset, batch);
  }

 private:
  struct Nested {
    JsonText json;
    JsonMembers members;
  };

  void take(const PathNode& node, std::size_t depth, const JsonText& json, const JsonMembers& members, Arena& arena) {
    for (const PathNode& child : node.children) {
      const JsonMember* member = last_member(json, members, child);
      if (member == nullptr) continue;
      if (!child.columns.empty()) {
        const std::string_view text = json.plain(member->value, arena);
        for (const std::size_t column : child.columns) row_.values[column] = text;
      }
      if (child.children.empty() || member->value.kind != '{') continue;
      if (depth == nested_.size()) nested_.emplace_back();
      Nested& nested = nested_[depth];
      nested.json.read(json.slice(member->value), nested.members);
      take(child, depth + 1, nested.json, nested.members, arena);
    }
  }

  const Layout& layout_;
  RowWriter row_;
  PathNode tree_;              // of what is needed
  std::deque<Nested> nested_;  // one per depth; references to it stay
};

class ObjectReader final : public JsonRecordReader {
 public:
  ObjectReader(const Layout& layout, const Columns& columns, const LiteralFilter& filter)
      : JsonRecordReader(layout.form, filter), row_(layout, columns) {}

  void restart(const ObjectContext& context) override {
    JsonRecordReader::restart(context);
    row_.restart(context);
  }

 protected:
  void begin(const Batch& batch) override { row_.begin(batch); }
  bool take(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset,
            Batch& batch) override {
    row_.put(json, text, members, offset, batch);
    return true;
  }

 private:
  JsonRow row_;
};

// A line is an object, or a reject.
class ObjectLineParser {
 public:
  ObjectLineParser(const Layout& layout, const Columns& columns) : row_(layout, columns) {}

  void restart(const ObjectContext& context) { row_.restart(context); }

  std::size_t read_line_at(const char* at, const char* limit, std::uint64_t offset, Batch& batch) {
    const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(limit - at)));
    const auto size = static_cast<std::size_t>((newline == nullptr ? limit : newline) - at);
    read_record(without_cr({at, size}), offset, batch);
    return size;
  }

 private:
  static std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r";
    text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
    return text.substr(0, text.find_last_not_of(kSpace) + 1);
  }

  void read_record(std::string_view line, std::uint64_t offset, Batch& batch) {
    if (!row_.begun()) row_.begin(batch);
    if (!utf8::is_valid(line)) line = repaired(line, batch);
    const std::string_view text = trimmed(line);
    if (!text.starts_with('{')) {
      batch.add_reject(offset, RejectReason::kNotARecord, "the line is no object", line);
    } else if (!json_.read(text, members_)) {
      batch.add_reject(offset, RejectReason::kBadJson, "", line);
    } else {
      row_.put(json_, line, members_, offset, batch);
    }
  }

  // With the padding that JSON's kernels want behind it.
  static std::string_view repaired(std::string_view line, Batch& batch) {
    const std::string_view text = batch.repaired(line);
    char* const place = batch.arena.allocate(text.size() + kBlockPaddingBytes);
    std::memcpy(place, text.data(), text.size());
    std::memset(place + text.size(), 0, kBlockPaddingBytes);
    return {place, text.size()};
  }

  JsonRow row_;
  JsonText json_;
  JsonMembers members_;
};

class ObjectLineReader final : public RecordReader {
 public:
  ObjectLineReader(const Layout& layout, const Columns& columns, const LiteralFilter& filter)
      : filter_(with_escapes(filter)), lines_(filter_, layout, columns) {}

  void restart(const ObjectContext& context) override { lines_.restart(context); }
  std::size_t read(std::string_view bytes, std::uint64_t offset, bool last, Batch& batch) override {
    return lines_.read(bytes, offset, last, batch);
  }

 private:
  // A value can also be written with escapes; such a line is read to be sure.
  static LiteralFilter with_escapes(LiteralFilter filter) {
    if (!filter.any_of.empty()) filter.any_of.emplace_back("\\");
    return filter;
  }

  LiteralFilter filter_;
  LineReader<ObjectLineParser> lines_;
};

class JsonKind final : public RecordKind {
 public:
  JsonKind(const Description& description, const Columns& columns) : columns_(columns) {
    for (std::size_t i = 0; i < description.columns.size(); ++i) {
      add_path(layout_.root, description.columns[i].path, i);
    }
    layout_.container = description.container;
    layout_.lines = description.lines;
    layout_.form.container = layout_.container;
    layout_.form.first_member = layout_.root.children[0].name;
    // Asked only of an object that holds the container, which is none then.
    layout_.form.is_record = [](const JsonText& /*json*/, const JsonMembers& /*members*/) { return false; };
  }

  bool newline_ends_record() const override { return layout_.lines; }

  std::unique_ptr<RecordReader> make_reader(const LiteralFilter& filter) const override {
    if (layout_.lines) return std::make_unique<ObjectLineReader>(layout_, columns_, filter);
    return std::make_unique<ObjectReader>(layout_, columns_, filter);
  }

  // What JSON must escape never stands in the record as it is; the readers know that the rest may be escaped.
  std::optional<std::string> literal_for(std::string_view value) const override {
    if (value.empty() || value.contains(kReplacement) || has_json_escapes(value)) return {};
    return std::string(value);
  }

  bool fits(std::string_view head, bool /*whole*/) const override {
    if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
    const std::size_t first = head.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && (head[first] == '{' || head[first] == '[');
  }

  std::string summary() const override {
    if (layout_.lines) return "JSON objects, one per line";
    return layout_.container.empty() ? "JSON objects" : "JSON objects in \"" + layout_.container + "\"";
  }

 private:
  Layout layout_;
  const Columns& columns_;
};

}  // namespace

std::unique_ptr<RecordKind> make_json(const Description& description, const Columns& columns) {
  return std::make_unique<JsonKind>(description, columns);
}

}  // namespace otomo::formats::custom
