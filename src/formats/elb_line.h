// SPDX-License-Identifier: Apache-2.0
//
// The lines of Elastic Load Balancing's logs, which differ in their fields alone. A log says in a Layout which field,
// or part of one, each column holds; the rest is here.
//
//   line    = field *( SP field )                           ; known fields first, what is newer behind them
//   field   = DQUOTE text DQUOTE / *no-space                ; ends at the first quote before a space or the line's end,
//                                                           ; where quotes are escaped at the first that is not
//   endpoint= address ":" port                              ; an IPv6 address stands in brackets; or "-"
//   request = DQUOTE method SP url SP version DQUOTE         ; the url holds what the client sent, spaces included
//
// A quote inside a URL is written \x22, so that nearly every line has its quotes at field borders and is split at its
// separators alone; in logs whose quotes hold no spaces, at every space. The exact splitter reads the others: high
// bytes, CR, a status that is missing between two spaces, quotes in odd places. It gives the same fields for every line
// that the fast way accepts; a CR before the newline sends any line the exact way, which is how the two are held
// against each other.
// Readers belong to one thread each.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/time.h"
#include "formats/arn.h"
#include "formats/format.h"
#include "formats/lines.h"

namespace otomo::formats::elb {

// What of a field a column holds.
enum class Part : std::uint8_t {
  kValue,     // the text without its outer quotes, or the number
  kVerbatim,  // the text as it is: quotes belong to it
  kAddress,   // of an endpoint
  kPort,
  kVerb,  // of a request
  kUrl,
  kProto,
};

struct Source {
  std::size_t field;
  Part part = Part::kValue;
};

// What a line begins with; none of these logs quotes them. Empty: the line has not so many.
using FirstFields = std::array<std::string_view, 3>;

inline constexpr std::size_t kFieldsMax = 40;
inline constexpr std::size_t kNoField = ~std::size_t{0};

// A log's lines. A column behind those of `sources` takes what stands behind the last known field.
struct Layout {
  std::span<const ColumnSpec> columns;
  std::span<const Source> sources;  // of the columns, in their order
  std::size_t fields_min = 0;
  std::size_t fields_known = 0;  // at most kFieldsMax
  std::size_t time_field = 0;
  std::size_t arn_field = kNoField;                    // an ARN of Elastic Load Balancing's: account and Region
  bool (*starts)(const FirstFields& first) = nullptr;  // does a line of this log start so?
  bool needs_time = false;                             // nor is it one without a time
  bool (*is_torn)(std::size_t fields) = nullptr;       // AWS adds fields in groups: a line that ends inside one was cut
  IsoZone zone = IsoZone::kWritten;
  bool quotes_hold_spaces = true;  // false: a quoted field hardly ever has one
  bool escapes_quotes = false;     // a quote inside a quoted field is written \"

  bool has_rest() const { return columns.size() > sources.size(); }
};

// The fields as the line has them, quotes kept; views into the line.
struct Line {
  std::array<std::string_view, kFieldsMax> fields;  // data() == nullptr: the line ends before it
  std::string_view rest;                            // what stands behind the last known field; null: nothing
};

// Splits a line without its newline and CR. False: it is a reject for `reason`. One space at the line's end separates
// nothing; every other doubled space holds an empty field.
bool split_exactly(const Layout& layout, std::string_view line, Line& out, RejectReason& reason);

std::string_view unquoted(std::string_view field);

struct Endpoint {
  std::string_view address;
  std::string_view port;
};
// "10.0.0.1:80", "[2001:db8::1]:443" or "-": split at the last colon that is not inside brackets. What has none is an
// address alone.
Endpoint split_endpoint(std::string_view text);

struct Request {
  std::string_view verb;
  std::string_view url;
  std::string_view proto;
};
// "GET http://example.com:80/ HTTP/1.1": the method ends at the first space, the version starts behind the last, and
// whatever stands between is the URL. A request that could not be read is "- - -" or "- http://example.com:80- -"; a
// part that is missing is a dash too.
Request split_request(std::string_view text);

// The first lines of an object: kYes where one of them is a whole line of this log.
Verdict detect(const Layout& layout, std::string_view head, bool whole);

// The bytes that a line must hold if a text column is to have `value`.
std::optional<std::string> literal_for(const Layout& layout, std::size_t column, std::string_view value);

// An object's key, `[prefix/]AWSLogs/[o-ORG/]ACCT/elasticloadbalancing/REGION/YYYY/MM/DD/NAME`, where NAME is
// `[conn_log_]ACCT_elasticloadbalancing_REGION_BALANCER_END[_IP]_RANDOM.log[.gz]`. The name alone tells the format; it
// stays when objects are copied into one folder.
struct KeyForm {
  std::string_view name_prefix;  // "conn_log_" or nothing
  bool has_address = true;       // of the load balancer's node
  bool (*is_balancer)(std::string_view name) = nullptr;
};
std::optional<KeyFacts> read_key(const KeyForm& form, std::string_view key);

template <const Layout& kLayout>
class LineParser {
 public:
  std::size_t read_line_at(const char* at, const char* limit, std::uint64_t offset, Batch& batch) {
    if (!wanted_known_) find_wanted(batch);
    bool is_regular = false;
    if constexpr (kLayout.quotes_hold_spaces) {
      split_(at, limit, places_);
      is_regular = places_.regular;
    } else {
      split_(at, limit, ' ', places_);
      is_regular = places_.plain;
    }
    const std::string_view line(at, places_.length);
    if (!is_regular || !read_regular(line, offset, batch)) read_exactly(line, offset, batch);
    return line.size();
  }

