// SPDX-License-Identifier: Apache-2.0
#include "formats/syslog_line.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <tuple>

#include "base/simd/simd.h"
#include "base/time.h"
#include "formats/json_columns.h"
#include "formats/json_walk.h"
#include "formats/lines.h"
#include "formats/object_key.h"

namespace otomo::formats {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// --- the header ---

// Walks over the first bytes of a line. `cut`: everything fitted so far, but there was no more.
struct Walk {
  const char* at;
  const char* end;
  bool cut = false;

  bool has() {
    if (at < end) return true;
    cut = true;
    return false;
  }
  bool take(char c) {
    if (!has() || *at != c) return false;
    ++at;
    return true;
  }
  // Exactly `count` digits.
  bool number(int count, int& value) {
    value = 0;
    for (int i = 0; i < count; ++i, ++at) {
      if (!has() || !is_digit(*at)) return false;
      value = value * 10 + (*at - '0');
    }
    return true;
  }
  // As many digits as there are, from one to `count_max`; 0: none, or too many.
  int digits(int count_max, int& value) {
    value = 0;
    int count = 0;
    while (has() && is_digit(*at)) {
      if (++count > count_max) return 0;
      value = value * 10 + (*at++ - '0');
    }
    return count;
  }
};

constexpr std::size_t kMonthBytesMax = 9;

// English, and French as glibc abbreviates it (seen: "août 19"). 0: no month.
int month_of(std::string_view word) {
  if (word.size() == 3) {
    static constexpr std::string_view kEnglish = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (std::size_t i = 0; i < 12; ++i) {
      if (std::memcmp(kEnglish.data() + 3 * i, word.data(), 3) == 0) return static_cast<int>(i) + 1;
    }
  }
  static constexpr std::array<std::string_view, 12> kFrench = {"janv.", "févr.", "mars",  "avril", "mai",  "juin",
                                                               "juil.", "août",  "sept.", "oct.",  "nov.", "déc."};
  const auto place = std::find(kFrench.begin(), kFrench.end(), word);
  return place == kFrench.end() ? 0 : static_cast<int>(place - kFrench.begin()) + 1;
}

bool is_month_byte(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

// "09:14:07", perhaps with a fraction of up to nine digits.
bool walk_clock(Walk& walk, SyslogHeader& header) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!walk.number(2, hour) || !walk.take(':') || !walk.number(2, minute) || !walk.take(':') ||
      !walk.number(2, second)) {
    return false;
  }
  header.hour = static_cast<std::int8_t>(hour);
  header.minute = static_cast<std::int8_t>(minute);
  header.second = static_cast<std::int8_t>(second);
  if (hour > 23 || minute > 59 || second > 60) header.bad_time = true;
  if (!walk.has()) return false;
  if (*walk.at != '.' && *walk.at != ',') return true;
  ++walk.at;
  int count = 0;
  std::int32_t scale = 100'000;
  for (; walk.has() && is_digit(*walk.at); ++walk.at, scale /= 10) {
    if (++count > 9) return false;
    header.fraction_us += (*walk.at - '0') * scale;
  }
  return count > 0 && !walk.cut;
}

// "Mar  2 09:14:07 " or "Mar  2 09:14:07: ".
bool walk_bsd(Walk& walk, SyslogHeader& header) {
  const char* const begin = walk.at;
  while (walk.has() && is_month_byte(*walk.at)) {
    if (static_cast<std::size_t>(++walk.at - begin) > kMonthBytesMax) return false;
  }
  if (walk.cut) return false;
  const std::string_view word(begin, static_cast<std::size_t>(walk.at - begin));
  if (word.size() < 3 || !walk.take(' ')) return false;
  if (walk.has() && *walk.at == ' ') ++walk.at;
  int day = 0;
  if (walk.digits(2, day) == 0 || !walk.take(' ') || !walk_clock(walk, header)) return false;
  if (!walk.has()) return false;
  header.ends_in_colon = *walk.at == ':';
  if (header.ends_in_colon) ++walk.at;
  if (!walk.take(' ')) return false;
  header.form = SyslogForm::kBsd;
  header.month = static_cast<std::int8_t>(month_of(word));
  header.day = static_cast<std::int8_t>(day);
  constexpr int kLeapYear = 2024;  // 29 February exists in some year
  if (!is_date(kLeapYear, header.month, header.day)) header.bad_time = true;
  return true;
}

