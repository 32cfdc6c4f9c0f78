// SPDX-License-Identifier: Apache-2.0
#include "formats/custom/time_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/time.h"

namespace otomo::formats::custom {

namespace {

constexpr std::string_view kMonths[] = {"january", "february", "march",     "april",   "may",      "june",
                                        "july",    "august",   "september", "october", "november", "december"};
constexpr std::string_view kWeekdays[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
// 9999-12-31T23:59:59Z: later ones are no log's times, and a larger number of seconds does not fit.
constexpr std::int64_t kSecondsMax = 253'402'300'799;
constexpr int kNoYear = -1;

struct Parts {
  int year = kNoYear;
  int month = 0;
  int day = 0;
  int day_of_year = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int half = 0;  // 1: AM, 2: PM
  std::int64_t fraction_us = 0;
  std::optional<int> east_minutes;
  std::optional<std::int64_t> unix_us;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Takes decimal digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits_min, std::size_t digits_max) {
  int value = 0;
  std::size_t count = 0;
  while (count < digits_max && count < text.size() && is_digit(text[count])) value = value * 10 + (text[count++] - '0');
  if (count < digits_min) return {};
  text.remove_prefix(count);
  return value;
}

// A fraction's digits as microseconds, however many there are.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  std::int64_t value = 0;
  std::size_t count = 0;
  for (; count < text.size() && is_digit(text[count]); ++count) {
    if (count < 6) value = value * 10 + (text[count] - '0');
  }
  if (count == 0) return {};
  text.remove_prefix(count);
  for (; count < 6; ++count) value *= 10;
  return value;
}

// Z, +hhmm, +hh:mm or +hh as minutes east of UTC.
std::optional<int> take_offset(std::string_view& text) {
  if (text.empty()) return {};
  if (text[0] == 'Z' || text[0] == 'z') {
    text.remove_prefix(1);
    return 0;
  }
  if (text[0] != '+' && text[0] != '-') return {};
  const bool west = text[0] == '-';
  text.remove_prefix(1);
  const auto hours = take_number(text, 2, 2);
  if (!hours || *hours > 23) return {};
  int minutes = 0;
  const bool colon = text.starts_with(':');
  if (colon) text.remove_prefix(1);
  if (colon || (!text.empty() && is_digit(text[0]))) {
    const auto more = take_number(text, 2, 2);
    if (!more || *more > 59) return {};
    minutes = *more;
  }
  const int east = *hours * 60 + minutes;
  return west ? -east : east;
}

bool take_word(std::string_view& text, std::string_view word) {
  if (text.size() < word.size()) return false;
  if (!std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == lower(b); })) return false;
  text.remove_prefix(word.size());
  return true;
}

// A full name or its first three letters: its number from 1, or 0.
template <std::size_t kCount>
int take_name(std::string_view& text, const std::string_view (&names)[kCount]) {
  for (std::size_t i = 0; i < kCount; ++i) {
    if (take_word(text, names[i]) || take_word(text, names[i].substr(0, 3))) return static_cast<int>(i) + 1;
  }
  return 0;
}

// "1772442847.123": a number of units of 10^-unit_digits seconds.
std::optional<std::int64_t> unix_instant(std::string_view text, int unit_digits) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string_view whole = text.substr(0, point);
  std::string_view fraction = point == text.size() ? "0" : text.substr(point + 1);
  if (whole.empty() || whole.size() > 20 || !std::all_of(whole.begin(), whole.end(), is_digit)) return {};
  if (!take_fraction(fraction) || !fraction.empty()) return {};
  // All digits in a row; the point of the seconds stands unit_digits further left.
  const std::size_t seconds_digits =
      whole.size() > static_cast<std::size_t>(unit_digits) ? whole.size() - static_cast<std::size_t>(unit_digits) : 0;
  std::int64_t seconds = 0;
  for (const char c : whole.substr(0, seconds_digits)) {
    seconds = seconds * 10 + (c - '0');
    if (seconds > kSecondsMax) return {};
  }
  std::int64_t fraction_us = 0;
  std::int64_t scale = kMicrosecondsPerSecond;
  const auto add = [&](char c) {
    scale /= 10;
    fraction_us += (c - '0') * scale;
  };
  for (std::size_t missing = whole.size(); missing < static_cast<std::size_t>(unit_digits); ++missing) scale /= 10;
  for (const char c : whole.substr(seconds_digits)) add(c);
  if (point < text.size()) {
    for (const char c : text.substr(point + 1)) add(c);
  }
  const std::int64_t us = seconds * kMicrosecondsPerSecond + fraction_us;
  return negative ? -us : us;
}

