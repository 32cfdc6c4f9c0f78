// SPDX-License-Identifier: Apache-2.0
#include "formats/custom/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "formats/custom/time_form.h"

namespace otomo::formats::custom {

namespace {

std::string show_instant(std::int64_t us) {
  using std::chrono::days;
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::microseconds> instant{std::chrono::microseconds(us)};
  const auto midnight = floor<days>(instant);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss time(instant - midnight);
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 time.hours().count(), time.minutes().count(), time.seconds().count());
  if (time.subseconds().count() != 0) text += fmt::format(".{:06}", time.subseconds().count());
  return text + 'Z';
}

// Text between single quotes, whatever is in it.
std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return result + "'";
}

bool is_null(const Column& column, std::size_t row) {
  return column.spec->type == Type::kText ? column.text[row].data() == nullptr : column.valid[row] == 0;
}

std::string show(const Column& column, std::size_t row) {
  if (is_null(column, row)) return "NULL";
  switch (column.spec->type) {
    case Type::kText: return quoted(column.text[row]);
    case Type::kDouble: return fmt::format("{}", column.doubles[row]);
    case Type::kBoolean: return column.integers[row] != 0 ? "true" : "false";
    case Type::kTimestamp: return show_instant(column.integers[row]);
    default: return std::to_string(column.integers[row]);
  }
}

std::string show(const ExpectedValue& value) {
  struct Show {
    std::string operator()(const std::string& text) const { return quoted(text); }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(bool boolean) const { return boolean ? "true" : "false"; }
    std::string operator()(ExpectedInstant instant) const { return show_instant(instant.us); }
  };
  return std::visit(Show(), value);
}

enum class Comparison : std::uint8_t { kSame, kOther, kWrongType };

Comparison compare(const Column& column, std::size_t row, const ExpectedValue& expected) {
  const auto judged = [](bool same) { return same ? Comparison::kSame : Comparison::kOther; };
  const bool null = is_null(column, row);
  const auto* text = std::get_if<std::string>(&expected);
  const auto* integer = std::get_if<std::int64_t>(&expected);
  const auto* number = std::get_if<double>(&expected);
  switch (column.spec->type) {
    case Type::kText: return text == nullptr ? Comparison::kWrongType : judged(!null && column.text[row] == *text);
    case Type::kInteger:
    case Type::kBigint:
      return integer == nullptr ? Comparison::kWrongType : judged(!null && column.integers[row] == *integer);
    case Type::kDouble:
      if (integer == nullptr && number == nullptr) return Comparison::kWrongType;
      return judged(!null && column.doubles[row] == (number != nullptr ? *number : static_cast<double>(*integer)));
    case Type::kBoolean: {
      const auto* boolean = std::get_if<bool>(&expected);
      return boolean == nullptr ? Comparison::kWrongType : judged(!null && (column.integers[row] != 0) == *boolean);
    }
    default: break;
  }
  std::optional<std::int64_t> instant;
  if (const auto* written = std::get_if<ExpectedInstant>(&expected)) instant = written->us;
  if (text != nullptr) instant = TimeForm().instant(*text, {});
  return !instant ? Comparison::kWrongType : judged(!null && column.integers[row] == *instant);
}

class Checker {
 public:
  Checker(const Description& description, const Format& format)
      : description_(description), format_(format), batch_(format.columns), reader_(format.make_reader(kNoFilter)) {
    for (Column& column : batch_.columns) column.want_all();
    batch_.event_time.wanted = batch_.account_id.wanted = batch_.region.wanted = true;
  }

  Result<CheckedSample> check(const SampleDescription& sample) {
    ++number_;
    read(sample.text.value, *reader_, batch_);
    const Place place = sample.text.place;
    CheckedSample checked{place.line, {}, {}};
    if (sample.reject) {
      if (batch_.rows > 0) {
        return wrong(place, fmt::format(" is to be rejected, but is a record: {}", show_row()), "");
      }
      if (batch_.rejects.empty()) return wrong(place, " is to be rejected, but holds nothing", "");
      checked.reject = word_of(batch_.rejects[0].reason);
      return checked;
    }
    if (!batch_.rejects.empty()) {
      const Reject& reject = batch_.rejects[0];
      return wrong(place,
                   fmt::format(" is rejected ({}{}{})", word_of(reject.reason), reject.detail.empty() ? "" : ": ",
                               reject.detail),
                   "say reject = true where that is right");
    }
    if (batch_.rows != 1) return wrong(place, fmt::format(" holds {} records", batch_.rows), "show one");
    for (const Expectation& expectation : sample.expect) {
      const Column* column = column_of(expectation.column.value);
      if (column == nullptr) return no_column(expectation.column);
      switch (compare(*column, 0, expectation.value)) {
        case Comparison::kSame: break;
        case Comparison::kOther:
          return wrong(expectation.place,
                       fmt::format(": {} is expected to be {}, but came out as {}", expectation.column.value,
                                   show(expectation.value), show(*column, 0)),
                       "");
        case Comparison::kWrongType:
          return wrong(expectation.place,
                       fmt::format(": {} is of type {}, which {} is not", expectation.column.value,
                                   word_of(column->spec->type), show(expectation.value)),
                       "expect a value of the column's type, or give the column another type");
      }
    }
    for (const PlacedText& name : sample.nulls) {
      const Column* column = column_of(name.value);
      if (column == nullptr) return no_column(name);
      if (is_null(*column, 0)) continue;
      return wrong(name.place,
                   fmt::format(": {} is expected to be NULL, but came out as {}", name.value, show(*column, 0)), "");
    }
    for (const Column& column : batch_.columns) {
      checked.values.emplace_back(column.spec->name, show(column, 0));
    }
    for (const Column* column : {&batch_.event_time, &batch_.account_id, &batch_.region}) {
      if (!is_null(*column, 0)) checked.values.emplace_back(column->spec->name, show(*column, 0));
    }
    if (batch_.counts.bad_values > 0) return check_values(sample, checked);
    return checked;
  }