// "2026-03-02T09:14:07.123456+01:00 ", the fraction and the zone may be missing.
bool walk_iso(Walk& walk, SyslogHeader& header) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!walk.number(4, year) || !walk.take('-') || !walk.number(2, month) || !walk.take('-') || !walk.number(2, day) ||
      !walk.take('T') || !walk_clock(walk, header) || !walk.has()) {
    return false;
  }
  if (*walk.at == 'Z') {
    ++walk.at;
    header.has_zone = true;
  } else if (*walk.at == '+' || *walk.at == '-') {
    const bool west = *walk.at++ == '-';
    int hours = 0;
    int minutes = 0;
    if (!walk.number(2, hours) || !walk.has()) return false;
    if (*walk.at == ':') ++walk.at;
    if (!walk.number(2, minutes)) return false;
    if (hours > 23 || minutes > 59) header.bad_time = true;
    header.has_zone = true;
    header.zone_minutes = static_cast<std::int16_t>(west ? -(hours * 60 + minutes) : hours * 60 + minutes);
  }
  if (!walk.take(' ')) return false;
  header.year = static_cast<std::int16_t>(year);
  header.month = static_cast<std::int8_t>(month);
  header.day = static_cast<std::int8_t>(day);
  if (year == 0 || !is_date(year, month, day)) header.bad_time = true;
  return true;
}

// What may follow a priority's "<".
bool walk_priority(Walk& walk, SyslogHeader& header) {
  int priority = 0;
  if (walk.digits(3, priority) == 0 || !walk.take('>')) return false;
  header.has_priority = true;
  header.priority = static_cast<std::int16_t>(priority);
  return true;
}

// RFC 5424's version and time, where what follows is not the year of a time alone.
bool walk_versioned(Walk& walk, SyslogHeader& header) {
  int version = 0;
  if (walk.digits(2, version) == 0 || version == 0 || !walk.take(' ') || !walk.has()) return false;
  if (*walk.at == '-') {
    ++walk.at;
    header.has_time = false;
    if (!walk.take(' ')) return false;
  } else if (!walk_iso(walk, header)) {
    return false;
  }
  header.form = SyslogForm::kVersioned;
  return true;
}

SyslogForm walk_header(Walk& walk, SyslogHeader& header) {
  const auto cut_or_none = [&] { return walk.cut ? SyslogForm::kCut : SyslogForm::kNone; };
  if (!walk.has()) return SyslogForm::kCut;
  if (*walk.at == '<') {
    ++walk.at;
    if (!walk_priority(walk, header) || !walk.has()) return cut_or_none();
  }
  if (!is_digit(*walk.at)) {
    return walk_bsd(walk, header) ? SyslogForm::kBsd : cut_or_none();
  }
  const char* const begin = walk.at;
  if (walk_iso(walk, header)) return SyslogForm::kIso;
  // A version is never without a priority.
  if (walk.cut || !header.has_priority) return cut_or_none();
  walk.at = begin;
  const SyslogHeader blank = header;
  header = {.has_priority = true, .priority = blank.priority};
  return walk_versioned(walk, header) ? SyslogForm::kVersioned : cut_or_none();
}

}  // namespace

SyslogHeader read_syslog_header(std::string_view text) {
  text = text.substr(0, kRecordStartBytesMax);
  Walk walk{text.data(), text.data() + text.size()};
  SyslogHeader header;
  header.form = walk_header(walk, header);
  header.size = static_cast<std::uint8_t>(walk.at - text.data());
  // What does not end within the limit is none.
  if (header.form == SyslogForm::kCut && text.size() == kRecordStartBytesMax) header.form = SyslogForm::kNone;
  return header;
}