std::optional<std::int64_t> local_instant(const Parts& parts, int year) {
  int hour = parts.hour;
  if (parts.half != 0) {
    if (hour < 1 || hour > 12) return {};
    hour = hour % 12 + (parts.half == 2 ? 12 : 0);
  }
  if (hour > 23 || parts.minute > 59 || parts.second > 60) return {};
  std::int64_t days = 0;
  if (parts.day_of_year != 0) {
    days = days_from_civil(year, 1, 1) + parts.day_of_year - 1;
    if (days >= days_from_civil(year + 1, 1, 1)) return {};
  } else {
    if (!is_date(year, parts.month, parts.day)) return {};
    days = days_from_civil(year, parts.month, parts.day);
  }
  return days * kMicrosecondsPerDay + (hour * 3600LL + parts.minute * 60LL + parts.second) * kMicrosecondsPerSecond +
         parts.fraction_us;
}

std::optional<std::int64_t> with_zone(const Parts& parts, int year, const TimeContext& context) {
  const auto local = local_instant(parts, year);
  if (!local) return {};
  if (!parts.east_minutes) return context.instant_of(*local);
  return *local - *parts.east_minutes * 60 * kMicrosecondsPerSecond;
}

std::optional<std::int64_t> to_instant(const Parts& parts, const TimeContext& context) {
  if (parts.unix_us) return *parts.unix_us + parts.fraction_us;
  if (parts.year != kNoYear) return with_zone(parts, parts.year, context);
  if (!context.modified_us()) return {};
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::microseconds> modified{std::chrono::microseconds(*context.modified_us())};
  const std::chrono::year_month_day date(floor<std::chrono::days>(modified));
  const int latest = static_cast<int>(date.year()) + 1;
  // A leap day may be eight years away from the next one.
  for (int year = latest; year > latest - 10; --year) {
    const auto instant = with_zone(parts, year, context);
    if (instant && *instant <= *context.modified_us() + kMicrosecondsPerDay) return instant;
  }
  return {};
}

std::optional<std::int64_t> iso_instant(std::string_view text, const TimeContext& context) {
  Parts parts;
  const auto take = [&](int& part, std::size_t digits, char before) {
    if (before != 0) {
      if (!text.starts_with(before)) return false;
      text.remove_prefix(1);
    }
    const auto number = take_number(text, digits, digits);
    if (number) part = *number;
    return number.has_value();
  };
  if (!take(parts.year, 4, 0) || !take(parts.month, 2, '-') || !take(parts.day, 2, '-')) return {};
  if (text.empty()) return to_instant(parts, context);
  if (text[0] != 'T' && text[0] != 't' && text[0] != ' ') return {};
  if (!take(parts.hour, 2, text[0]) || !take(parts.minute, 2, ':') || !take(parts.second, 2, ':')) return {};
  if (text.starts_with('.') || text.starts_with(',')) {
    text.remove_prefix(1);
    const auto fraction = take_fraction(text);
    if (!fraction) return {};
    parts.fraction_us = *fraction;
  }
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (!text.empty()) {
    if (text == "UTC" || text == "GMT") {
      parts.east_minutes = 0;
      text = {};
    } else {
      parts.east_minutes = take_offset(text);
      if (!parts.east_minutes) return {};
    }
  }
  if (!text.empty()) return {};
  return to_instant(parts, context);
}

// What one conversion takes from the text. False: the text is not of the form.
bool take_conversion(char conversion, std::string_view& text, Parts& parts) {
  const auto number = [&](int& part, std::size_t digits_min, std::size_t digits_max) {
    const auto value = take_number(text, digits_min, digits_max);
    if (value) part = *value;
    return value.has_value();
  };
  switch (conversion) {
    case ' ': {
      const std::size_t spaces = std::min(text.find_first_not_of(" \t"), text.size());
      text.remove_prefix(spaces);
      return spaces > 0;
    }
    case 'Y': return number(parts.year, 4, 4);
    case 'y':
      if (!number(parts.year, 2, 2)) return false;
      parts.year += parts.year < 69 ? 2000 : 1900;  // as POSIX says
      return true;
    case 'm': return number(parts.month, 1, 2);
    case 'e':
      if (text.starts_with(' ')) text.remove_prefix(1);
      return number(parts.day, 1, 2);
    case 'd': return number(parts.day, 1, 2);
    case 'j': return number(parts.day_of_year, 3, 3) && parts.day_of_year > 0;
    case 'b': parts.month = take_name(text, kMonths); return parts.month != 0;
    case 'a': return take_name(text, kWeekdays) != 0;
    case 'H':
    case 'I': return number(parts.hour, 1, 2);
    case 'M': return number(parts.minute, 2, 2);
    case 'S': return number(parts.second, 2, 2);
    case 'p': parts.half = take_word(text, "am") ? 1 : (take_word(text, "pm") ? 2 : 0); return parts.half != 0;
    case 'f': {
      const auto fraction = take_fraction(text);
      if (fraction) parts.fraction_us = *fraction;
      return fraction.has_value();
    }
    case 'z': parts.east_minutes = take_offset(text); return parts.east_minutes.has_value();
    case 'Z': parts.east_minutes = 0; return take_word(text, "utc") || take_word(text, "gmt") || take_word(text, "z");
    case 's': {
      const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
      parts.unix_us = unix_instant(text.substr(0, digits), 0);
      text.remove_prefix(digits);
      return parts.unix_us.has_value();
    }
    default: return false;
  }
}

}  // namespace