 private:
  struct Wanted {
    std::size_t column;
    Source source;
  };

  // What the question needs, once.
  void find_wanted(const Batch& batch) {
    std::array<bool, kFieldsMax> needed{};
    for (std::size_t column = 0; column < kLayout.sources.size(); ++column) {
      if (!batch.columns[column].wanted) continue;
      wanted_.push_back({column, kLayout.sources[column]});
      needed[kLayout.sources[column].field] = true;
    }
    rest_wanted_ = kLayout.has_rest() && batch.columns.back().wanted;
    if (batch.event_time.wanted) needed[kLayout.time_field] = true;
    if constexpr (kLayout.arn_field != kNoField) {
      if (batch.account_id.wanted || batch.region.wanted) needed[kLayout.arn_field] = true;
    }
    for (std::size_t field = 0; field < kLayout.fields_known; ++field) {
      if (needed[field]) needed_fields_.push_back(field);
    }
    wanted_known_ = true;
  }

  bool read_regular(std::string_view line, std::uint64_t offset, Batch& batch) {
    const std::size_t count = places_.separators + 1;
    if (count < kLayout.fields_min || count > simd::kSeparatorsMax || kLayout.is_torn(count)) return false;
    const auto begin = [&](std::size_t i) { return line.data() + (i == 0 ? 0 : places_.places[i - 1] + 1); };
    const auto end = [&](std::size_t i) { return line.data() + (i + 1 < count ? places_.places[i] : line.size()); };
    const auto field = [&](std::size_t i) { return std::string_view(begin(i), end(i)); };
    if (*begin(0) == '"' || *begin(1) == '"' || *begin(2) == '"') return false;
    if (!kLayout.starts({field(0), field(1), field(2)})) return false;
    if constexpr (kLayout.needs_time) {
      if (!instants_.read(field(kLayout.time_field))) return false;
    }
    if (!kLayout.quotes_hold_spaces && line.ends_with(' ')) return false;
    if constexpr (kLayout.escapes_quotes || !kLayout.quotes_hold_spaces) {
      // The quote at the end of a quoted field must be the one that the exact splitter finds. The first field has none.
      for (std::size_t i = 1; i < std::min(count, kLayout.fields_known); ++i) {
        const bool closes = end(i)[-1] == '"';
        if (kLayout.escapes_quotes && closes && end(i)[-2] == '\\') return false;
        if (!kLayout.quotes_hold_spaces && *begin(i) == '"' && (!closes || end(i) - begin(i) < 2)) return false;
      }
    }
    for (const std::size_t i : needed_fields_) line_.fields[i] = i < count ? field(i) : std::string_view();
    line_.rest = {};
    if (count > kLayout.fields_known) line_.rest = line.substr(places_.places[kLayout.fields_known - 1] + 1);
    put_row(line, offset, batch);
    return true;
  }

  void read_exactly(std::string_view line, std::uint64_t offset, Batch& batch) {
    line = batch.repaired(without_cr(line));
    RejectReason reason{};
    if (split_exactly(kLayout, line, line_, reason)) {
      put_row(line, offset, batch);
    } else {
      batch.add_reject(offset, reason, "", line);
    }
  }