bool starts_syslog_record(std::string_view text) {
  const SyslogForm form = read_syslog_header(text).form;
  return form != SyslogForm::kNone;
}

// --- the time ---

void SyslogClock::restart(const ObjectContext& context) {
  const std::string& name = context.settings->time_zone;
  if (name != zone_name_) {
    const auto zone = TimeZone::of_name(name);
    zone_ = zone.value_or(TimeZone());
    zone_is_told_ = zone.has_value();
    zone_name_ = name;
    known_key_ = ~0ULL;
  }
  std::optional<std::int64_t> latest;
  if (context.modified_us) {
    // A clock that is set wrong must not lead outside the calendar.
    constexpr std::int64_t kYearsMax = 4000;
    latest =
        std::clamp<std::int64_t>(*context.modified_us, 0, kYearsMax * 366 * kMicrosecondsPerDay) + kMicrosecondsPerDay;
    const std::chrono::sys_days day(std::chrono::days(*latest / kMicrosecondsPerDay));
    latest_year_ = static_cast<int>(std::chrono::year_month_day(day).year());
  }
  if (latest != latest_us_) known_key_ = ~0ULL;
  latest_us_ = latest;
}

void SyslogClock::assume(const SyslogHeader& header) {
  const std::int64_t second_of_day = header.hour * 3600 + header.minute * 60 + header.second;
  const auto in_year = [&](int year) {
    const std::int64_t days = days_from_civil(year, header.month, header.day);
    const TimeZone::Instant instant = zone_.instant_of((days * 86'400 + second_of_day) * kMicrosecondsPerSecond);
    known_us_ = instant.us;
    known_is_certain_ = instant.is_certain;
  };
  if (header.year != 0) {
    in_year(header.year);
    return;
  }
  known_us_.reset();
  if (!latest_us_) return;
  // One year ahead, for a zone that is in the next one already; 29 February may be eight years back.
  for (int year = latest_year_ + 1; year > latest_year_ - 9; --year) {
    if (!is_date(year, header.month, header.day)) continue;
    in_year(year);
    if (*known_us_ <= *latest_us_) return;
  }
}

void SyslogClock::resolve(const SyslogHeader& header, HostRecord& record) {
  if (!header.has_time) return;
  if (header.has_zone && header.year != 0) {
    const std::int64_t seconds = days_from_civil(header.year, header.month, header.day) * 86'400 + header.hour * 3600 +
                                 header.minute * 60 + header.second - std::int64_t{header.zone_minutes} * 60;
    record.instant_us = seconds * kMicrosecondsPerSecond + header.fraction_us;
    return;
  }
  std::uint64_t key = static_cast<std::uint64_t>(header.year);
  for (const std::int8_t part : {header.month, header.day, header.hour, header.minute, header.second}) {
    key = key << 8 | static_cast<std::uint8_t>(part);
  }
  if (key != known_key_) {
    assume(header);
    known_key_ = key;
  }
  if (!known_us_) {
    record.time_is_bad = true;
    return;
  }
  record.instant_us = *known_us_ + header.fraction_us;
  record.assumed_year = header.year == 0;
  record.assumed_zone = !zone_is_told_ || !known_is_certain_;
}

// --- the text ---

namespace {

void skip_one_space(std::string_view& text) {
  if (text.starts_with(' ')) text.remove_prefix(1);
}

struct LevelWord {
  std::string_view word;
  int severity;
};
// As Chrome OS writes them where others have the host, and as Apple's daemon writes them behind the process.
constexpr LevelWord kLevels[] = {{"EMERG", 0},     {"ALERT", 1},  {"CRIT", 2},     {"ERR", 3},
                                 {"WARNING", 4},   {"NOTICE", 5}, {"INFO", 6},     {"DEBUG", 7},
                                 {"Emergency", 0}, {"Alert", 1},  {"Critical", 2}, {"Error", 3},
                                 {"Warning", 4},   {"Notice", 5}, {"Info", 6},     {"Debug", 7}};

std::optional<int> level_of(std::string_view word, bool upper_case) {
  for (const LevelWord& level : kLevels) {
    if (level.word == word && (level.word[1] < 'a') == upper_case) return level.severity;
  }
  return {};
}

// "[4711]" at `place`: the digits; empty where there is none.
std::string_view pid_at(std::string_view text, std::size_t place) {
  const std::size_t begin = place + 1;
  std::size_t end = begin;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end < text.size() && text[end] == ']' ? text.substr(begin, end - begin) : std::string_view{};
}

// A program, perhaps its process, and what it says. Only a colon or a process id ends a program: a word before a space
// may as well be the message's first.
void read_tag(std::string_view text, HostRecord& record) {
  constexpr std::size_t kTagBytesMax = 128;
  constexpr std::size_t kSpacesMax = 2;  // "Setup Assistant[1173]:"
  record.message = text;
  const auto has_pid = [&](std::size_t program_end, std::string_view pid) {
    record.program = text.substr(0, program_end);
    record.pid = parse_pid(pid);
    if (!record.pid) ++record.bad_values;
    record.message = text.substr(program_end + pid.size() + 2);
    if (record.message.starts_with(':')) record.message.remove_prefix(1);
    skip_one_space(record.message);
    // Apple: "sshd[12] <Notice>: message".
    if (const std::size_t close = record.message.find(">:"); record.message.starts_with('<') && close < 16) {
      if (const auto level = level_of(record.message.substr(1, close - 1), false)) {
        if (!record.severity) record.severity = level;
        record.message.remove_prefix(close + 2);
        skip_one_space(record.message);
      }
    }
  };
  std::size_t spaces = 0;
  for (std::size_t i = 0; i < std::min(text.size(), kTagBytesMax); ++i) {
    const char c = text[i];
    if (c == ':' && i > 0 && spaces == 0) {
      if (i + 1 < text.size() && text[i + 1] != ' ' && text[i + 1] != '[' && text[i + 1] != '\n') continue;
      record.program = text.substr(0, i);
      record.message = text.substr(i + 1);
      skip_one_space(record.message);
      return;
    }
    if (c == ':' || c == '\n' || (c == ' ' && (i == 0 || ++spaces > kSpacesMax))) return;
    if (c != '[') continue;
    if (i == 0) return;
    const std::string_view pid = pid_at(text, i);
    if (pid.empty()) continue;
    const std::size_t behind = i + pid.size() + 2;
    const bool ends = behind == text.size() || text[behind] == ':' || (text[behind] == ' ' && spaces == 0);
    if (!ends) continue;
    has_pid(i, pid);
    return;
  }
}

// The text up to the first space or newline, which is taken off the front with it.
std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

void read_traditional(const SyslogHeader& header, std::string_view text, HostRecord& record) {
  // What a daemon says in its own name: "Mar  2 09:14:07: --- last message repeated 5 times ---", with or without
  // colon.
  if (header.ends_in_colon || text.starts_with("--- ") || text.starts_with("last message repeated ")) {
    record.message = text;
    return;
  }
  std::string_view rest = text;
  const std::string_view first = take_word(rest);
  // A tag where the host should be: it was left out.
  if (first.size() > 1 && first.ends_with(':')) {
    read_tag(text, record);
    return;
  }
  if (header.form == SyslogForm::kIso && !header.has_priority) {
    if (const auto level = level_of(first, true)) {
      record.severity = level;
      read_tag(rest, record);
      return;
    }
  }
  if (!first.empty()) record.host = first;
  if (rest.starts_with("--- ") || rest.starts_with("last message repeated ")) {
    record.message = rest;
  } else {
    read_tag(rest, record);
  }
}

// A parameter of RFC 5424's structured data; name.data() == nullptr: its element has none.
struct Parameter {
  std::string_view element;
  std::string_view name;
  std::string_view value;  // as it is written, with its escapes
};

// Splits the structured data off the front of `text`; writes its parameters where `out` is not null.
bool take_structured_data(std::string_view& text, std::vector<Parameter>* out, RejectReason& reason) {
  reason = RejectReason::kBadStructure;
  std::size_t at = 0;
  const auto at_end = [&] { return at >= text.size(); };
  const auto skip_spaces = [&] {
    while (!at_end() && text[at] == ' ') ++at;
  };
  const auto take_name = [&] {
    const std::size_t begin = at;
    at = std::min(text.find_first_of(" =]\"\n", at), text.size());
    return text.substr(begin, at - begin);
  };
  while (!at_end() && text[at] == '[') {
    ++at;
    const std::string_view element = take_name();
    if (element.empty()) return false;
    bool is_empty = true;
    while (true) {
      skip_spaces();
      if (at_end()) return false;
      if (text[at] == ']') break;
      // Spaces around the sign are none of the RFC's, but written (Vector's documentation has such a line).
      const std::string_view name = take_name();
      skip_spaces();
      if (name.empty() || at_end() || text[at] != '=') return false;
      ++at;
      skip_spaces();
      if (at_end() || text[at] != '"') return false;
      const std::size_t begin = ++at;
      while (!at_end() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
      if (at_end()) {
        reason = RejectReason::kOpenQuote;
        return false;
      }
      if (out != nullptr) out->push_back({element, name, text.substr(begin, at - begin)});
      is_empty = false;
      ++at;
    }
    ++at;
    if (is_empty && out != nullptr) out->push_back({element, {}, {}});
  }
  if (!at_end() && text[at] != ' ') return false;
  text.remove_prefix(std::min(at + 1, text.size()));
  return true;
}

// A value without its escapes: only a quote, a backslash and a bracket have one.
void append_value(std::string& out, std::string_view written, std::string& scratch) {
  scratch.clear();
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] == '\\' && i + 1 < written.size() &&
        (written[i + 1] == '"' || written[i + 1] == '\\' || written[i + 1] == ']')) {
      ++i;
    }
    scratch += written[i];
  }
  append_json_string(out, scratch);
}

void append_key(std::string& out, std::string_view key) {
  append_json_string(out, key);
  out += ':';
}

// {"msgid":"…","procid":"…","element":{"name":"value","repeated":["a","b"]}}
std::string structured_json(std::string_view message_id, std::string_view process, std::vector<Parameter>& parameters) {
  const auto key_of = [](const Parameter& one) { return std::tuple(one.element, one.name); };
  const auto less = [&](const Parameter& a, const Parameter& b) { return key_of(a) < key_of(b); };
  // What is written twice is brought together; the rest keeps its order.
  std::vector<Parameter> sorted = parameters;
  std::stable_sort(sorted.begin(), sorted.end(), less);
  std::size_t elements_sorted = 0;
  std::size_t elements_written = 0;
  bool repeats = false;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i == 0 || sorted[i].element != sorted[i - 1].element) ++elements_sorted;
    if (i == 0 || parameters[i].element != parameters[i - 1].element) ++elements_written;
    repeats = repeats || (i > 0 && key_of(sorted[i]) == key_of(sorted[i - 1]));
  }
  if (repeats || elements_sorted != elements_written) parameters = std::move(sorted);

  std::string json;
  std::string scratch;
  const auto separate = [&](char open) {
    if (json.empty() || json.back() != open) json += ',';
  };
  json += '{';
  if (!message_id.empty()) {
    append_key(json, "msgid");
    append_json_string(json, message_id);
  }
  if (!process.empty()) {
    separate('{');
    append_key(json, "procid");
    append_json_string(json, process);
  }
  for (std::size_t i = 0; i < parameters.size();) {
    const std::string_view element = parameters[i].element;
    separate('{');
    append_key(json, element);
    json += '{';
    while (i < parameters.size() && parameters[i].element == element) {
      if (parameters[i].name.data() == nullptr) {
        ++i;
        continue;
      }
      std::size_t end = i + 1;
      while (end < parameters.size() && key_of(parameters[end]) == key_of(parameters[i])) ++end;
      separate('{');
      append_key(json, parameters[i].name);
      const bool several = end - i > 1;
      if (several) json += '[';
      for (const std::size_t first = i; i < end; ++i) {
        if (i > first) json += ',';
        append_value(json, parameters[i].value, scratch);
      }
      if (several) json += ']';
    }
    json += '}';
  }
  json += '}';
  return json;
}

