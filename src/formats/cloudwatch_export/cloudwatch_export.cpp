// SPDX-License-Identifier: Apache-2.0
//
// Exports of CloudWatch Logs to S3 (CreateExportTask): one object per part of a log stream, one event after another.
//
//   object = *( event LF )
//   event  = time SP message
//   time   = YYYY "-" MM "-" DD "T" hh ":" mm ":" ss "." 3DIGIT "Z"
//
// 2026-03-02T09:14:07.120Z ERROR order 81 could not be stored
// Traceback (most recent call last):
//   File "/srv/shop/orders.py", line 40, in store
// 2026-03-02T09:14:07.188Z INFO order 82 stored
//
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateExportTask.html (read November 2026)
//
// A message may hold newlines, and nothing marks the lines behind its first: an event ends where the next one's time
// begins. A line of a message that starts with a time of this very form and a space reads as an event of its own; the
// export does not tell them apart. Lines before the first time belong to no event: rejects.
#include <algorithm>
#include <bit>
#include <cstring>

#include "base/limits.h"
#include "base/simd/simd.h"
#include "base/time.h"
#include "base/utf8.h"
#include "formats/cloudwatch_columns.h"
#include "formats/object_key.h"

namespace otomo::formats::cloudwatch_export {

namespace {

namespace columns = cloudwatch;

constexpr std::string_view kTimeForm = "0000-00-00T00:00:00.000Z ";
constexpr std::size_t kTimeBytes = kTimeForm.size();
constexpr std::size_t kDateBytes = 11;  // with the T
constexpr std::int64_t kMillisecondsPerDay = 86'400'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Could a time stand here, as far as the text goes?
bool starts_like_time(std::string_view text) {
  text = text.substr(0, kTimeBytes);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kTimeForm[i] == '0' ? !is_digit(text[i]) : text[i] != kTimeForm[i]) return false;
  }
  return true;
}

std::uint64_t eight_bytes(const char* text) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text, sizeof bytes);
  return bytes;
}

// Where `form` has digits, `text` has digits, and elsewhere the same bytes. What comes back has the digits' values.
template <std::uint64_t kDigits, std::uint64_t kOthers>
bool has_form(const char* text, const char* form, std::uint64_t& values) {
  values = eight_bytes(text) ^ eight_bytes(form);
  return (values & kOthers) == 0 &&
         (((values & kDigits) | ((values & kDigits) + (0x0606060606060606ULL & kDigits))) & 0xF0F0F0F0F0F0F0F0ULL) == 0;
}

// Reads times; neighbours have the same date, which is read once. One per thread.
class TimeReader {
 public:
  // Does an event start at `text`? REQUIRES: kTimeBytes bytes of text, and two more that can be read.
  bool read(const char* text, std::int64_t& time_ms) {
    if ((!has_date_ || std::memcmp(text, date_, kDateBytes) != 0) && !read_date(text)) return false;
    std::uint64_t clock = 0;     // hh:mm:ss
    std::uint64_t fraction = 0;  // .mmmZ and the space
    if (!has_form<0xFFFF00FFFF00FFFFULL, 0x0000FF0000FF0000ULL>(text + 11, "00:00:00", clock)) return false;
    if (!has_form<0x00000000FFFFFF00ULL, 0x0000FFFF000000FFULL>(text + 19, ".000Z  ", fraction)) return false;
    const auto two = [&](int shift) { return ((clock >> shift) & 15) * 10 + ((clock >> (shift + 8)) & 15); };
    const std::uint64_t hour = two(0);
    const std::uint64_t minute = two(24);
    const std::uint64_t second = two(48);
    if (hour > 23 || minute > 59 || second > 59) return false;
    const std::uint64_t millisecond =
        ((fraction >> 8) & 15) * 100 + ((fraction >> 16) & 15) * 10 + ((fraction >> 24) & 15);
    time_ms = day_ms_ + static_cast<std::int64_t>(((hour * 60 + minute) * 60 + second) * 1000 + millisecond);
    return true;
  }

 private:
  bool read_date(const char* text) {
    if (!starts_like_time({text, kDateBytes})) return false;
    const auto number = [&](std::size_t from, std::size_t to) {
      int value = 0;
      for (std::size_t i = from; i < to; ++i) value = value * 10 + (text[i] - '0');
      return value;
    };
    const int year = number(0, 4);
    const int month = number(5, 7);
    const int day = number(8, 10);
    if (!is_date(year, month, day)) return false;
    day_ms_ = days_from_civil(year, month, day) * kMillisecondsPerDay;
    std::memcpy(date_, text, kDateBytes);
    has_date_ = true;
    return true;
  }

  bool has_date_ = false;
  char date_[kDateBytes] = {};
  std::int64_t day_ms_ = 0;
};

