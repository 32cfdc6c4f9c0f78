// SPDX-License-Identifier: Apache-2.0
//
// S3 server access logs.
//
//   line      = owner SP bucket SP "[" time "]" SP ip SP requester SP request-id SP operation SP key SP
//               uri SP status SP error SP sent SP size SP total SP turn-around SP referer SP agent *( SP trailing )
//   uri, referer, agent = "-" / DQUOTE *any DQUOTE        ; nothing is escaped inside
//   trailing  = version-id host-id signature cipher authentication host tls arn acl region, then whatever is new
//
// 79a5…be fra-logs [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a5…be 3E57427F3EXAMPLE REST.GET.VERSIONING -
//   "GET /fra-logs?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - s9lz…= SigV4 ECDHE-RSA-AES128-GCM-SHA256
//   AuthHeader fra-logs.s3.us-west-1.amazonaws.com TLSv1.2 - -
//
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html (read April 2026).
//
// Why two splitters: the client writes what stands between the quotes, quotes and spaces included, so that only rules
// over the whole line find the fields (split_exactly). But nearly every line has its six quotes at field borders;
// such a line can be split at its separators alone, at memory speed, if nothing in it could be the end of another
// reading (see read_line_at). tests/unit/formats/s3_access_test.cpp holds one against the other.
#include "formats/s3_access/s3_access.h"

#include <algorithm>
#include <array>

#include "base/time.h"
#include "formats/format.h"
#include "formats/lines.h"
#include "formats/object_key.h"
#include "formats/s3_access/columns.h"
#include "formats/s3_access/row.h"

namespace otomo::formats::s3_access {

namespace {

constexpr std::size_t kTimeBytes = 26;  // 06/Feb/2019:00:00:38 +0000

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number_or_dash(std::string_view text) {
  return text == "-" || (!text.empty() && std::all_of(text.begin(), text.end(), is_digit));
}

// Takes the next token and the one space behind it. Empty where there is none.
std::string_view take_token(std::string_view& text) {
  const std::size_t space = text.find(' ');
  const std::string_view token = text.substr(0, space);
  text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  return token;
}

// Is `text`, which stands right behind a quote, " (\d{3}|-) \S+ (\d+|-) (\d+|-) (\d+|-) (\d+|-) ("|-)"?
bool is_anchor(std::string_view text) {
  if (!text.starts_with(' ')) return false;
  text.remove_prefix(1);
  const std::string_view status = take_token(text);
  if (status != "-" && !(status.size() == 3 && is_number_or_dash(status))) return false;
  if (take_token(text).empty()) return false;
  for (int i = 0; i < 4; ++i) {
    if (!is_number_or_dash(take_token(text))) return false;
  }
  return text.starts_with('"') || text.starts_with('-');
}

bool is_base64(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '+' || c == '/' || c == '=';
  });
}

bool is_extra_token(std::string_view token, std::string_view next) {
  const bool is_id = token.size() == 21 && std::all_of(token.begin(), token.end(),
                                                       [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); });
  return (token == "-" || is_id) && next.size() >= 40 && is_base64(next);
}

void skip_spaces(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(' '), text.size())); }

// Rule 2 without an anchor: the quoted part where quotes stand only at field borders, or npos.
std::size_t end_at_border(std::string_view text) {
  std::size_t quote = 1;
  while ((quote = text.find('"', quote)) != std::string_view::npos) {
    if (quote + 1 < text.size() && text[quote + 1] == ' ') return quote;
    return std::string_view::npos;
  }
  return std::string_view::npos;
}

bool is_legal_era(std::size_t fields) { return fields == 17 || fields == 18 || fields > kHostHeader; }

// Could S3 itself have written this error code: "-" or a name such as AccessDenied?
bool is_error_code(std::string_view text) {
  return text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
         });
}

// Could the URI as well end at the quote before `text`, behind the first anchor? The dashes at the end of a lifecycle
// record look like an anchor, but would make its host id the error code, or leave a torn line.
bool could_end_uri(std::string_view text) {
  if (!is_anchor(text)) return false;
  std::string_view left = text.substr(1);
  take_token(left);
  if (!is_error_code(take_token(left))) return false;
  if (text.find('"') != std::string_view::npos) return true;
  std::size_t fields = kRequestUri + 1;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == ' ' && text[i + 1] != ' ') ++fields;
  }
  return is_legal_era(fields);
}

// Does the rest of a line behind its URI have the quotes of referer and agent at field borders, and no other?
bool quotes_at_borders(std::string_view text) {
  bool quoted = false;
  int quotes = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '"') continue;
    ++quotes;
    if (!quoted && i > 0 && text[i - 1] != ' ') return false;
    if (quoted && i + 1 < text.size() && text[i + 1] != ' ') return false;
    quoted = !quoted;
  }
  return !quoted && quotes == 4;
}

}  // namespace