bool read_versioned(std::string_view text, bool app_data, HostRecord& record, Arena& arena, RejectReason& reason) {
  std::array<std::string_view, 4> fields;  // host, program, process, message id
  for (std::string_view& field : fields) {
    const std::size_t space = text.find(' ');
    reason = RejectReason::kTooFewFields;
    if (space == std::string_view::npos) return false;
    field = text.substr(0, space);
    reason = RejectReason::kBadStructure;
    if (field.empty() || field.contains('\n')) return false;
    text.remove_prefix(space + 1);
    if (field == "-") field = {};
  }
  record.host = fields[0];
  record.program = fields[1];
  if (fields[2].data() != nullptr) record.pid = parse_pid(fields[2]);
  std::vector<Parameter> parameters;
  if (text.starts_with('-') && (text.size() == 1 || text[1] == ' ')) {
    text.remove_prefix(std::min<std::size_t>(2, text.size()));
  } else if (text.empty() || text[0] != '[') {
    reason = text.empty() ? RejectReason::kTooFewFields : RejectReason::kBadStructure;
    return false;
  } else if (!take_structured_data(text, app_data ? &parameters : nullptr, reason)) {
    return false;
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  record.message = text;
  const std::string_view process = record.pid ? std::string_view{} : fields[2];
  if (app_data && (!parameters.empty() || !fields[3].empty() || !process.empty())) {
    record.app_data = arena.copy(structured_json(fields[3], process, parameters));
  }
  return true;
}

}  // namespace

