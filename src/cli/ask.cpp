// SPDX-License-Identifier: Apache-2.0
#include "cli/ask.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "app/format_file.h"
#include "cli/exit_code.h"
#include "cli/messages.h"
#include "cli/printing/printers.h"
#include "cli/signals.h"

namespace otomo::cli {

namespace {

// Rows that a table on a terminal shows unless --rows says otherwise.
constexpr std::uint64_t kTerminalRows = 1000;
constexpr unsigned kTerminalWidthDefault = 120;

unsigned terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kTerminalWidthDefault;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

Result<app::QuestionOptions> question_options(const AskOptions& options) {
  app::QuestionOptions question;
  question.sql = options.sql;
  question.from = options.from;
  question.format = options.format;
  question.strict = options.strict;
  question.time_zone = options.time_zone;
  if (!options.memory.empty()) {
    const auto bytes = parse_bytes(options.memory);
    if (!bytes || *bytes == 0)
      return usage_error("--memory '" + options.memory + "' is no size", "for example 4GB or 512MiB");
    question.memory_bytes = *bytes;
  }
  if (!options.threads.empty()) {
    const auto threads = parse_count(options.threads);
    if (!threads || *threads == 0 || *threads > 1024) {
      return usage_error("--threads '" + options.threads + "' is no number of threads", "from 1 to 1024");
    }
    question.threads = static_cast<unsigned>(*threads);
  }
  return question;
}

// Endings of forms that are not written: a name must not promise what the file does not hold.
constexpr const char* kOtherEndings[] = {".gz", ".zst", ".bz2", ".zip", ".xlsx", ".xls", ".orc", ".avro"};

Result<PrintOptions> print_options(const AskOptions& options) {
  PrintOptions print;
  const bool terminal = options.output_file.empty() && ::isatty(STDOUT_FILENO) != 0;
  print.form = options.output;
  if (print.form.empty()) {
    print.form = terminal ? "table" : "csv";
    for (const char* form : {"parquet", "json", "jsonl", "tsv", "csv"}) {
      if (options.output_file.ends_with(std::string(".") + form)) print.form = form;
    }
    if (options.output_file.ends_with(".md")) print.form = "markdown";
    for (const char* ending : kOtherEndings) {
      if (options.output_file.ends_with(ending)) {
        return usage_error("-o " + options.output_file + ": " + ending + " is not written",
                           "say what the file is to hold with --output, or choose another name");
      }
    }
  }
  if (terminal) {
    print.terminal_width = terminal_width();
    print.table_rows_max = kTerminalRows;
    print.colour = std::getenv("NO_COLOR") == nullptr;
  }
  if (!options.rows.empty()) {
    const auto rows = parse_count(options.rows);
    if (!rows) return usage_error("--rows '" + options.rows + "' is no number");
    print.table_rows_max = *rows;
  }
  print.csv_safe = options.csv_safe;
  return print;
}

// Copies a file that DuckDB wrote to standard output.
Result<void> copy_out(const std::string& path, Output& output) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return world_error("reading " + path + ": " + std::strerror(errno));
  char buffer[65536];
  Result<void> written;
  while (written) {
    const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
    if (count <= 0) break;
    written = output.write({buffer, static_cast<std::size_t>(count)});
  }
  ::close(descriptor);
  return written;
}

// Ends the process with everything said and written, but the database not taken down: freeing its small objects takes
// 6 ms of the 40 that the shortest question needs. Under the sanitizers it is taken down, so that leaks are found.
int leave(int code) {
#if !defined(__SANITIZE_ADDRESS__)
  std::fflush(nullptr);
  std::_Exit(code);
#endif
  return code;
}

}  // namespace

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0) return {};
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  std::string lower;
  for (const char c : unit) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  static constexpr struct {
    const char* name;
    double bytes;
  } kUnits[] = {{"", 1},
                {"b", 1},
                {"k", 1e3},
                {"kb", 1e3},
                {"kib", 1024.0},
                {"m", 1e6},
                {"mb", 1e6},
                {"mib", 1048576.0},
                {"g", 1e9},
                {"gb", 1e9},
                {"gib", 1073741824.0},
                {"t", 1e12},
                {"tb", 1e12},
                {"tib", 1099511627776.0}};
  for (const auto& known : kUnits) {
    if (lower == known.name && value * known.bytes < 1e18) return static_cast<std::uint64_t>(value * known.bytes);
  }
  return {};
}

