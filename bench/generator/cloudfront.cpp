// SPDX-License-Identifier: Apache-2.0
// CloudFront standard log lines of 33 tab-separated fields under their two header lines. An example, its tabs shown as
// " | " and broken for reading:
//   2026-03-01 | 00:00:04 | NRT57-P3 | 48213 | 203.0.113.9 | GET | d111111abcdef8.cloudfront.net | /assets/app-12.js |
//   200 | https://www.example.com/ | Mozilla/5.0%20(…) | v=12 | - | Hit | 3kXc…== | www.example.com | https | 214 |
//   0.002 | - | TLSv1.3 | TLS_AES_128_GCM_SHA256 | Hit | HTTP/2.0 | - | - | 51341 | 0.002 | Hit |
//   application/javascript | 47810 | - | -
// Fields: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html (read in
// April 2026)

#include <array>

#include "generator/log.h"

namespace otomo::bench {
namespace {

constexpr int64_t kSpanSeconds = 7 * 86400;
constexpr uint32_t kPaths = 5000;

constexpr std::array<std::string_view, 6> kUserAgents = {
    "Mozilla/5.0%20(Windows%20NT%2010.0;%20Win64;%20x64)%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko)%20Chrome/"
    "131.0.0.0%20Safari/537.36",
    "Mozilla/5.0%20(iPhone;%20CPU%20iPhone%20OS%2017_5_1%20like%20Mac%20OS%20X)%20AppleWebKit/605.1.15%20(KHTML,"
    "%20like%20Gecko)%20Version/17.5%20Mobile/15E148%20Safari/604.1",
    "Mozilla/5.0%20(Macintosh;%20Intel%20Mac%20OS%20X%2010_15_7)%20AppleWebKit/605.1.15%20(KHTML,%20like%20Gecko)"
    "%20Version/17.5%20Safari/605.1.15",
    "Mozilla/5.0%20(Linux;%20Android%2014;%20Pixel%208)%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko)%20Chrome/"
    "126.0.6478.71%20Mobile%20Safari/537.36",
    "curl/8.7.1",
    "Mozilla/5.0%20(compatible;%20examplebot/2.0;%20+http://www.example.org/bot)",
};
constexpr std::array<std::string_view, 8> kEdges = {"NRT57-P3", "NRT12-C2", "KIX56-P1", "FRA60-P1",
                                                    "IAD89-C3", "SIN2-P4",  "SFO53-P7", "LHR62-C5"};
constexpr std::array<std::string_view, 5> kTypes = {"text/html;%20charset=utf-8", "application/javascript",
                                                    "image/webp", "text/css", "application/json"};
constexpr std::array<uint64_t, 8> kStatuses = {200, 200, 200, 304, 200, 404, 301, 206};

class CloudFrontLog final : public Log {
 public:
  std::string object_key(const Plan& plan, uint64_t file) const override {
    Random random(plan.seed ^ 0xcf, file);
    const int64_t when = time_of(plan, plan.records * file / plan.files);
    Text key;
    key.make_room();
    key << "cloudfront/E2EXAMPLE1ABCD.";
    key.date(when, '-') << '-';
    key.padded(static_cast<uint64_t>(when % 86400 / 3600), 2) << '.';
    key.hex(random, 8);
    return std::string(key.view());
  }

  std::string_view opening() const override {
    return "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status "
           "cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header "
           "cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type "
           "cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type "
           "sc-content-type sc-content-len sc-range-start sc-range-end\n";
  }
  std::string_view separator() const override { return "\n"; }
  std::string_view closing() const override { return "\n"; }

  void append(const Plan& plan, uint64_t /*file*/, uint64_t record, Text& text) const override {
    Random random(plan.seed, record);
    const int64_t when = time_of(plan, record);
    const uint32_t path = random.zipf(kPaths);
    const uint64_t status = kStatuses[random.zipf(kStatuses.size())];
    const uint64_t size = 200 + random.zipf(2'000'000);
    const std::string_view result = status == 404   ? "Error"
                                    : status == 301 ? "Redirect"
                                    : path % 7 == 0 ? "Miss"
                                                    : "Hit";
    const bool is_range = status == 206;

    text.date(when, '-') << '\t';
    text.time(when, ':') << '\t' << kEdges[random.zipf(kEdges.size())] << '\t' << size + 411 << "\t203.0.113."
                         << uint64_t{random.below(254) + 1} << "\tGET\td111111abcdef8.cloudfront.net\t/assets/item-"
                         << uint64_t{path} << ".bin\t" << status;
    text << (path % 3 == 0 ? "\t-\t" : "\thttps://www.example.com/shop/catalogue\t");
    text << kUserAgents[random.zipf(kUserAgents.size())];
    text << (path % 2 == 0 ? "\t-\t-\t" : "\tv=20260301&w=640\t-\t") << result << '\t';
    text.base64(random, 54) << "==\twww.example.com\thttps\t" << uint64_t{60 + random.below(900)} << "\t0.";
    text.padded(random.zipf(999), 3) << "\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\t" << result << "\tHTTP/2.0\t-\t-\t"
                                     << uint64_t{1024 + random.below(60'000)} << "\t0.";
    text.padded(random.zipf(999), 3) << '\t' << result << '\t' << kTypes[path % kTypes.size()] << '\t' << size;
    if (is_range) {
      text << "\t0\t" << size - 1;
    } else {
      text << "\t-\t-";
    }
  }

 private:
  static int64_t time_of(const Plan& plan, uint64_t record) {
    return kFirstSecond + static_cast<int64_t>(record * static_cast<uint64_t>(kSpanSeconds) / plan.records);
  }
};

}  // namespace

std::unique_ptr<Log> cloudfront_log() { return std::make_unique<CloudFrontLog>(); }

}  // namespace otomo::bench