bool read_syslog_text(const SyslogHeader& header, std::string_view text, bool app_data, HostRecord& record,
                      Arena& arena, RejectReason& reason) {
  if (header.has_priority) {
    if (header.priority <= kPriorityMax) {
      record.facility = header.priority / 8;
      record.severity = header.priority % 8;
    } else {
      ++record.bad_values;
    }
  }
  if (header.form == SyslogForm::kVersioned) return read_versioned(text, app_data, record, arena, reason);
  read_traditional(header, text, record);
  return true;
}

// --- detection ---

namespace {

bool is_host(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_' ||
           c == ':';
  });
}

// "2026-03-02T09:14:07.123Z message": what CloudWatch Logs exports. The message may be a line of syslog.
bool is_exported(std::string_view line) {
  const SyslogHeader header = read_syslog_header(line);
  return header.form == SyslogForm::kIso && !header.has_priority && line.size() > 24 && line[19] == '.' &&
         line[23] == 'Z';
}

// Many programs log "TIME LEVEL module: message" in ISO form.
bool is_log_level(std::string_view word) {
  static constexpr std::string_view kWords[] = {"TRACE", "DEBUG", "INFO",     "WARN",   "WARNING", "ERROR", "ERR",
                                                "FATAL", "CRIT",  "CRITICAL", "NOTICE", "ALERT",   "EMERG"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

bool is_surely_record(std::string_view line) {
  const SyslogHeader header = read_syslog_header(line);
  if (header.form == SyslogForm::kNone || header.form == SyslogForm::kCut || header.bad_time) return false;
  if (header.form == SyslogForm::kBsd || header.has_priority) {
    if (header.form != SyslogForm::kVersioned) return true;
    HostRecord record;
    Arena arena;
    RejectReason reason{};
    return read_syslog_text(header, line.substr(header.size), false, record, arena, reason);
  }
  // A time in ISO form begins the lines of many logs: it takes a host and a program to be syslog's, or, as Chrome OS
  // has it, a level and a program behind a time with an offset.
  HostRecord record;
  read_traditional(header, line.substr(header.size), record);
  if (!header.has_zone || record.program.empty()) return false;
  if (record.host.data() == nullptr) return record.severity && line[header.size - 2U] != 'Z';
  return is_host(record.host) && !is_log_level(record.host);
}

}  // namespace

Verdict detect_syslog(std::string_view head, bool whole) {
  constexpr std::size_t kLinesMax = 8;
  if (head.empty()) return Verdict::kMaybe;
  Verdict verdict = Verdict::kNo;
  // The last line may be cut; that its header is whole is enough.
  any_line(head, true, kLinesMax, [&](std::string_view line) {
    if (is_exported(line)) return true;
    if (is_surely_record(line)) verdict = Verdict::kYes;
    return verdict == Verdict::kYes;
  });
  if (verdict == Verdict::kNo && whole && read_syslog_header(head).form == SyslogForm::kCut) return Verdict::kMaybe;
  return verdict;
}

std::optional<KeyFacts> read_syslog_key(std::string_view key) {
  std::string_view name = key_name(key);
  for (const std::string_view suffix : {".gz", ".bz2", ".zst", ".xz"}) {
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  }
  // Rotated: "messages.1", "secure-20260302".
  const std::size_t digits = name.find_last_not_of("0123456789");
  if (digits != std::string_view::npos && digits > 0 && digits + 1 < name.size() &&
      (name[digits] == '.' || name[digits] == '-')) {
    name = name.substr(0, digits);
  }
  static constexpr std::string_view kNames[] = {"secure", "auth.log", "messages", "syslog",     "maillog", "mail.log",
                                                "cron",   "cron.log", "kern.log", "daemon.log", "user.log"};
  if (std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames)) return {};
  return KeyFacts{};
}