std::vector<Option> ask_options(AskOptions& options) {
  return {
      {"--format", "FORMAT",
       "read every object as this format instead of detecting it; FILE.toml: as the file describes (otomo format)",
       &options.format, app::format_names(), false, std::string(app::kFormatFileEnding)},
      {"--output", "FORM", "form of the answer (default: table on a terminal, csv elsewhere)", &options.output,
       form_names()},
      {"-o,--output-file",
       "FILE",
       "write the answer to FILE, which appears only when it is whole",
       &options.output_file,
       {},
       true},
      {"--rows", "N", "rows that a table on a terminal shows (default 1000; 0: all)", &options.rows},
      {"--timezone", "ZONE", "zone for event_time, literals and date functions, an IANA name (default UTC)",
       &options.time_zone},
      {"--memory", "SIZE", "most memory to use, e.g. 4GB (default: a quarter of the machine, at least 512MiB)",
       &options.memory},
      {"--threads", "N", "threads to use (default: one per processor)", &options.threads},
      {"--strict", "", "read every record, and end with code 4 if any was rejected", &options.strict},
      {"--csv-safe", "", "put a ' before CSV and TSV cells that a spreadsheet would run as a formula",
       &options.csv_safe},
      {"-q,--quiet", "", "no progress and no summary on standard error", &options.quiet},
  };
}

int ask(AskOptions options) {
  if (options.output_file == "-") options.output_file.clear();
  const auto fail = [&](const Error& error) {
    print_error(error, options.sql);
    return exit_code_of(error.kind);
  };
  auto question_wanted = question_options(options);
  if (!question_wanted) return fail(question_wanted.error());
  const auto print = print_options(options);
  if (!print) return fail(print.error());
  const bool parquet = print->form == "parquet";

  auto output = Output::open(options.output_file);
  if (!output) return fail(output.error());
  question_wanted->form = cell_form(print->form);
  std::unique_ptr<app::TempFolder> parquet_folder;
  const auto clean_up = [&] {
    (*output)->discard();
    if (parquet_folder) parquet_folder->remove();
  };
  const OnSignal before_the_question(nullptr, clean_up);
  if (parquet) {
    if (!(*output)->partial_path().empty()) {
      question_wanted->parquet_path = std::filesystem::absolute((*output)->partial_path()).string();
    } else {
      if (options.output_file.empty() && ::isatty(STDOUT_FILENO) != 0) {
        return fail(Error{ErrorKind::kUsage, "Parquet is not for a terminal", "write it with -o FILE", {}});
      }
      auto folder = app::TempFolder::make();
      if (!folder) return fail(folder.error());
      parquet_folder = std::move(*folder);
      question_wanted->parquet_path = parquet_folder->path() + "/answer.parquet";
    }
  }

  const auto start = std::chrono::steady_clock::now();
  auto question = app::Question::open(*question_wanted);
  if (!question) return fail(question.error());
  const OnSignal on_signal([&] { (*question)->interrupt(); },
                           [&] {
                             clean_up();
                             (*question)->remove_temporary_files();
                           });
  PrintOptions printing = *print;
  if (parquet) printing.form = "csv";  // never used: Parquet is written by the database
  const auto printer = make_printer(printing, **output);
  Result<void> done;
  {
    const ProgressLine progress([&] { return (*question)->progress(); }, !options.quiet);
    const auto answered = (*question)->run(*printer);
    if (!answered) done = std::unexpected(answered.error());
  }
  if (done && !parquet) done = printer->finish();
  if (done && parquet_folder) done = copy_out(question_wanted->parquet_path, **output);
  if (done) done = (*output)->finish();
  if (!done) {
    if ((*output)->reader_gone()) return kFine;
    if (const int code = signal_exit_code(); code != 0) {
      print_error(Error{ErrorKind::kInterrupted, "", "", {}});
      return code;
    }
    return fail(done.error());
  }

  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto uses = (*question)->uses();
  print_unread(uses, (*question)->unlisted());
  if (!options.quiet) print_summary(uses, seconds);
  std::uint64_t rejects = 0;
  std::uint64_t unread = (*question)->unlisted().size();
  for (const auto& use : uses) {
    rejects += use.counts.rejects;
    unread += use.objects_unread;
  }
  int code = unread > 0 ? kWorldWrong : kFine;
  if (code == kFine && options.strict && rejects > 0) {
    print_error(Error{ErrorKind::kWorld,
                      show_count(rejects) + " records were rejected (--strict)",
                      "see them with: SELECT * FROM _rejects",
                      {}});
    code = kRejects;
  }
  (*question)->remove_temporary_files();
  if (parquet_folder) parquet_folder->remove();
  return leave(code);
}

}  // namespace otomo::cli
