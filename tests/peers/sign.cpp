// SPDX-License-Identifier: Apache-2.0
//
// Signs what standard input says, one request per line, and prints the value of its authorization header: for
// sigv4_test.py, which compares it with what botocore says. Fields are separated by tabs and percent-encoded:
//   method host path query headers payload-hash region service seconds key-id secret token
// query and headers are name=value pairs between '&', their parts encoded once more.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "aws/digest.h"
#include "aws/sigv4.h"

namespace {

std::string decoded(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      plain += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::vector<std::string> split(const std::string& text, char between) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  while (true) {
    const std::size_t end = text.find(between, at);
    parts.push_back(text.substr(at, end - at));
    if (end == std::string::npos) return parts;
    at = end + 1;
  }
}

std::vector<std::pair<std::string, std::string>> pairs(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> found;
  if (text.empty()) return found;
  for (const std::string& part : split(text, '&')) {
    const std::size_t equals = part.find('=');
    found.emplace_back(decoded(part.substr(0, equals)), decoded(part.substr(equals + 1)));
  }
  return found;
}

}  // namespace

int main() {
  using namespace otomo::aws;
  if (!load_digests()) return 3;
  for (std::string line; std::getline(std::cin, line);) {
    const std::vector<std::string> fields = split(line, '\t');
    if (fields.size() != 12) return 2;
    std::vector<std::string> plain;
    for (const std::string& field : fields) plain.push_back(decoded(field));
    const QueryParameters query = pairs(plain[3]);
    std::vector<otomo::net::Header> headers;
    for (auto& [name, value] : pairs(plain[4])) headers.push_back({name, value});
    SigningInput input;
    input.method = plain[0];
    input.host = plain[1];
    input.path = plain[2];
    input.query = &query;
    input.headers = &headers;
    input.payload_hash = plain[5];
    input.region = plain[6];
    input.service = plain[7];
    input.now_s = std::stoll(plain[8]);
    const auto signed_with = signed_headers(input, {plain[9], plain[10], plain[11]});
    std::printf("%s\n", signed_with.back().value.c_str());
  }
  return 0;
}