// `[prefix/]EXPORT-TASK-ID/LOG-STREAM-NAME/000000.gz`; slashes in the stream's name are "-" there. The log stream's
// name or nullopt.
std::optional<std::string_view> log_stream_of(std::string_view key) {
  const auto parts = key_parts(key);
  if (parts.size() < 3) return {};
  std::string_view name = parts.back();
  if (name.ends_with(".gz")) name.remove_suffix(3);
  const std::string_view task = parts[parts.size() - 3];
  constexpr std::string_view kTaskForm = "00000000-0000-0000-0000-000000000000";
  const auto is_like = [](char c, char form) { return form == '-' ? c == '-' : is_digit(c) || (c >= 'a' && c <= 'f'); };
  if (!all_digits(name, 6) || task.size() != kTaskForm.size() ||
      !std::equal(task.begin(), task.end(), kTaskForm.begin(), is_like)) {
    return {};
  }
  return parts[parts.size() - 2];
}

class Reader final : public RecordReader {
 public:
  explicit Reader(const LiteralFilter& filter) : filter_(filter) {}

  void restart(const ObjectContext& context) override {
    skipping_ = Skipping::kNothing;
    log_stream_ = log_stream_of(context.key).value_or(std::string_view{});
  }

  std::size_t read(std::string_view bytes, std::uint64_t offset, bool last, Batch& batch) override {
    begin_ = bytes.data();
    end_ = begin_ + bytes.size();
    offset_ = offset;
    last_ = last;
    batch_ = &batch;
    stream_text_ = {};
    hit_ = nullptr;
    const char* at = begin_;
    if (offset == 0 && skipping_ == Skipping::kNothing) {
      if (bytes.size() < 3 && !last) return 0;
      if (bytes.starts_with("\xEF\xBB\xBF")) at += 3;
    }
    while (at < end_ && !batch.full()) {
      const char* const next = step(at);
      if (next == nullptr) break;
      at = next;
    }
    return static_cast<std::size_t>(at - begin_);
  }

 private:
  enum class Skipping : std::uint8_t { kNothing, kLine, kEvent };  // the rest of one that is too long

  struct End {
    const char* text = nullptr;  // behind the event's last byte; nullptr: more bytes are needed
    const char* next = nullptr;  // where the next one, or a torn line, begins
  };

  std::size_t left(const char* at) const { return static_cast<std::size_t>(end_ - at); }
  std::uint64_t place(const char* at) const { return offset_ + static_cast<std::uint64_t>(at - begin_); }
  static const char* newline_in(const char* from, const char* to) {
    return static_cast<const char*>(std::memchr(from, '\n', static_cast<std::size_t>(to - from)));
  }

  // One event, line or skipped part. nullptr: more bytes are needed.
  const char* step(const char* at) {
    if (skipping_ == Skipping::kLine) return skip_line(at);
    if (skipping_ == Skipping::kEvent) return skip_event(at);
    if (left(at) < kTimeBytes && !last_ && starts_like_time({at, left(at)})) return nullptr;
    std::int64_t time_ms = 0;
    if (left(at) < kTimeBytes || !time_.read(at, time_ms)) return step_line(at);
    const End found = end_of(at);
    if (found.text == nullptr) return found.next;
    if (passes(at, found.text)) {
      put_row({at, static_cast<std::size_t>(found.text - at)}, place(at), time_ms);
    } else {
      ++batch_->counts.skipped;
    }
    return found.next;
  }

  // Where the event at `at` ends. It is decided within its first kRecordBytesMax bytes, or the event is too long: so
  // the cut does not matter.
  End end_of(const char* at) {
    const bool whole = left(at) < kRecordBytesMax;  // all that is needed, or all that there is
    const char* const stop = whole ? end_ : at + kRecordBytesMax;
    const char* from = at + kTimeBytes;
    while (const char* newline = newline_in(from, stop)) {
      from = newline + 1;
      const auto rest = static_cast<std::size_t>(stop - from);
      std::int64_t ignored = 0;
      if (rest >= kTimeBytes) {
        if (time_.read(from, ignored)) return {newline, from};
      } else if (starts_like_time({from, rest})) {
        // The object's end, a line that was torn inside its time, or nobody knows yet.
        if (whole && last_) return {newline, from};
        break;
      }
    }
    if (whole) return last_ ? End{end_, end_} : End{};
    batch_->add_reject(place(at), RejectReason::kTooLong, "longer than 16 MiB", {at, kRejectRawBytesMax});
    skipping_ = Skipping::kEvent;
    return {nullptr, stop - kTimeBytes - 1};  // a time behind a newline from here on was not seen whole
  }

