// SPDX-License-Identifier: Apache-2.0
#include "formats/elb_line.h"

#include <algorithm>

#include "formats/object_key.h"

namespace otomo::formats::elb {

namespace {

bool is_escaped(std::string_view line, std::size_t place) {
  std::size_t backslashes = 0;
  while (backslashes < place && line[place - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

// The quote that ends the quoted field at `begin`, or npos. An agent may end in a backslash of its own: where every
// quote looks escaped, none is.
std::size_t closing_quote(std::string_view line, std::size_t begin, bool escapes) {
  for (std::size_t quote = line.find('"', begin + 1); quote != std::string_view::npos;
       quote = line.find('"', quote + 1)) {
    const bool at_end = quote + 1 == line.size() || line[quote + 1] == ' ';
    if (at_end && !(escapes && is_escaped(line, quote))) return quote;
  }
  return escapes ? closing_quote(line, begin, false) : std::string_view::npos;
}

FirstFields first_fields(std::string_view line) {
  FirstFields fields;
  for (std::string_view& field : fields) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) break;
    field = line.substr(0, space);
    line.remove_prefix(space + 1);
  }
  return fields;
}

bool starts(const Layout& layout, const FirstFields& first) {
  return layout.starts(first) && (!layout.needs_time || IsoInstantReader(layout.zone).read(first[layout.time_field]));
}

// "20260302T0915Z"
bool is_end_time(std::string_view text) {
  return text.size() == 14 && all_digits(text.substr(0, 8), 8) && text[8] == 'T' && all_digits(text.substr(9, 4), 4) &&
         text[13] == 'Z';
}

}  // namespace

bool split_exactly(const Layout& layout, std::string_view line, Line& out, RejectReason& reason) {
  out = {};
  if (!starts(layout, first_fields(line))) {
    reason = RejectReason::kNotARecord;
    return false;
  }
  if (line.ends_with(' ')) line.remove_suffix(1);
  std::size_t count = 0;
  std::size_t begin = 0;
  while (true) {
    if (count == layout.fields_known) {
      out.rest = line.substr(begin);
      return true;
    }
    std::size_t end = line.find(' ', begin);
    if (begin < line.size() && line[begin] == '"') {
      const std::size_t quote = closing_quote(line, begin, layout.escapes_quotes);
      if (quote == std::string_view::npos) {
        reason = RejectReason::kOpenQuote;
        return false;
      }
      end = quote + 1;
    }
    end = std::min(end, line.size());
    out.fields[count++] = line.substr(begin, end - begin);
    if (end == line.size()) break;
    begin = end + 1;
  }
  if (count < layout.fields_min || layout.is_torn(count)) {
    reason = count < layout.fields_min ? RejectReason::kTooFewFields : RejectReason::kTorn;
    return false;
  }
  return true;
}

std::string_view unquoted(std::string_view field) {
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"') return field.substr(1, field.size() - 2);
  return field;
}

Endpoint split_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find(']', colon) != std::string_view::npos) return {text, "-"};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

Request split_request(std::string_view text) {
  const std::size_t last = text.find_last_not_of(' ');
  if (text.find_first_not_of("- ") == std::string_view::npos) return {"-", "-", "-"};
  text = text.substr(0, last + 1);
  const std::size_t first_space = text.find(' ');
  if (first_space == std::string_view::npos) return {"-", text, "-"};
  const std::string_view verb = text.substr(0, first_space);
  const std::size_t last_space = text.rfind(' ');
  const std::string_view tail = text.substr(last_space + 1);
  if (first_space != last_space) return {verb, text.substr(first_space + 1, last_space - first_space - 1), tail};
  if (tail.starts_with("HTTP/")) return {verb, "-", tail};
  return {verb, tail, "-"};
}

Verdict detect(const Layout& layout, std::string_view head, bool whole) {
  if (head.empty()) return Verdict::kMaybe;
  const bool reads = any_line(head, whole, 8, [&](std::string_view line) {
    Line fields;
    RejectReason reason{};
    return split_exactly(layout, line, fields, reason) &&
           IsoInstantReader(layout.zone).read(fields.fields[layout.time_field]);
  });
  if (reads) return Verdict::kYes;
  // A line that was cut: by the end of the head, or in the log.
  const bool begins = any_line(head, true, 8, [&](std::string_view line) {
    const FirstFields first = first_fields(line);
    return layout.starts(first) && IsoInstantReader(layout.zone).read(first[layout.time_field]);
  });
  return begins ? Verdict::kMaybe : Verdict::kNo;
}

std::optional<std::string> literal_for(const Layout& layout, std::size_t column, std::string_view value) {
  // Every text column is a part of the line as it is, but for the dash of what a request lacks. Numbers have many
  // spellings. A U+FFFD may have been put in by the repair.
  if (layout.columns[column].type != Type::kText || value.empty() || value == "-") return {};
  if (value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  return std::string(value);
}

std::optional<KeyFacts> read_key(const KeyForm& form, std::string_view key) {
  std::string_view name = key_name(key);
  if (!name.starts_with(form.name_prefix)) return {};
  name.remove_prefix(form.name_prefix.size());
  if (name.ends_with(".gz")) name.remove_suffix(3);
  if (!name.ends_with(".log")) return {};
  name.remove_suffix(4);
  // account, service, Region, load balancer, end, and then an address, perhaps, and random characters
  const std::size_t count = form.has_address ? 7 : 6;
  std::array<std::string_view, 7> tokens;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end = i + 1 == count ? name.size() : name.find('_');
    if (end == std::string_view::npos || end == 0) return {};
    tokens[i] = name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  if (!is_account_id(tokens[0]) || tokens[1] != "elasticloadbalancing" || !is_region(tokens[2]) ||
      !form.is_balancer(tokens[3]) || !is_end_time(tokens[4])) {
    return {};
  }
  KeyFacts facts;
  facts.account_id = tokens[0];
  facts.region = tokens[2];
  const auto parts = key_parts(key);
  const std::size_t n = parts.size();
  if (n >= 6 && parts[n - 6] == "elasticloadbalancing" && parts[n - 5] == tokens[2]) {
    set_key_date(parts[n - 4], parts[n - 3], parts[n - 2], facts);
  }
  return facts;
}

}  // namespace otomo::formats::elb