 private:
  static inline const LiteralFilter kNoFilter{};
  static inline const SourceSettings kNoSettings{};

  static void read(const std::string& text, RecordReader& reader, Batch& batch) {
    std::string padded = text;
    padded.append(kBlockPaddingBytes, '\0');
    const std::string_view bytes = std::string_view(padded).substr(0, text.size());
    batch.clear();
    reader.restart({bytes, {}, &kNoSettings});
    reader.read(bytes, 0, true, batch);
    // What was read points into a text that ends here.
    for (std::size_t row = 0; row < batch.rows; ++row) {
      const auto keep = [&](Column& column) {
        if (column.wanted && column.spec->type == Type::kText && column.text[row].data() != nullptr) {
          column.text[row] = batch.arena.copy(column.text[row]);
        }
      };
      std::for_each(batch.columns.begin(), batch.columns.end(), keep);
      keep(batch.account_id);
      keep(batch.region);
    }
  }

  // A value that does not fit its column is an error, unless the sample says that it is NULL: then the place is named.
  Result<CheckedSample> check_values(const SampleDescription& sample, const CheckedSample& checked) {
    for (std::size_t i = 0; i <= format_.columns.size(); ++i) {
      const bool time = i == format_.columns.size();
      Batch batch(format_.columns);
      Column& column = time ? batch.event_time : batch.columns[i];
      column.want_all();
      const auto reader = format_.make_reader(kNoFilter);
      read(sample.text.value, *reader, batch);
      const bool bad = batch.rows == 1 && is_null(column, 0) && batch.counts.bad_values > surplus(sample);
      if (!bad) continue;
      const bool expected = std::any_of(sample.nulls.begin(), sample.nulls.end(), [&](const PlacedText& name) {
        return column_of(name.value) == (time ? &batch_.event_time : &batch_.columns[i]);
      });
      if (expected) continue;
      return wrong(sample.text.place,
                   fmt::format(": the value of {} is no {}", column.spec->name, word_of(column.spec->type)),
                   fmt::format("give it another type or format, or say null = [\"{}\"]", column.spec->name));
    }
    if (surplus(sample) > 0) {
      return wrong(sample.text.place, fmt::format(" has {} more fields than there are columns", surplus(sample)), "");
    }
    return checked;
  }

  // Values that no column holds: counted whatever is wanted.
  std::uint64_t surplus(const SampleDescription& sample) const {
    Batch batch(format_.columns);
    const auto reader = format_.make_reader(kNoFilter);
    read(sample.text.value, *reader, batch);
    return batch.counts.bad_values;
  }

  const Column* column_of(std::string_view name) const {
    for (const Column& column : batch_.columns) {
      if (column.spec->name == name) return &column;
    }
    for (const Column* column : {&batch_.event_time, &batch_.account_id, &batch_.region}) {
      if (column->spec->name == name) return column;
    }
    return nullptr;
  }

  std::string show_row() const {
    std::string text;
    for (const Column& column : batch_.columns) {
      text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", column.spec->name, show(column, 0));
    }
    return text;
  }

  std::unexpected<Error> wrong(Place place, std::string_view what, std::string hint) const {
    return error_at(description_.file, place, fmt::format("sample {}{}", number_, what), std::move(hint));
  }
  std::unexpected<Error> no_column(const PlacedText& name) const {
    return wrong(name.place, fmt::format(": there is no column '{}'", name.value), "");
  }

  const Description& description_;
  const Format& format_;
  Batch batch_;
  std::unique_ptr<RecordReader> reader_;
  std::size_t number_ = 0;
};

}  // namespace

Result<std::vector<CheckedSample>> check_samples(const Description& description, const Format& format) {
  Checker checker(description, format);
  std::vector<CheckedSample> all;
  for (const SampleDescription& sample : description.samples) {
    auto checked = checker.check(sample);
    if (!checked) return std::unexpected(std::move(checked.error()));
    all.push_back(std::move(*checked));
  }
  return all;
}

}  // namespace otomo::formats::custom
