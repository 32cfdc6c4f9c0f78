// SPDX-License-Identifier: Apache-2.0
//
// The data-driven test runner.
//
//   file    = *( comment / blank / skip / block )
//   skip    = "skip-without " PATH            ; the whole file is skipped where PATH (from the repository's root) is
//   missing block   = 1*command "----" *output blank  ; output with blank lines in it ends with a second "----"
//
// A command goes through /bin/sh in the .test file's folder, `otomo` being the binary under test, $FRESH an empty
// folder that is removed afterwards, and OTOMO_CONFIG an empty file, so that no otomo.toml of the user's has a say.
// What it prints on standard output must be the block's output; an exit code other than 0 is the last line, "exit N".
// Standard error is not looked at, unless the command says 2>&1. --rewrite puts what is printed now into the file.
#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Block {
  std::vector<std::string> commands;
  std::vector<std::string> expected;
  std::size_t line = 0;
};

struct TestFile {
  std::vector<Block> blocks;
  std::vector<std::vector<std::string>> leads;  // lines that stand before block i; the last: behind all of them
  std::string skip_without;
  std::string fault;  // with its line; empty: the file is well formed
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t newline = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, newline - start));
    start = newline + 1;
  }
  return lines;
}

TestFile parse(const std::vector<std::string>& lines) {
  TestFile file;
  std::vector<std::string> lead;
  for (std::size_t i = 0; i < lines.size();) {
    const std::string& line = lines[i];
    if (line.starts_with("skip-without ")) file.skip_without = line.substr(13);
    if (line.empty() || line.starts_with('#') || line.starts_with("skip-without ")) {
      lead.push_back(line);
      ++i;
      continue;
    }
    Block block;
    block.line = i + 1;
    while (i < lines.size() && lines[i] != "----") block.commands.push_back(lines[i++]);
    if (i == lines.size()) {
      file.fault = fmt::format("{}: a command without \"----\" behind it", block.line);
      break;
    }
    ++i;
    const bool doubled = i < lines.size() && lines[i] == "----";
    if (doubled) ++i;
    std::size_t end = i;
    while (end < lines.size() && (doubled ? lines[end] != "----" : !lines[end].empty())) ++end;
    block.expected.assign(lines.begin() + static_cast<std::ptrdiff_t>(i),
                          lines.begin() + static_cast<std::ptrdiff_t>(end));
    i = doubled ? std::min(lines.size(), end + 1) : end;
    file.leads.push_back(std::move(lead));
    lead.clear();
    file.blocks.push_back(std::move(block));
  }
  file.leads.push_back(std::move(lead));
  return file;
}

