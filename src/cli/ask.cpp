// SPDX-License-Identifier: Apache-2.0
#include "cli/ask.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "app/config.h"
#include "app/format_choice.h"
#include "app/format_file.h"
#include "app/question.h"
#include "app/setting_values.h"
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

// The options with what otomo.toml and the environment say where the command line does not.
AskOptions with_defaults(AskOptions options, const app::ConfigDefaults& defaults) {
  const auto fill = [](std::string& option, const std::string& value) {
    if (option.empty()) option = value;
  };
  fill(options.time_zone, defaults.time_zone);
  fill(options.time_zone, "UTC");
  fill(options.memory, defaults.memory);
  fill(options.threads, defaults.threads);
  fill(options.rows, defaults.rows);
  fill(options.sse, defaults.sse);
  fill(options.sse_kms_key_id, defaults.sse_kms_key_id);
  if (!options.strict) options.strict = defaults.strict;
  if (!options.csv_safe) options.csv_safe = defaults.csv_safe;
  return options;
}

// What the options say of the logs that --from names; a source says it in otomo.toml.
Result<std::vector<app::QuestionSource>> with_log_options(std::vector<app::QuestionSource> sources,
                                                          const AskOptions& options) {
  if (!options.late.empty()) {
    const auto late = app::duration_us("--late", options.late);
    if (!late) return std::unexpected(late.error());
    for (app::QuestionSource& source : sources) source.settings.late_us = *late;
  }
  const bool named = !options.places.from.empty();
  for (const auto& [option, value] : {std::pair("--format", options.format), std::pair("--fields", options.fields),
                                      std::pair("--log-zone", options.log_zone)}) {
    if (!value.empty() && !named && !sources.empty()) return not_of_a_source(option);
  }
  if (!named) return sources;
  app::QuestionSource& source = sources.front();
  source.format = options.format;
  source.settings.fields = options.fields;
  if (!options.log_zone.empty()) {
    const auto zone = app::zone_name("--log-zone", options.log_zone);
    if (!zone) return std::unexpected(zone.error());
    source.settings.time_zone = *zone;
  }
  return sources;
}

Result<app::QuestionOptions> question_options(const AskOptions& options, const app::Config& config) {
  app::QuestionOptions question;
  question.sql = options.sql;
  auto sources = chosen_sources(options.places, config, options.time_zone);
  if (sources) sources = with_log_options(std::move(*sources), options);
  if (!sources) return std::unexpected(sources.error());
  if (sources->empty() && !options.wants_logs.empty()) return usage_error("no path to look at", options.wants_logs);
  question.sources = std::move(*sources);
  question.accounts = config.accounts;
  question.strict = options.strict.value_or(false);
  question.time_zone = options.time_zone;
  if (!options.memory.empty()) {
    const auto bytes = app::memory_bytes("--memory", options.memory);
    if (!bytes) return std::unexpected(bytes.error());
    question.memory_bytes = *bytes;
  }
  if (!options.threads.empty()) {
    const auto threads = app::thread_count("--threads", options.threads);
    if (!threads) return std::unexpected(threads.error());
    question.threads = *threads;
  }
  return question;
}

// `usual`: the form where nothing else says it; empty: table on a terminal, csv elsewhere.
Result<PrintOptions> print_options(const AskOptions& options, const std::string& usual) {
  PrintOptions print;
  const bool terminal = options.output_file.empty() && ::isatty(STDOUT_FILENO) != 0;
  print.form = options.output;
  if (print.form.empty()) {
    print.form = !usual.empty() ? usual : terminal ? "table" : "csv";
    if (const auto promised = promised_form(options.output_file)) {
      if (promised->empty()) {
        // A name must not promise what the file does not hold.
        return usage_error("-o " + options.output_file + ": a file with this ending is not written",
                           "choose one of " + written_endings() + ", or say the form with --output");
      }
      print.form = *promised;
    }
  }
  if (terminal) {
    print.terminal_width = terminal_width();
    print.table_rows_max = kTerminalRows;
    print.colour = std::getenv("NO_COLOR") == nullptr;
  }
  if (!options.rows.empty()) {
    const auto rows = app::row_count("--rows", options.rows);
    if (!rows) return std::unexpected(rows.error());
    print.table_rows_max = *rows;
  }
  print.csv_safe = options.csv_safe.value_or(false);
  print.idle_columns = options.idle_columns;
  print.spare_columns = options.spare_columns;
  return print;
}