bool split_exactly(std::string_view line, Line& out, RejectReason& reason) {
  out = {};
  reason = RejectReason::kTooFewFields;
  std::string_view left = line;
  // Rule 1: owner to key, left to right; a run of spaces separates once.
  for (std::size_t field = 0; field <= kKey; ++field) {
    skip_spaces(left);
    if (left.empty()) return false;
    if (field == kTime) {
      const std::size_t close = left.find(']');
      if (left[0] != '[' || close == std::string_view::npos) {
        reason = RejectReason::kBadTime;
        return false;
      }
      out.fields[field] = left.substr(1, close - 1);
      left.remove_prefix(close + 1);
      if (!left.empty() && left[0] != ' ') {
        reason = RejectReason::kBadTime;
        return false;
      }
      continue;
    }
    out.fields[field] = left.substr(0, left.find(' '));
    left.remove_prefix(out.fields[field].size());
  }
  skip_spaces(left);
  if (left.empty()) return false;

  // Rule 2: the URI ends at the first quote that six space-free fields and a referer follow.
  std::size_t uri_size = 0;
  if (left[0] == '"') {
    std::size_t anchors = 0;
    for (std::size_t quote = left.find('"', 1); quote != std::string_view::npos; quote = left.find('"', quote + 1)) {
      if (anchors == 0 ? !is_anchor(left.substr(quote + 1)) : !could_end_uri(left.substr(quote + 1))) continue;
      if (anchors++ == 0) uri_size = quote + 1;
    }
    out.ambiguous = anchors > 1;
    if (anchors == 0) {
      const std::size_t border = end_at_border(left);
      if (border == std::string_view::npos || !quotes_at_borders(left.substr(border + 1))) {
        reason = left.find('"', 1) == std::string_view::npos ? RejectReason::kOpenQuote : RejectReason::kTorn;
        return false;
      }
      uri_size = border + 1;
    }
  } else if (left.starts_with("- ")) {
    uri_size = 1;
    for (std::size_t quote = left.find('"', 1); quote != std::string_view::npos; quote = left.find('"', quote + 1)) {
      if (could_end_uri(left.substr(quote + 1))) out.ambiguous = true;
    }
  } else {
    reason = left == "-" ? RejectReason::kTooFewFields : RejectReason::kBadStructure;
    return false;
  }
  out.fields[kRequestUri] = left.substr(0, uri_size);
  left.remove_prefix(uri_size);
  for (std::size_t field = kStatus; field <= kTurnAroundTime; ++field) {
    skip_spaces(left);
    if (left.empty()) return false;
    out.fields[field] = left.substr(0, left.find(' '));
    left.remove_prefix(out.fields[field].size());
  }
  skip_spaces(left);
  if (left.empty()) return false;

  // Rules 3 and 4: the agent ends at the line's last quote, the referer at the first `" "` before it.
  const std::size_t last_quote = left.rfind('"');
  if (left[0] == '"') {
    if (last_quote == 0) {
      reason = RejectReason::kOpenQuote;
      return false;
    }
    std::size_t split = std::string_view::npos;
    std::size_t splits = 0;
    for (std::size_t at = left.find("\" \"", 1); at != std::string_view::npos; at = left.find("\" \"", at + 1)) {
      if (splits++ == 0) split = at;
    }
    if (split == std::string_view::npos) {
      // One quoted field: the referer; the agent is a bare dash.
      out.fields[kReferer] = left.substr(0, last_quote + 1);
      left.remove_prefix(last_quote + 1);
      skip_spaces(left);
      out.fields[kUserAgent] = left.substr(0, left.find(' '));
      if (out.fields[kUserAgent] != "-") {
        reason = left.empty() ? RejectReason::kTooFewFields : RejectReason::kBadStructure;
        return false;
      }
      left.remove_prefix(1);
    } else {
      if (split + 2 == last_quote) {
        reason = RejectReason::kOpenQuote;
        return false;
      }
      out.ambiguous = out.ambiguous || splits > 1;
      out.fields[kReferer] = left.substr(0, split + 1);
      out.fields[kUserAgent] = left.substr(split + 2, last_quote - split - 1);
      left.remove_prefix(last_quote + 1);
    }
  } else {
    if (left[0] != '-' || (left.size() > 1 && left[1] != ' ')) {
      reason = RejectReason::kBadStructure;
      return false;
    }
    out.fields[kReferer] = left.substr(0, 1);
    left.remove_prefix(1);
    skip_spaces(left);
    if (left.empty()) return false;
    if (left[0] == '"') {
      const std::size_t close = left.rfind('"');
      if (close == 0) {
        reason = RejectReason::kOpenQuote;
        return false;
      }
      out.fields[kUserAgent] = left.substr(0, close + 1);
      left.remove_prefix(close + 1);
    } else if (left[0] == '-' && (left.size() == 1 || left[1] == ' ')) {
      out.fields[kUserAgent] = left.substr(0, 1);
      left.remove_prefix(1);
    } else {
      reason = RejectReason::kBadStructure;
      return false;
    }
  }
  if (!left.empty() && left[0] != ' ') {
    reason = RejectReason::kBadStructure;
    return false;
  }

  // Rules 5 and 7: the trailing fields.
  std::size_t field = kVersionId;
  while (true) {
    skip_spaces(left);
    if (left.empty()) break;
    if (field == kFieldsKnown) {
      out.rest = left.substr(0, left.find_last_not_of(' ') + 1);
      while (!left.empty()) {
        skip_spaces(left);
        if (left.empty()) break;
        left.remove_prefix(std::min(left.find(' '), left.size()));
        ++field;
      }
      break;
    }
    const std::string_view token = left.substr(0, left.find(' '));
    left.remove_prefix(token.size());
    if (field == kHostId && out.extra_token.empty()) {
      std::string_view behind = left;
      skip_spaces(behind);
      if (is_extra_token(token, behind.substr(0, behind.find(' ')))) {
        out.extra_token = token;
        continue;
      }
    }
    out.fields[field++] = token;
  }
  out.era = static_cast<std::uint32_t>(field);
  if (!is_legal_era(field)) {
    reason = RejectReason::kTorn;
    return false;
  }
  return true;
}