// An empty folder, for as long as this lives.
class FreshFolder {
 public:
  FreshFolder() {
    std::string pattern = (fs::temp_directory_path() / "otomo-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~FreshFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  FreshFolder(const FreshFolder&) = delete;
  FreshFolder& operator=(const FreshFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// What the commands print, and "exit N".
std::vector<std::string> run(const Block& block, const std::string& otomo, const fs::path& folder) {
  std::string script = "cd '" + folder.string() + "'\notomo() { \"$OTOMO_BIN\" \"$@\"; }\n";
  for (const std::string& command : block.commands) script += command + "\n";
  const FreshFolder fresh;
  if (fresh.path().empty()) return {"no temporary folder could be made"};
  ::setenv("FRESH", fresh.path().c_str(), 1);
  ::setenv("OTOMO_BIN", otomo.c_str(), 1);
  ::setenv("OTOMO_TEST_SCRIPT", script.c_str(), 1);
  std::FILE* pipe = ::popen("/bin/sh -c \"$OTOMO_TEST_SCRIPT\"", "r");
  if (pipe == nullptr) return {"the shell could not be started"};
  std::string output;
  std::array<char, 65536> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
    output.append(buffer.data(), count);
  const int status = ::pclose(pipe);
  auto lines = lines_of(output);
  if (WIFSIGNALED(status)) lines.push_back(fmt::format("signal {}", WTERMSIG(status)));
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) lines.push_back(fmt::format("exit {}", WEXITSTATUS(status)));
  return lines;
}

// The lines that only one of the two has, those that both have left out (a longest common subsequence).
void show_difference(const fs::path& path, const Block& block, const std::vector<std::string>& actual) {
  fmt::print("{}:{}: {}\n", path.string(), block.line, block.commands.front());
  const auto& expected = block.expected;
  // common[i][j]: lines that expected[i..] and actual[j..] have in common.
  std::vector<std::vector<std::size_t>> common(expected.size() + 1, std::vector<std::size_t>(actual.size() + 1));
  for (std::size_t i = expected.size(); i-- > 0;) {
    for (std::size_t j = actual.size(); j-- > 0;) {
      common[i][j] = expected[i] == actual[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < expected.size() || j < actual.size()) {
    if (i < expected.size() && j < actual.size() && expected[i] == actual[j]) {
      ++i;
      ++j;
    } else if (j == actual.size() || (i < expected.size() && common[i + 1][j] >= common[i][j + 1])) {
      fmt::print("  - {}\n", expected[i++]);
    } else {
      fmt::print("  + {}\n", actual[j++]);
    }
  }
}

// What the user has set must not show in an expectation; what the sanitizers and the system need stays.
void clean_environment() {
  std::vector<std::pair<std::string, std::string>> kept;
  for (const char* name :
       {"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "OTOMO_KERNEL"}) {
    if (const char* value = std::getenv(name)) kept.emplace_back(name, value);
  }
  ::clearenv();
  for (const auto& [name, value] : kept) ::setenv(name.c_str(), value.c_str(), 1);
  ::setenv("LC_ALL", "C.UTF-8", 1);
  ::setenv("TZ", "UTC", 1);
  ::setenv("NO_COLOR", "1", 1);
  ::setenv("OTOMO_CONFIG", "/dev/null", 1);
}

void write(const fs::path& path, const TestFile& file) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  for (std::size_t i = 0; i < file.blocks.size(); ++i) {
    for (const std::string& line : file.leads[i]) out << line << '\n';
    const Block& block = file.blocks[i];
    for (const std::string& line : block.commands) out << line << '\n';
    const bool doubled = std::find(block.expected.begin(), block.expected.end(), "") != block.expected.end();
    out << (doubled ? "----\n----\n" : "----\n");
    for (const std::string& line : block.expected) out << line << '\n';
    if (doubled) out << "----\n";
  }
  for (const std::string& line : file.leads.back()) out << line << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  std::string otomo;
  bool rewrite = false;
  std::vector<fs::path> paths;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--otomo" && i + 1 < argc) {
      otomo = fs::absolute(argv[++i]).string();
    } else if (argument == "--rewrite") {
      rewrite = true;
    } else {
      paths.emplace_back(argument);
    }
  }
  if (otomo.empty() || paths.empty()) {
    fmt::print(stderr, "usage: otomo-test-runner --otomo BINARY [--rewrite] FILE.test ...\n");
    return 2;
  }
  clean_environment();
  std::size_t passed = 0;
  std::size_t failed = 0;
  for (const fs::path& path : paths) {
    std::ifstream in(path, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    TestFile file = parse(lines_of(text));
    if (!file.fault.empty() || file.blocks.empty()) {
      fmt::print("{}:{}\n", path.string(), file.fault.empty() ? "1: no test in it" : file.fault);
      ++failed;
      continue;
    }
    if (!file.skip_without.empty() && !fs::exists(fs::path(OTOMO_ROOT) / file.skip_without)) {
      fmt::print("{}: skipped: {} is not here\n", path.string(), file.skip_without);
      continue;
    }
    for (Block& block : file.blocks) {
      const auto actual = run(block, otomo, fs::absolute(path).parent_path());
      if (actual == block.expected) {
        ++passed;
      } else if (rewrite) {
        block.expected = actual;
      } else {
        show_difference(path, block, actual);
        ++failed;
      }
    }
    if (rewrite) write(path, file);
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