Result<std::unique_ptr<Output>> open_output(const AskOptions& options, const std::string& form) {
  if (!options.places.writes_s3) return Output::open(options.output_file);
  io::WriteSettings settings;
  settings.overwrite = options.overwrite;
  settings.content_type = content_type(form);
  if (!options.sse.empty()) {
    const auto sse = app::encryption("--sse", options.sse);
    if (!sse) return std::unexpected(sse.error());
    settings.sse = *sse;
  }
  settings.sse_kms_key_id = options.sse_kms_key_id;
  auto object = io::open_object_writer(options.output_file, s3_settings(options.places), s3_surroundings(), settings);
  if (!object) return std::unexpected(std::move(object.error()));
  return Output::to_object(options.output_file, std::move(*object));
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

std::vector<Option> ask_options(AskOptions& options) {
  std::vector<Option> list = place_options(options.places);
  const std::vector<Option> more = {
      {"--format", "FORMAT",
       "read every object as this format instead of detecting it; FILE.toml: as the file describes (otomo format)",
       &options.format, app::format_names(), false, std::string(app::kFormatFileEnding)},
      {"--fields", "NAMES", "the fields of lines that have no header, in their order: \"date time c-ip\"",
       &options.fields},
      {"--late", "DURATION",
       "how long after it happened a record is delivered at most (2d, 12h), by logs that promise nothing, such as S3 "
       "access logs: what is listed in S3 ends that long after the query's last instant",
       &options.late},
      {"--log-zone", "ZONE", "zone of times that are written without one, an IANA name (default UTC)",
       &options.log_zone},
      {"--output", "FORM",
       "form of the answer (default: what the ending of -o FILE says; else table on a terminal, csv elsewhere)",
       &options.output, form_names()},
      {"-o,--output-file",
       "FILE",
       "write the answer to FILE, or s3://BUCKET/KEY, which appears only when it is whole; without --output, its "
       "ending "
       "says the form: " +
           written_endings(),
       &options.output_file,
       {},
       true},
      {"--overwrite", "", "let -o s3://BUCKET/KEY replace the object that is there; a file is always replaced",
       &options.overwrite},
      {"--sse",
       "KIND",
       "how S3 is to encrypt what -o writes (default: as the bucket says)",
       &options.sse,
       {"AES256", "aws:kms", "aws:kms:dsse"}},
      {"--sse-kms-key-id", "KEY", "the KMS key for that", &options.sse_kms_key_id},
      {"--rows", "N", "rows that a table on a terminal shows (default 1000; 0: all)", &options.rows},
      {"--timezone", "ZONE", "zone for event_time, literals and date functions, an IANA name (default UTC)",
       &options.time_zone},
      {"--memory", "SIZE", "most memory to use, e.g. 4GB (default: a quarter of the machine, at least 512MiB)",
       &options.memory},
      {"--threads", "N", "threads to use (default: one per processor)", &options.threads},
      {"--strict", "", "read every record, and end with code 4 if any was rejected; --strict=false: not",
       &options.strict},
      {"--csv-safe", "", "put a ' before CSV and TSV cells that a spreadsheet would run as a formula",
       &options.csv_safe},
      {"-q,--quiet", "", "no progress and no summary on standard error", &options.quiet},
      {"-v,--verbose", "", "say which otomo.toml is used, and what each source holds", &options.verbose},
  };
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

int ask(AskOptions options) {
  if (options.output_file == "-") options.output_file.clear();
  options.places.writes_s3 = app::is_in_s3(options.output_file);
  const auto fail = [&](const Error& error) { return cli::fail(error, options.sql); };
  if (!options.places.writes_s3 && (!options.sse.empty() || !options.sse_kms_key_id.empty())) {
    return fail({ErrorKind::kUsage, "--sse is for what -o s3://BUCKET/KEY writes", "a file is not encrypted", {}});
  }
  const app::Config config = app::load_config({options.places.config, form_names()}, app::process_environment());
  if (!config.errors.empty()) {
    print_config_errors(config, HowMany::kFirst);
    return kUsageWrong;
  }
  if (!options.quiet) print_config_use(config, options.verbose);
  options = with_defaults(std::move(options), config.defaults);
  auto question_wanted = question_options(options, config);
  if (!question_wanted) return fail(question_wanted.error());
  const auto print = print_options(options, config.defaults.output);
  if (!print) return fail(print.error());
  const auto consent = consent_options(options.places, config.defaults, options.quiet);
  if (!consent) return fail(consent.error());
  const bool parquet = print->form == "parquet";
  if (print->form == "table" && !options.table_sql.empty()) question_wanted->sql = options.table_sql;

  auto output = open_output(options, print->form);
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

  question_wanted->s3 = s3_surroundings();
  question_wanted->agree = [&consent](const app::S3Price& price) { return ask_consent(price, *consent); };

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
  const auto summarize = [&](const std::vector<engine::TableUse>& uses) {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::uint64_t left_out = 0;
    for (const app::SourceListed& source : (*question)->listed()) left_out += source.left_out;
    print_summary(uses, left_out, seconds, options.places.from.empty() ? "the sources" : "--from");
  };
  if (!done) {
    if ((*output)->reader_gone()) {
      if (!options.quiet) summarize((*question)->uses());
      return kFine;
    }
    if (const int code = signal_exit_code(); code != 0) {
      print_error(Error{ErrorKind::kInterrupted, "", "", {}});
      return code;
    }
    return fail(done.error());
  }

  const auto uses = (*question)->uses();
  // An answer that reads no table misses nothing.
  const std::vector<Error> unlisted = uses.empty() ? std::vector<Error>() : (*question)->unlisted();
  print_unread(uses, unlisted);
  if (!options.quiet) {
    if (options.verbose) print_listed((*question)->listed());
    print_inventories((*question)->listed());
    summarize(uses);
    if (config.accounts.empty() && (*question)->asked_accounts()) print_no_accounts(config.file);
  }
  std::uint64_t rejects = 0;
  std::uint64_t unread = unlisted.size();
  for (const auto& use : uses) {
    rejects += use.counts.rejects;
    unread += use.objects_unread;
  }
  int code = unread > 0 ? kWorldWrong : kFine;
  if (code == kFine && options.strict.value_or(false) && rejects > 0) {
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