bool is_run_together(std::string_view head) {
  // rsyslog's templates for the wire put no newline behind a message; in a file its messages stand one behind another.
  // Elsewhere "<13>Mar  2 09:14:07 " inside a line is a part of the message, and may have been put there to look like a
  // record. So lines count, and the form is believed only where by far most headers have no newline before them.
  constexpr std::size_t kInsideMin = 8;
  constexpr std::size_t kInsidePerLine = 4;
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  if (!head.starts_with('<')) return false;
  std::size_t at_lines = 0;
  std::size_t inside = 0;
  for (std::size_t at = 0; at != std::string_view::npos; at = head.find('<', at + 1)) {
    const SyslogHeader header = read_syslog_header(head.substr(at));
    if (header.form == SyslogForm::kNone || header.form == SyslogForm::kCut || header.bad_time) continue;
    ++(at == 0 || head[at - 1] == '\n' ? at_lines : inside);
  }
  return inside >= kInsideMin && inside > kInsidePerLine * at_lines;
}

// --- the reader ---

void SyslogReader::restart(const ObjectContext& context) {
  clock_.restart(context);
  run_together_ = is_run_together(context.head);
  in_overlong_ = false;
}

// Looks for the end of the record that holds `from`: sets record_end_, next_ and next_header_. kUndecided: where
// record_end_ is, one ends, or the bytes are too few to say.
SyslogReader::End SyslogReader::find_end(const char* from, const char* end, bool last) {
  const char separator = run_together_ ? '<' : '\n';
  while (true) {
    const auto* found = static_cast<const char*>(std::memchr(from, separator, static_cast<std::size_t>(end - from)));
    if (found == nullptr) {
      record_end_ = next_ = end;
      return last ? End::kFound : End::kNotThere;
    }
    const char* const next = run_together_ ? found : found + 1;
    if (next == end && last) {
      record_end_ = next_ = end;
      return End::kFound;
    }
    next_header_ = read_syslog_header({next, static_cast<std::size_t>(end - next)});
    const SyslogForm form = next_header_.form;
    if (form == SyslogForm::kNone || (run_together_ && next_header_.bad_time)) {
      from = found + 1;
      continue;
    }
    record_end_ = found;
    next_ = next;
    return form == SyslogForm::kCut && !last ? End::kUndecided : End::kFound;
  }
}