  void put_row(std::string_view raw, std::uint64_t offset, Batch& batch) {
    line_begin_ = raw.data();
    const std::size_t row = batch.begin_row(offset, raw);
    if (batch.event_time.wanted) {
      const std::string_view time = line_.fields[kLayout.time_field];
      if (const auto instant = instants_.read(time)) {
        batch.event_time.set_integer(row, *instant);
      } else {
        batch.event_time.set_null(row);
        if (time != "-") ++batch.counts.bad_values;
      }
    }
    if (batch.account_id.wanted || batch.region.wanted) {
      ArnOwner owner;
      if constexpr (kLayout.arn_field != kNoField) {
        owner = owner_of_arn(unquoted(line_.fields[kLayout.arn_field]), "elasticloadbalancing");
      }
      if (batch.account_id.wanted) batch.account_id.set_text(row, owner.account_id);
      if (batch.region.wanted) batch.region.set_text(row, owner.region);
    }
    for (const auto& [column, source] : wanted_) put_column(batch.columns[column], source, row, batch);
    if (rest_wanted_) batch.columns.back().set_text(row, line_.rest);
    // A field that no column holds yet is told as a value that did not fit.
    if (!kLayout.has_rest() && !line_.rest.empty()) ++batch.counts.bad_values;
  }

  void put_column(Column& column, Source source, std::size_t row, Batch& batch) const {
    const std::string_view written = line_.fields[source.field];
    switch (source.part) {
      case Part::kValue: put_value(column, row, unquoted(written), batch); return;
      case Part::kVerbatim: column.set_text(row, written); return;
      case Part::kAddress: column.set_text(row, split_endpoint(unquoted(written)).address); return;
      case Part::kPort: put_value(column, row, split_endpoint(unquoted(written)).port, batch); return;
      case Part::kVerb: column.set_text(row, split_request(unquoted(written)).verb); return;
      case Part::kUrl: column.set_text(row, split_request(unquoted(written)).url); return;
      case Part::kProto: column.set_text(row, split_request(unquoted(written)).proto); return;
    }
  }

  void put_value(Column& column, std::size_t row, std::string_view text, Batch& batch) const {
    if (column.spec->type == Type::kText) {
      column.set_text(row, text);
    } else if (text.data() == nullptr) {
      column.set_null(row);
    } else if (column.spec->type == Type::kDouble) {
      put_double(column, row, text, batch);
    } else if (text.data() + text.size() - line_begin_ >= 8) {
      put_integer_inside(column, row, text, batch);
    } else {
      put_integer(column, row, text, batch);
    }
  }

  static auto kernel() {
    if constexpr (kLayout.quotes_hold_spaces) {
      return simd::kernels().split_line;
    } else {
      return simd::kernels().split_fields;
    }
  }

  decltype(kernel()) split_ = kernel();
  std::conditional_t<kLayout.quotes_hold_spaces, simd::LineSplit, simd::FieldSplit> places_;
  IsoInstantReader instants_{kLayout.zone};
  Line line_;
  const char* line_begin_ = nullptr;
  std::vector<Wanted> wanted_;
  std::vector<std::size_t> needed_fields_;
  bool rest_wanted_ = false;
  bool wanted_known_ = false;
};

// What such a log is to the rest of otomo.
template <const Layout& kLayout, const KeyForm& kKeyForm>
Format make_format(std::string_view name, std::string_view table, std::string_view summary,
                   std::span<const PartitionColumn> partitions) {
  return {
      .name = std::string(name),
      .table = std::string(table),
      .summary = std::string(summary),
      .columns = kLayout.columns,
      .partitions = partitions,
      .newline_ends_record = true,
      .read_key = [](std::string_view key) { return read_key(kKeyForm, key); },
      .key_day_slack_us = 0,
      .late_us = kMicrosecondsPerDay,
      .detect = [](std::string_view head, bool whole) { return detect(kLayout, head, whole); },
      .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
        return std::make_unique<LineReader<LineParser<kLayout>>>(filter);
      },
      .literal_for = [](std::size_t column, Match /*match*/,
                        std::string_view value) { return literal_for(kLayout, column, value); },
  };
}

}  // namespace otomo::formats::elb