std::expected<TimeForm, std::string> TimeForm::parse(std::string_view form) {
  TimeForm result;
  if (form == "iso") return result;
  if (form == "clf") {
    result.kind_ = Kind::kClf;
    return result;
  }
  static constexpr struct {
    std::string_view word;
    int digits;
  } kUnits[] = {{"unix", 0}, {"unix_ms", 3}, {"unix_us", 6}, {"unix_ns", 9}};
  for (const auto& unit : kUnits) {
    if (unit.word != form) continue;
    result.kind_ = Kind::kUnix;
    result.unit_digits_ = unit.digits;
    return result;
  }
  result.kind_ = Kind::kSteps;
  if (!form.contains('%')) return std::unexpected(fmt::format("there is no form of time '{}'", form));
  if (std::string wrong = result.add_steps(form); !wrong.empty()) return std::unexpected(std::move(wrong));
  const auto has = [&](std::string_view conversions) {
    return std::any_of(result.steps_.begin(), result.steps_.end(),
                       [&](const Step& step) { return step.conversion != 0 && conversions.contains(step.conversion); });
  };
  if (!has("s") && !has("j") && !(has("de") && has("mb"))) return std::unexpected("the form has no day");
  if (has("I") != has("p")) return std::unexpected("%I and %p need each other");
  return result;
}

// Empty, or what is wrong.
std::string TimeForm::add_steps(std::string_view form) {
  for (std::size_t at = 0; at < form.size(); ++at) {
    char conversion = 0;
    if (form[at] == ' ' || form[at] == '\t') {
      conversion = ' ';
    } else if (form[at] == '%') {
      conversion = ++at < form.size() ? form[at] : '\0';
      std::string_view longer;
      switch (conversion) {
        case 'T': longer = "%H:%M:%S"; break;
        case 'F': longer = "%Y-%m-%d"; break;
        case 'D': longer = "%m/%d/%y"; break;
        case 'R': longer = "%H:%M"; break;
        case 'B':
        case 'h': conversion = 'b'; break;
        case 'A': conversion = 'a'; break;
        case 'n':
        case 't': conversion = ' '; break;
        default:
          if (conversion == '\0') return "the form ends with a single %";
          if (!std::string_view("%YymdejbaHIMSpfzZs").contains(conversion)) {
            return fmt::format("the form has a conversion %{} that is not known", conversion);
          }
      }
      if (!longer.empty()) {
        if (std::string wrong = add_steps(longer); !wrong.empty()) return wrong;
        continue;
      }
    }
    if (conversion == ' ' && !steps_.empty() && steps_.back().conversion == ' ') continue;
    if (conversion != 0 && conversion != '%') {
      steps_.push_back({conversion, {}});
      continue;
    }
    if (steps_.empty() || steps_.back().conversion != 0) steps_.emplace_back();
    steps_.back().literal += form[at];
  }
  return {};
}

std::optional<std::int64_t> TimeForm::instant(std::string_view text, const TimeContext& context) const {
  switch (kind_) {
    case Kind::kIso: return iso_instant(text, context);
    case Kind::kClf: return parse_clf_instant(text);
    case Kind::kUnix: return unix_instant(text, unit_digits_);
    case Kind::kSteps: break;
  }
  Parts parts;
  for (const Step& step : steps_) {
    if (step.conversion == 0) {
      if (!text.starts_with(step.literal)) return {};
      text.remove_prefix(step.literal.size());
    } else if (!take_conversion(step.conversion, text, parts)) {
      return {};
    }
  }
  if (!text.empty()) return {};
  return to_instant(parts, context);
}

}  // namespace otomo::formats::custom