namespace {

class LineParser {
 public:
  std::size_t read_line_at(const char* at, const char* limit, std::uint64_t offset, Batch& batch) {
    if (!wanted_known_) writer_.find_wanted(batch);
    wanted_known_ = true;
    split_line_(at, limit, split_);
    const std::string_view line(at, split_.length);
    if (split_.regular && read_regular(line, offset, batch)) return split_.length;
    read_exactly(line, offset, batch);
    return split_.length;
  }

 private:
  // A regular line's fields, straight to their columns.
  void put_regular_row(std::string_view line, std::uint32_t fields, std::uint64_t offset, Batch& batch) const {
    const std::string_view time = line.substr(split_.places[1] + 2, kTimeBytes);
    const std::size_t row = begin_row(time, line, offset, batch);
    for (const std::size_t i : writer_.wanted_fields()) {
      const std::string_view text = i == kTime ? time : i < fields ? field(line, i) : std::string_view{};
      RowWriter::put_field(i, text, row, batch);
    }
  }

  static std::size_t begin_row(std::string_view time, std::string_view raw, std::uint64_t offset, Batch& batch) {
    const std::size_t row = RowWriter::begin(raw, offset, batch);
    if (batch.event_time.wanted) RowWriter::put_event_time(parse_clf_instant(time), time != "-", row, batch);
    return row;
  }

  // Separator k ends field k; the time holds one itself, so that from there on it ends field k - 1.
  std::string_view field(std::string_view line, std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : split_.places[index <= kTime ? index - 1 : index] + 1;
    const std::size_t end_separator = index < kTime ? index : index + 1;
    const std::size_t end = end_separator < split_.separators ? split_.places[end_separator] : line.size();
    return line.substr(begin, end - begin);
  }

  // A line in which URI, referer and agent are dashes, as S3 writes for what no request caused, or enclosed by its six
  // quotes, none of which can end the URI but the second.
  bool read_regular(std::string_view line, std::uint64_t offset, Batch& batch) {
    const std::uint32_t fields = split_.separators;  // one more than separators, less the time's own
    if (fields < 17 || fields > kFieldsKnown || (fields > kHostId && fields <= kHostHeader)) return false;
    const auto* places = split_.places;
    const char* text = line.data();
    if (places[3] - places[1] != 29 || text[places[1] + 1] != '[' || text[places[3] - 1] != ']') return false;
    if (split_.quotes == 6) {
      if (text[places[kRequestUri] + 1] != '"' || text[places[kReferer] + 1] != '"' ||
          text[places[kUserAgent] + 1] != '"') {
        return false;
      }
      // A referer or agent that starts with a space may hold another anchor or border.
      if (text[places[kReferer] + 2] == ' ' || text[places[kUserAgent] + 2] == ' ') return false;
    } else if (split_.quotes != 0 || field(line, kRequestUri) != "-" || field(line, kReferer) != "-" ||
               field(line, kUserAgent) != "-") {
      return false;
    }
    // "SigV4" stands where both the second anchor of a forged line and the host id behind the extra token of 2019
    // would have something else. Without it, the exact way looks closer.
    if (fields > kHostHeader) {
      if (text[places[kSignature] + 1] != 'S' || places[kSignature + 1] - places[kSignature] > 8) {
        // Of an anchor's tokens the last number is what others most seldom have there.
        if (is_number_or_dash(field(line, kHostHeader)) && is_anchor(line.substr(places[kVersionId]))) return false;
        if (is_extra_token(field(line, kHostId), field(line, kSignature))) return false;
      }
    }
    if (!writer_.derived_wanted()) {
      put_regular_row(line, fields, offset, batch);
      return true;
    }
    Line& fields_out = line_;
    for (const std::size_t i : writer_.needed_fields()) {
      fields_out.fields[i] = i < fields ? field(line, i) : std::string_view{};
    }
    fields_out.fields[kTime] = line.substr(places[1] + 2, kTimeBytes);
    fields_out.rest = {};
    fields_out.extra_token = {};
    fields_out.era = fields;
    fields_out.ambiguous = false;
    writer_.put(fields_out, begin_row(fields_out.fields[kTime], line, offset, batch), batch);
    return true;
  }