void SyslogReader::reject_overlong(const char* at, const char* end, std::uint64_t offset, Batch& batch) {
  batch.add_reject(offset, RejectReason::kTooLong, "longer than 16 MiB",
                   std::string_view(at, static_cast<std::size_t>(end - at)).substr(0, kRejectRawBytesMax));
}

bool SyslogReader::lacks_literals(const char* begin, const char* end) {
  const auto& literals = filter_.any_of;
  if (literals_at_.size() != literals.size()) literals_at_.assign(literals.size(), nullptr);
  for (std::size_t i = 0; i < literals.size(); ++i) {
    if (literals_at_[i] == nullptr || literals_at_[i] < begin) {
      literals_at_[i] = simd::kernels().find_literal(begin, block_end_, literals[i]);
    }
    if (literals_at_[i] != block_end_ && end - literals_at_[i] >= static_cast<std::ptrdiff_t>(literals[i].size())) {
      return false;
    }
  }
  return true;
}

// A whole record, or what stands where one should.
bool SyslogReader::read_record(std::string_view text, std::uint64_t offset, Batch& batch) {
  const std::uint64_t repaired_before = batch.counts.repaired_bytes;
  text = batch.repaired(text);
  RejectReason reason = RejectReason::kNotARecord;
  if (header_.form == SyslogForm::kCut) reason = RejectReason::kTruncated;
  if (header_.bad_time) reason = RejectReason::kBadTime;
  if (header_.form != SyslogForm::kNone && header_.form != SyslogForm::kCut && !header_.bad_time) {
    HostRecord record;
    if (read_syslog_text(header_, text.substr(std::min<std::size_t>(header_.size, text.size())), wants_app_data(batch),
                         record, batch.arena, reason)) {
      clock_.resolve(header_, record);
      if (take(record, text, offset, batch)) return true;
      batch.counts.repaired_bytes = repaired_before;  // it is shown, and repaired, again
      return false;
    }
  }
  batch.add_reject(offset, reason, "", text);
  return true;
}

