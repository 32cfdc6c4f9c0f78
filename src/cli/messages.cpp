// SPDX-License-Identifier: Apache-2.0
#include "cli/messages.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "app/fetch_paths.h"
#include "base/utf8.h"
#include "cli/exit_code.h"
#include "cli/printing/printers.h"

namespace otomo::cli {

namespace {

constexpr auto kProgressAfter = std::chrono::milliseconds(500);
constexpr auto kProgressEvery = std::chrono::milliseconds(150);
constexpr std::size_t kErrorsShown = 10;

void say(const std::string& text) {
  std::string_view left = text;
  while (!left.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, left.data(), left.size());
    if (count <= 0) return;
    left.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

std::string harmless(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = utf8::control_bytes(text.substr(at));
    if (size == 0) {
      result += text[at++];
      continue;
    }
    result += text[at] == '\n' ? "\n  " : "?";
    at += size;
  }
  return result;
}

std::string show_bytes(std::uint64_t bytes) {
  static constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < std::size(kUnits)) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string show_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, ",");
  return digits;
}

void print_note(std::string_view text) { say("otomo: " + harmless(text) + "\n"); }

int fail(const Error& error, std::string_view sql) {
  print_error(error, sql);
  return exit_code_of(error.kind);
}

void print_error(const Error& error, std::string_view sql) {
  if (error.kind == ErrorKind::kInterrupted) {
    say("otomo: interrupted\n");
    return;
  }
  std::string text = "otomo: " + harmless(error.message) + "\n";
  if (error.query_offset && *error.query_offset <= sql.size()) {
    const std::size_t offset = *error.query_offset;
    const std::size_t before = offset == 0 ? std::string_view::npos : sql.rfind('\n', offset - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::string_view line = sql.substr(begin, sql.find('\n', begin) - begin);
    const auto number = std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(begin), '\n') + 1;
    const std::string head = fmt::format("  line {}: ", number);
    text += head + harmless(line) + "\n";
    text += std::string(head.size() + display_width(sql.substr(begin, offset - begin)), ' ') + "^\n";
  }
  if (!error.hint.empty()) text += "  " + harmless(error.hint) + "\n";
  say(text);
}

std::string describe(const app::ConfigFile& file) {
  switch (file.origin) {
    case app::ConfigOrigin::kNone: return "no otomo.toml was found";
    case app::ConfigOrigin::kFound: return "found from the working folder upwards";
    case app::ConfigOrigin::kOwn: return "your own";
    case app::ConfigOrigin::kNamed: return "named by --config or OTOMO_CONFIG";
  }
  return "";
}

void print_config_errors(const app::Config& config, HowMany how_many) {
  std::string text;
  std::size_t shown = 0;
  for (const Error& error : config.errors) {
    if (++shown > kErrorsShown && how_many == HowMany::kFirst) {
      text += fmt::format("… and {} more errors: otomo config check\n", config.errors.size() - kErrorsShown);
      break;
    }
    text += harmless(error.message) + "\n";
    if (!error.hint.empty()) text += "  " + harmless(error.hint) + "\n";
  }
  const auto in_the_file = [&](const Error& error) { return error.message.starts_with(config.file.path + ":"); };
  if (config.file.origin == app::ConfigOrigin::kFound && config.file.path.starts_with('/') &&
      std::any_of(config.errors.begin(), config.errors.end(), in_the_file)) {
    text += "  this file was found above the working folder; --config FILE uses another, --config /dev/null none\n";
  }
  say(text);
}

void print_config_use(const app::Config& config, bool verbose) {
  std::string text;
  if (verbose && config.file.origin == app::ConfigOrigin::kNone) {
    text += "otomo: " + describe(config.file) + "\n";
  } else if (verbose || !config.file.caution.empty()) {
    text += fmt::format("otomo: using {} ({})\n", harmless(config.file.path), describe(config.file));
  }
  if (!config.file.caution.empty()) {
    text += fmt::format("  {}; --config FILE uses another, --config /dev/null none\n", config.file.caution);
  }
  for (const std::string& warning : config.warnings) text += "otomo: " + harmless(warning) + "\n";
  say(text);
}

void print_no_accounts(const app::ConfigFile& file) {
  const bool has_file = file.origin != app::ConfigOrigin::kNone && file.path != "/dev/null";
  say(fmt::format(
      "otomo: the table accounts is empty: {}\n  write them to {}, under [accounts]: "
      "111122223333 = \"shop\"\n",
      has_file ? harmless(file.path) + " names no account" : "an otomo.toml would name them, and none is used",
      has_file ? "it" : "an otomo.toml in the working folder"));
}

void print_listed(const std::vector<app::SourceListed>& sources) {
  std::string text;
  for (const app::SourceListed& source : sources) {
    if (source.name.empty()) continue;
    text += fmt::format("source {}: {} objects", source.name, show_count(source.objects));
    if (source.repeated > 0) {
      text += fmt::format(", and {} that another source has already", show_count(source.repeated));
    }
    if (source.left_out > 0) text += fmt::format(", and {} left out", show_count(source.left_out));
    text += "\n";
  }
  say(text);
}