  void read_exactly(std::string_view line, std::uint64_t offset, Batch& batch) {
    line = batch.repaired(without_cr(line));
    RejectReason reason{};
    if (split_exactly(line, line_, reason)) {
      writer_.put(line_, begin_row(line_.fields[kTime], line, offset, batch), batch);
    } else {
      batch.add_reject(offset, reason, "", line);
    }
  }

  decltype(simd::Kernels::split_line) split_line_ = simd::kernels().split_line;
  simd::LineSplit split_;
  Line line_;
  RowWriter writer_;
  bool wanted_known_ = false;
};

// `[prefix][account/region/bucket/YYYY/MM/DD/]YYYY-MM-DD-hh-mm-ss-UNIQUE`, UNIQUE being 16 hexadecimal digits.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html (read April 2026)
std::optional<KeyFacts> read_key(std::string_view key) {
  constexpr std::size_t kTail = 36;  // 2026-10-14-00-00-00-0123456789ABCDEF
  std::string_view name = key_name(key);
  if (name.size() < kTail) return {};
  name = name.substr(name.size() - kTail);
  for (const std::size_t dash : {4, 7, 10, 13, 16, 19}) {
    if (name[dash] != '-') return {};
  }
  KeyFacts facts;
  if (!set_key_date(name.substr(0, 4), name.substr(5, 2), name.substr(8, 2), facts)) return {};
  for (const std::size_t part : {11, 14, 17}) {
    if (!all_digits(name.substr(part, 2), 2)) return {};
  }
  for (const char c : name.substr(20)) {
    if (!is_digit(c) && !(c >= 'A' && c <= 'F')) return {};
  }
  const auto parts = key_parts(key);
  const std::size_t n = parts.size();
  if (n >= 7 && parts[n - 2] == facts.day && parts[n - 3] == facts.month && parts[n - 4] == facts.year &&
      is_region(parts[n - 6])) {
    // The prefix stands before the account without a separator.
    const std::string_view owner = parts[n - 7];
    if (owner.size() >= 12 && is_account_id(owner.substr(owner.size() - 12))) {
      facts.account_id = owner.substr(owner.size() - 12);
      facts.region = parts[n - 6];
    }
  }
  return facts;
}

Verdict detect(std::string_view head, bool whole) {
  if (head.empty()) return Verdict::kMaybe;
  const bool reads = any_line(head, whole, 8, [](std::string_view line) {
    Line fields;
    RejectReason reason{};
    return split_exactly(line, fields, reason) &&
           (fields.fields[kTime] == "-" || parse_clf_instant(fields.fields[kTime]));
  });
  if (reads) return Verdict::kYes;
  const bool begins = any_line(head, true, 8, [](std::string_view line) {
    take_token(line);
    take_token(line);
    return line.size() >= 28 && line[0] == '[' && line[27] == ']' && parse_clf_instant(line.substr(1, 26));
  });
  return begins ? Verdict::kMaybe : Verdict::kNo;
}

std::unique_ptr<RecordReader> make_reader(const LiteralFilter& filter) {
  return std::make_unique<LineReader<LineParser>>(filter);
}

std::optional<std::string> literal_for(std::size_t column, Match /*match*/, std::string_view value) {
  // Columns whose text stands in the line as it is. A U+FFFD may have been put in by the repair.
  const bool verbatim = (column < kFieldsKnown && column != kBytesSent && column != kObjectSize) ||
                        column == kHttpMethod || column == kRequestPath || column == kReferrerText ||
                        column == kUserAgentText || column == kExtra;
  if (!verbatim || value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  return std::string(value);
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "s3_access",
    .table = "s3_access_logs",
    .summary = "S3 server access logs",
    .columns = kColumns,
    .partitions = kPartitions,
    .newline_ends_record = true,
    .read_key = read_key,
    .key_day_slack_us = 0,
    .detect = detect,
    .make_reader = make_reader,
    .literal_for = literal_for,
};

}  // namespace otomo::formats::s3_access