std::size_t SyslogReader::read(std::string_view bytes, std::uint64_t offset, bool last, Batch& batch) {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* at = begin;
  block_end_ = end;
  literals_at_.clear();
  const auto consumed = [&] { return static_cast<std::size_t>(at - begin); };
  if (in_overlong_) {
    const End found = find_end(at, end, last);
    at = found == End::kUndecided ? record_end_ : next_;
    if (found != End::kFound) return consumed();
    in_overlong_ = false;
  }
  if (offset == 0 && at == begin) {
    if (bytes.size() < 3 && !last) return 0;
    if (bytes.starts_with("\xEF\xBB\xBF")) at += 3;
  }
  bool header_is_known = false;
  while (!batch.full()) {
    // Blank lines belong to the record above them; here there is none.
    while (at < end && (*at == '\n' || *at == '\r')) ++at;
    if (at == end) break;
    if (!header_is_known) header_ = read_syslog_header({at, static_cast<std::size_t>(end - at)});
    const End found = header_.form == SyslogForm::kCut && !last ? End::kUndecided : find_end(at + 1, end, last);
    const std::uint64_t place = offset + consumed();
    if (found != End::kFound) {
      if (static_cast<std::size_t>(end - at) < kRecordBytesMax) break;
      reject_overlong(at, end, place, batch);
      at = found == End::kUndecided ? record_end_ : end;
      in_overlong_ = true;
      break;
    }
    // The next record's header must be in sight before the limit, so that it does not matter how much was shown.
    if (static_cast<std::size_t>(record_end_ - at) + 1 + kRecordStartBytesMax > kRecordBytesMax) {
      reject_overlong(at, record_end_, place, batch);
    } else if (!filter_.any_of.empty() && lacks_literals(at, record_end_)) {
      ++batch.counts.skipped;
    } else {
      std::string_view text(at, static_cast<std::size_t>(record_end_ - at));
      text = text.substr(0, text.find_last_not_of("\r\n") + 1);
      if (!read_record(text, place, batch)) break;
    }
    at = next_;
    header_ = next_header_;
    header_is_known = true;
  }
  return consumed();
}

}  // namespace otomo::formats