void print_inventories(const std::vector<app::SourceListed>& sources) {
  std::string text;
  for (const app::SourceListed& source : sources) {
    if (!source.inventory) continue;
    const auto created = std::chrono::sys_time(std::chrono::microseconds(source.inventory->created_us));
    text +=
        fmt::format("{}inventory of {:%FT%RZ}: ", source.name.empty() ? "" : "source " + harmless(source.name) + ", ",
                    std::chrono::floor<std::chrono::minutes>(created));
    if (source.inventory->objects > 0) {
      text += fmt::format("{} objects came from it", show_count(source.inventory->objects));
    } else {
      text += "it saved nothing: keys without days, newer ones and few are listed as they are";
    }
    if (!source.inventory->lacks.empty()) {
      text += fmt::format("; it lacks {}, so that all was listed there", harmless(source.inventory->lacks));
    }
    text += "\n";
  }
  say(text);
}

namespace {

std::string left_out_line(std::uint64_t objects) {
  return fmt::format("  left out by include, exclude, since and until: {} objects\n", show_count(objects));
}

std::string day_text(std::int64_t day) { return fmt::format("{:%F}", std::chrono::sys_days(std::chrono::days(day))); }

// Which days of dated keys were listed; empty: all.
std::string listed_days(const formats::Days& days) {
  const bool has_first = days.first != formats::Days().first;
  const bool has_last = days.last != formats::Days().last;
  if (!has_first && !has_last) return "";
  const std::string range = !has_last    ? "from " + day_text(days.first) + " on"
                            : !has_first ? "up to " + day_text(days.last)
                                         : "from " + day_text(days.first) + " to " + day_text(days.last);
  return "  listed: keys of days " + range + ", and those without a day\n";
}

// What to do where no object made the table; else empty.
std::string nothing_there(const engine::TableUse& use, std::string_view asked) {
  if (use.objects_read > 0 || use.objects_unread > 0 || use.objects_pruned > 0 || use.stopped_early ||
      use.table == "_objects" || use.table == "_rejects") {
    return "";
  }
  std::string text = fmt::format("  nothing under {} holds {}: `otomo scan{}` tells what is there\n", asked, use.table,
                                 asked == "--from" ? " PATH" : "");
  if (use.objects_unknown > 0 && use.objects_other == 0) {
    text += asked == "--from" ? "  where you know what they are, --format NAME or --format FILE.toml says it\n"
                              : "  where you know what they are, `format` of the source says it\n";
  }
  return text;
}

}  // namespace

void print_summary(const std::vector<engine::TableUse>& uses, std::uint64_t left_out, double seconds,
                   std::string_view asked) {
  std::string text;
  for (const auto& use : uses) {
    text += fmt::format("{}: {} objects", use.table, show_count(use.objects_read));
    if (!use.records_known) {
      text += fmt::format("; {}, {:.2f} s\n", show_bytes(use.stored_bytes), seconds);
      if (use.objects_pruned > 0) {
        text += fmt::format("  {} older manifests left out: the newest counts\n", show_count(use.objects_pruned));
      }
      text += nothing_there(use, asked);
      continue;
    }
    text += fmt::format(", {} records, {} rejects", show_count(use.counts.records), show_count(use.counts.rejects));
    if (use.counts.skipped > 0) {
      text += fmt::format(", {} skipped unread", show_count(use.counts.skipped));
    }
    if (use.counts.ambiguous > 0) text += fmt::format(", {} ambiguous", show_count(use.counts.ambiguous));
    if (use.counts.assumed_times > 0) {
      text += fmt::format(", {} assumed times", show_count(use.counts.assumed_times));
    }
    if (use.counts.bad_values > 0) text += fmt::format(", {} bad values (NULL)", show_count(use.counts.bad_values));
    if (use.counts.repaired_bytes > 0) {
      text += fmt::format(", {} repaired bytes", show_count(use.counts.repaired_bytes));
    }
    if (use.counts.control_messages > 0) {
      text += fmt::format(", {} control messages passed over", show_count(use.counts.control_messages));
    }
    if (use.stopped_early) text += ", stopped early";
    const double rate = seconds > 0 ? static_cast<double>(use.plain_bytes) / seconds : 0;
    text += fmt::format("; {} read", show_bytes(use.stored_bytes));
    if (use.plain_bytes > use.stored_bytes) text += fmt::format(" ({} plain)", show_bytes(use.plain_bytes));
    text += fmt::format(", {:.2f} s, {}/s\n", seconds, show_bytes(static_cast<std::uint64_t>(rate)));
    if (use.stopped_early) {
      text += "  stopped early: the answer needed no more; the numbers are of what was read, not of all the logs\n";
    }
    if (use.counts.skipped > 0) {
      text += "  skipped: records without the text that the query asks for, rejects among them; --strict reads all\n";
    }
    if (use.counts.ambiguous > 0) {
      text +=
          "  ambiguous: can be read in two ways, as two requests run together can; their column ambiguous is true\n";
    }
    if (use.counts.assumed_times > 0) {
      text +=
          "  assumed: times that lack a year, which is then the latest that can be, or a zone that no source says, "
          "which\n"
          "  is then UTC; assumed_year and assumed_zone of the table syslog say which\n";
    }
    text += listed_days(use.listed);
    if (use.objects_pruned > 0) {
      text += fmt::format("  {} objects left out: their keys prove that they hold nothing asked for\n",
                          show_count(use.objects_pruned));
    }
    if (use.objects_other > 0 || use.objects_unknown > 0) {
      text += fmt::format("  passed over: {} objects of other formats, {} of no known format\n",
                          show_count(use.objects_other), show_count(use.objects_unknown));
    }
    if (use.counts.rejects > 0 && use.table != "_rejects") {
      text += "  see them with: SELECT * FROM _rejects\n";
    }
    text += nothing_there(use, asked);
  }
  if (left_out > 0 && !uses.empty()) {
    text += left_out_line(left_out);
  }
  say(text);
}

