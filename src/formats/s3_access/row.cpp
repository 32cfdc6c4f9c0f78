// SPDX-License-Identifier: Apache-2.0
#include "formats/s3_access/row.h"

#include <array>

namespace otomo::formats::s3_access {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view unquoted(std::string_view field) {
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"') return field.substr(1, field.size() - 2);
  return field;
}

// A clean text: NULL for a dash or a missing field, no outer quotes.
std::string_view clean(std::string_view field) {
  const std::string_view text = unquoted(field);
  return text.data() == nullptr || text == "-" ? std::string_view{} : text;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// One pass of URL decoding in place: + is a space, a malformed % stays. Returns the new size.
std::size_t url_decode(char* text, std::size_t size) {
  std::size_t written = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] == '%' && i + 2 < size && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      text[written++] = static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      text[written++] = text[i] == '+' ? ' ' : text[i];
    }
  }
  return written;
}

// The key is URL-encoded twice for requests, once for batch deletes and lifecycle actions (spec of the field: seen in
// logs and reported by Yelp in 2025; AWS's page says nothing).
std::string_view decode_key(std::string_view key, std::string_view operation, Batch& batch) {
  if (key.find_first_of("%+") == std::string_view::npos) return key;
  const std::string_view copy = batch.arena.copy(key);
  char* text = const_cast<char*>(copy.data());
  std::size_t size = url_decode(text, copy.size());
  if (operation != "BATCH.DELETE.OBJECT" && !operation.starts_with("S3.")) size = url_decode(text, size);
  Counts before = batch.counts;
  const std::string_view decoded = batch.repaired({text, size});
  batch.counts = before;  // the log's bytes were fine; it is the key that is no UTF-8
  return decoded;
}

// Requests are "METHOD path PROTOCOL"; the path may hold spaces, a browser's or an attacker's.
void split_request(std::string_view uri, std::string_view& method, std::string_view& path) {
  method = {};
  path = {};
  const std::string_view text = clean(uri);
  if (text.data() == nullptr) return;
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) {
    path = text;
    return;
  }
  method = text.substr(0, space);
  path = text.substr(space + 1);
  const std::size_t protocol = path.rfind(" HTTP/");
  if (protocol != std::string_view::npos) path = path.substr(0, protocol);
}

}  // namespace

void RowWriter::find_wanted(const Batch& batch) {
  const auto& columns = batch.columns;
  std::array<bool, kFieldsKnown> needed{};
  for (std::size_t i = 0; i < kFieldsKnown; ++i) {
    if (!columns[i].wanted) continue;
    wanted_fields_.push_back(i);
    needed[i] = true;
  }
  const auto need = [&](std::size_t derived, std::initializer_list<std::size_t> fields) {
    if (!columns[derived].wanted) return;
    derived_wanted_ = true;
    for (const std::size_t i : fields) needed[i] = true;
  };
  need(kKeyDecoded, {kKey, kOperation});
  need(kHttpMethod, {kRequestUri});
  need(kRequestPath, {kRequestUri});
  need(kStatusNumber, {kStatus});
  need(kTotalTimeMs, {kTotalTime});
  need(kTurnAroundTimeMs, {kTurnAroundTime});
  need(kReferrerText, {kReferer});
  need(kUserAgentText, {kUserAgent});
  need(kExtra, {});
  need(kEra, {});
  need(kAmbiguous, {});
  for (std::size_t i = 0; i < kFieldsKnown; ++i) {
    if (needed[i] && i != kTime) needed_fields_.push_back(i);
  }
}

void RowWriter::put_event_time(std::optional<std::int64_t> instant, bool is_told, std::size_t row, Batch& batch) {
  if (instant) {
    batch.event_time.set_integer(row, *instant);
  } else {
    batch.event_time.set_null(row);
    if (is_told) ++batch.counts.bad_values;
  }
}

void RowWriter::put_derived(const Line& line, std::size_t row, Batch& batch) {
  auto& columns = batch.columns;
  const auto put_text = [&](std::size_t at, auto make) {
    if (columns[at].wanted) columns[at].set_text(row, make());
  };
  const auto put_number = [&](std::size_t at, std::string_view text) {
    if (columns[at].wanted) put_integer_inside(columns[at], row, text, batch);
  };
  put_text(kKeyDecoded, [&]() -> std::string_view {
    if (line.fields[kKey] == "-") return {};
    return decode_key(line.fields[kKey], line.fields[kOperation], batch);
  });
  if (columns[kHttpMethod].wanted || columns[kRequestPath].wanted) {
    std::string_view method;
    std::string_view path;
    split_request(line.fields[kRequestUri], method, path);
    put_text(kHttpMethod, [&] { return method; });
    put_text(kRequestPath, [&] { return path; });
  }
  put_number(kStatusNumber, line.fields[kStatus]);
  put_number(kTotalTimeMs, line.fields[kTotalTime]);
  put_number(kTurnAroundTimeMs, line.fields[kTurnAroundTime]);
  put_text(kReferrerText, [&] { return clean(line.fields[kReferer]); });
  put_text(kUserAgentText, [&] { return clean(line.fields[kUserAgent]); });
  put_text(kExtra, [&]() -> std::string_view {
    if (!line.extra_token.empty() && !line.rest.empty()) {
      const auto size = static_cast<std::size_t>(line.rest.data() + line.rest.size() - line.extra_token.data());
      return {line.extra_token.data(), size};  // from the token to the line's end: nothing is lost
    }
    if (!line.extra_token.empty()) return line.extra_token;
    return line.rest.empty() ? std::string_view{} : line.rest;
  });
  if (columns[kEra].wanted) columns[kEra].set_integer(row, line.era);
  if (columns[kAmbiguous].wanted) columns[kAmbiguous].set_integer(row, line.ambiguous ? 1 : 0);
}

}  // namespace otomo::formats::s3_access