  // A line that starts no event: before the first one, or torn at the object's end.
  const char* step_line(const char* at) {
    const char* const stop = at + std::min(left(at), kRecordBytesMax);
    const char* const newline = newline_in(at, stop);
    if (newline == nullptr && left(at) >= kRecordBytesMax) {
      batch_->add_reject(place(at), RejectReason::kTooLong, "longer than 16 MiB", {at, kRejectRawBytesMax});
      skipping_ = Skipping::kLine;
      return stop;
    }
    if (newline == nullptr && !last_) return nullptr;
    std::string_view line(at, static_cast<std::size_t>((newline == nullptr ? end_ : newline) - at));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) {
      const bool torn = newline == nullptr && starts_like_time(line);
      batch_->add_reject(place(at), torn ? RejectReason::kTorn : RejectReason::kNotARecord, "", line);
    }
    return newline == nullptr ? end_ : newline + 1;
  }

  const char* skip_line(const char* at) {
    const char* const newline = newline_in(at, end_);
    if (newline == nullptr) return end_;
    skipping_ = Skipping::kNothing;
    return newline + 1;
  }

  const char* skip_event(const char* at) {
    for (const char* newline = at; (newline = newline_in(newline, end_)) != nullptr;) {
      const std::size_t rest = left(newline) - 1;
      std::int64_t ignored = 0;
      if (rest < kTimeBytes && !last_) return newline == at ? nullptr : newline;
      if (rest >= kTimeBytes && time_.read(newline + 1, ignored)) {
        skipping_ = Skipping::kNothing;
        return newline + 1;
      }
      ++newline;
    }
    return end_;
  }

  // May the event hold one of the filter's literals? Each is looked for once, up to where it is found.
  bool passes(const char* at, const char* end) {
    if (filter_.any_of.empty()) return true;
    if (hit_ == nullptr || hit_ < at) {
      hit_ = end_;
      for (const std::string& literal : filter_.any_of) {
        hit_ = std::min(hit_, simd::kernels().find_literal(at, end_, literal));
      }
    }
    return hit_ < end;
  }

  void put_row(std::string_view text, std::uint64_t offset, std::int64_t time_ms) {
    Batch& batch = *batch_;
    if (batch.raw_wanted || batch.columns[columns::kMessage].wanted) text = batch.repaired(text);
    const std::size_t row = batch.begin_row(offset, text);
    if (batch.event_time.wanted) batch.event_time.set_integer(row, time_ms * 1000);
    if (batch.account_id.wanted) batch.account_id.set_null(row);
    if (batch.region.wanted) batch.region.set_null(row);
    for (const std::size_t column :
         {columns::kLogGroup, columns::kIngestionTime, columns::kId, columns::kOwner, columns::kOther}) {
      if (batch.columns[column].wanted) batch.columns[column].set_null(row);
    }
    if (batch.columns[columns::kTimestamp].wanted) batch.columns[columns::kTimestamp].set_integer(row, time_ms);
    if (batch.columns[columns::kMessage].wanted) {
      batch.columns[columns::kMessage].set_text(row, text.substr(kTimeBytes));
    }
    if (batch.columns[columns::kLogStream].wanted) {
      // The batch outlives the object.
      if (stream_text_.data() == nullptr && !log_stream_.empty()) stream_text_ = batch.arena.copy(log_stream_);
      batch.columns[columns::kLogStream].set_text(row, stream_text_);
    }
  }

  const LiteralFilter& filter_;
  TimeReader time_;
  Skipping skipping_ = Skipping::kNothing;
  std::string log_stream_;  // empty: the key does not say

  // Of one call:
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
  std::uint64_t offset_ = 0;
  bool last_ = false;
  Batch* batch_ = nullptr;
  std::string_view stream_text_;  // log_stream_ in the batch
  const char* hit_ = nullptr;  // the first literal at or behind the event that was looked at last; end_: there is none
};

std::optional<KeyFacts> read_key(std::string_view key) {
  if (!log_stream_of(key)) return {};
  return KeyFacts{};
}

bool starts_event(std::string_view text) {
  if (text.size() < kTimeBytes) return false;
  char time[kTimeBytes + 2] = {};
  std::copy_n(text.data(), kTimeBytes, time);
  std::int64_t ignored = 0;
  return TimeReader().read(time, ignored);
}

// An object that starts with an event is certain. A first event further on may be any log's line.
Verdict detect(std::string_view head, bool whole) {
  constexpr int kLinesMax = 64;
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  head.remove_prefix(std::min(head.find_first_not_of("\r\n"), head.size()));
  if (head.empty()) return whole ? Verdict::kMaybe : Verdict::kNo;
  TimeReader time;
  for (int line = 0; line < kLinesMax && head.size() >= kTimeBytes; ++line) {
    std::int64_t ignored = 0;
    if (time.read(head.data(), ignored)) return line == 0 ? Verdict::kYes : Verdict::kMaybe;
    const std::size_t newline = head.find('\n');
    if (newline == std::string_view::npos) break;
    head.remove_prefix(newline + 1);
  }
  return Verdict::kNo;
}

std::optional<std::string> literal_for(std::size_t column, Match /*match*/, std::string_view value) {
  // A message stands in the object byte by byte, unless its bytes had to be repaired.
  if (column != columns::kMessage || value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  return std::string(value);
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "cloudwatch_export",
    .table = "cloudwatch_logs",
    .summary = "CloudWatch Logs events, exported to S3",
    .columns = columns::kColumns,
    .newline_ends_record = true,
    .starts_record = [](std::string_view /*head*/) -> StartsRecord { return starts_event; },
    .messages = &columns::kMessageColumns,
    .read_key = read_key,
    .detect = detect,
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>(filter);
    },
    .literal_for = literal_for,
};

}  // namespace otomo::formats::cloudwatch_export