namespace {

// Errors as they are told; what is wrong with many objects has one hint.
class Told {
 public:
  void add(const Error& error) {
    text_ += "otomo: " + harmless(error.message) + "\n";
    if (!error.hint.empty() && error.hint != hint_) text_ += "  " + harmless(error.hint) + "\n";
    hint_ = error.hint;
  }
  // The first of them, and how many more there are.
  void add(const std::vector<Error>& errors, std::uint64_t count, std::string_view what) {
    std::size_t shown = 0;
    for (const Error& error : errors) {
      if (shown == kErrorsShown) break;
      ++shown;
      add(error);
    }
    if (count > shown) text_ += fmt::format("otomo: … and {} more {}\n", show_count(count - shown), what);
  }
  std::string& text() { return text_; }

 private:
  std::string text_;
  std::string hint_;
};

}  // namespace

void print_errors(const std::vector<Error>& errors, std::uint64_t count, std::string_view what) {
  Told told;
  told.add(errors, count, what);
  say(told.text());
}

void print_unread(const std::vector<engine::TableUse>& uses, const std::vector<Error>& unlisted) {
  Told told;
  for (const Error& error : unlisted) told.add(error);
  for (const auto& use : uses) {
    told.add(use.unread, use.objects_unread, fmt::format("objects of {} could not be read", use.table));
    if (use.objects_unread > 0) {
      told.text() += fmt::format("otomo: the answer is partial: {} objects could not be read whole\n",
                                 show_count(use.objects_unread));
    }
  }
  say(told.text());
}

void print_fetched(const app::FetchCounts& counts, const std::string& folder, std::optional<double> seconds) {
  std::string text =
      fmt::format("{}: {} objects, {}", harmless(folder), show_count(counts.objects), show_bytes(counts.bytes));
  if (seconds) {
    const double rate = *seconds > 0 ? static_cast<double>(counts.bytes) / *seconds : 0;
    text += fmt::format(" copied, {:.2f} s, {}/s", *seconds, show_bytes(static_cast<std::uint64_t>(rate)));
  } else {
    text += " to copy";
  }
  if (counts.already_there > 0) text += fmt::format("; {} there already", show_count(counts.already_there));
  if (counts.failed > 0) text += fmt::format("; {} could not be copied", show_count(counts.failed));
  text += "\n";
  if (counts.odd_keys > 0) {
    text += fmt::format("  {} objects have keys that are no paths: they are under {}, their keys in {}\n",
                        show_count(counts.odd_keys), app::kOddKeysFolder, app::kFetchRecordName);
  }
  if (counts.left_out > 0) text += left_out_line(counts.left_out);
  say(text);
}

ProgressLine::ProgressLine(std::function<engine::Progress()> ask, bool wanted) {
  if (!wanted || ::isatty(STDERR_FILENO) == 0) return;
  thread_ = std::jthread([ask = std::move(ask)](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    const auto start = std::chrono::steady_clock::now();
    bool shown = false;
    auto pause = kProgressAfter;
    while (!changed.wait_for(lock, stop, pause, [] { return false; }) && !stop.stop_requested()) {
      pause = kProgressEvery;
      const engine::Progress progress = ask();
      if (progress.stored_bytes == 0 && progress.stored_bytes_total == 0) continue;  // objects are being listed
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      const double rate = static_cast<double>(progress.stored_bytes) / seconds;
      std::string line =
          fmt::format("\r{} of {}, {}/s", show_bytes(progress.stored_bytes), show_bytes(progress.stored_bytes_total),
                      show_bytes(static_cast<std::uint64_t>(rate)));
      if (progress.stored_bytes_total > progress.stored_bytes && rate > 0) {
        const double left = static_cast<double>(progress.stored_bytes_total - progress.stored_bytes) / rate;
        line += fmt::format(", {:.0f} s left", left);
      }
      say(line + "\033[K");
      shown = true;
    }
    if (shown) say("\r\033[K");
  });
}

ProgressLine::~ProgressLine() = default;

}  // namespace otomo::cli
