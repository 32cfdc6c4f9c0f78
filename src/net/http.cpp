// SPDX-License-Identifier: Apache-2.0
#include "net/http.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "base/ascii.h"
#include "net/curl_library.h"

namespace otomo::net {

namespace {

using Clock = std::chrono::steady_clock;

constexpr long kReceiveBufferBytes = 256 * 1024;
constexpr std::size_t kHeaderBytesMax = 1 << 20U;
constexpr std::size_t kErrorBytesMax = 1 << 16U;  // of an answer that is an error, if no more is wanted

HttpFailure failure_of(CURLcode code) {
  switch (code) {
    case CURLE_OK: return HttpFailure::kNone;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return HttpFailure::kResolve;
    case CURLE_COULDNT_CONNECT: return HttpFailure::kConnect;
    case CURLE_OPERATION_TIMEDOUT: return HttpFailure::kTimeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return HttpFailure::kTls;
    default: return HttpFailure::kBroken;
  }
}

// One request on its way. At a fixed address, which libcurl knows.
struct Transfer {
  HttpRequest request;
  std::function<void(HttpOutcome)> done;
  HttpResponse response;
  CURL* handle = nullptr;
  curl_slist* headers = nullptr;
  std::size_t header_bytes = 0;
  bool too_large = false;
  char error[CURL_ERROR_SIZE] = "";
};

std::size_t take_body(char* bytes, std::size_t /*one*/, std::size_t size, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  std::string& body = transfer.response.body;
  if (body.empty()) body.reserve(std::min(transfer.request.body_bytes_expected, transfer.request.body_bytes_max));
  // An error may be longer than what was asked for.
  const bool is_error = transfer.response.status >= 300;
  const std::size_t most = std::max(transfer.request.body_bytes_max, is_error ? kErrorBytesMax : std::size_t{0});
  if (body.size() + size > most) {
    transfer.too_large = true;
    return 0;
  }
  body.append(bytes, size);
  return size;
}

std::size_t take_header(char* bytes, std::size_t /*one*/, std::size_t size, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  transfer.header_bytes += size;
  if (transfer.header_bytes > kHeaderBytesMax) {
    transfer.too_large = true;
    return 0;
  }
  const std::string_view line(bytes, size);
  if (line.starts_with("HTTP/")) {
    transfer.response.headers.clear();  // those before were of "100 Continue"
    const std::size_t space = std::min(line.find(' '), line.size() - 1);
    std::from_chars(line.data() + space + 1, line.data() + line.size(), transfer.response.status);
    return size;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  Header header{lower_ascii(line.substr(0, colon)), std::string(trim_ascii(line.substr(colon + 1)))};
  transfer.response.headers.push_back(std::move(header));
  return size;
}

// What the thread works on. It outlives the client where the client is taken down from within a callback.
class Engine {
 public:
  Engine(const CurlLibrary& curl, HttpClient::Options options)
      : curl_(curl), options_(std::move(options)), multi_(curl_.multi_init()) {
    const auto connections = static_cast<long>(options_.connections_max);
    curl_.multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
    curl_.multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections);
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  ~Engine() {
    for (CURL* handle : free_) curl_.easy_cleanup(handle);
    curl_.multi_cleanup(multi_);
  }

  void add(HttpRequest request, std::function<void(HttpOutcome)> done) {
    auto transfer = std::make_unique<Transfer>();
    transfer->response.body = std::move(request.response_buffer);
    transfer->response.body.clear();
    transfer->request = std::move(request);
    transfer->done = std::move(done);
    {
      const std::lock_guard lock(mutex_);
      incoming_.push_back(std::move(transfer));
    }
    // The thread itself looks before it sleeps.
    if (std::this_thread::get_id() != thread_) curl_.multi_wakeup(multi_);
  }

  void stop() {
    stopping_ = true;
    curl_.multi_wakeup(multi_);
  }

  // The thread's work, until it is told to stop.
  void run() {
    thread_ = std::this_thread::get_id();
    Waiting waiting;
    while (!stopping_) {
      take_incoming(waiting);
      for (auto due = waiting.begin(); due != waiting.end() && due->first <= Clock::now(); due = waiting.erase(due)) {
        begin(std::move(due->second));
      }
      int running = 0;
      curl_.multi_perform(multi_, &running);
      finish_done();
      if (has_incoming()) continue;
      auto pause = std::chrono::milliseconds(1000);
      if (!waiting.empty()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(waiting.begin()->first - Clock::now());
        pause = std::clamp(left, std::chrono::milliseconds(0), pause);
      }
      curl_.multi_poll(multi_, nullptr, 0, static_cast<int>(pause.count()), nullptr);
    }
    take_incoming(waiting);
    for (auto& [when, transfer] : waiting) cancel(*transfer);
    while (!active_.empty()) {
      auto transfer = std::move(active_.begin()->second);
      active_.erase(active_.begin());
      curl_.multi_remove_handle(multi_, transfer->handle);
      release(*transfer);
      cancel(*transfer);
    }
  }

 private:
  using Waiting = std::multimap<Clock::time_point, std::unique_ptr<Transfer>>;

  bool has_incoming() {
    const std::lock_guard lock(mutex_);
    return !incoming_.empty();
  }

  void take_incoming(Waiting& waiting) {
    const std::lock_guard lock(mutex_);
    for (auto& transfer : incoming_) waiting.emplace(transfer->request.not_before, std::move(transfer));
    incoming_.clear();
  }

  static void cancel(Transfer& transfer) {
    HttpOutcome outcome;
    outcome.failure = HttpFailure::kCancelled;
    outcome.message = "cancelled";
    transfer.done(std::move(outcome));
  }

  void begin(std::unique_ptr<Transfer> transfer) {
    CURL* handle = nullptr;
    if (free_.empty()) {
      handle = curl_.easy_init();
    } else {
      handle = free_.back();
      free_.pop_back();
    }
    transfer->handle = handle;
    const HttpRequest& request = transfer->request;
    for (const Header& header : request.headers) {
      // "Name;" is how libcurl is told of a header without a value.
      const std::string line = header.value.empty() ? header.name + ";" : header.name + ": " + header.value;
      transfer->headers = curl_.slist_append(transfer->headers, line.c_str());
    }
    const auto set = [&](CURLoption option, auto value) { curl_.easy_setopt(handle, option, value); };
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
    set(CURLOPT_ERRORBUFFER, transfer->error);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_timeout.count()));
    if (!options_.ca_bundle.empty()) set(CURLOPT_CAINFO, options_.ca_bundle.c_str());
    if (!options_.user_agent.empty()) set(CURLOPT_USERAGENT, options_.user_agent.c_str());
    if (request.direct) set(CURLOPT_NOPROXY, "*");
    if (request.method == "HEAD") {
      set(CURLOPT_NOBODY, 1L);
    } else if (request.method == "PUT" || request.method == "POST") {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDS, request.body.data());
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
      // Neither is asked for, and a signature would not cover them.
      transfer->headers = curl_.slist_append(transfer->headers, "Expect:");
      transfer->headers = curl_.slist_append(transfer->headers, "Content-Type:");
    } else {
      set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    transfer->headers = curl_.slist_append(transfer->headers, "Accept:");
    set(CURLOPT_HTTPHEADER, transfer->headers);
    set(CURLOPT_WRITEFUNCTION, &take_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(transfer.get()));
    set(CURLOPT_HEADERFUNCTION, &take_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(transfer.get()));
    curl_.multi_add_handle(multi_, handle);
    active_.emplace(handle, std::move(transfer));
  }

  void finish_done() {
    int left = 0;
    while (const CURLMsg* message = curl_.multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* handle = message->easy_handle;
      const CURLcode code = message->data.result;
      curl_.multi_remove_handle(multi_, handle);
      const auto found = active_.find(handle);
      const auto transfer = std::move(found->second);
      active_.erase(found);
      HttpOutcome outcome;
      outcome.failure = transfer->too_large ? HttpFailure::kTooLarge : failure_of(code);
      if (outcome.failure == HttpFailure::kTooLarge) {
        outcome.message = "the answer is larger than it may be";
      } else if (code == CURLE_COULDNT_RESOLVE_PROXY) {
        // libcurl's own words may hold the proxy's password.
        outcome.message = "the proxy that the environment names (https_proxy, http_proxy) cannot be used";
      } else if (outcome.failure != HttpFailure::kNone) {
        outcome.message = transfer->error[0] != '\0' ? transfer->error : curl_.easy_strerror(code);
      }
      long status = 0;
      curl_.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
      transfer->response.status = static_cast<int>(status);
      outcome.response = std::move(transfer->response);
      release(*transfer);
      transfer->done(std::move(outcome));
    }
  }

  void release(Transfer& transfer) {
    curl_.slist_free_all(transfer.headers);
    curl_.easy_reset(transfer.handle);
    free_.push_back(transfer.handle);
  }

  const CurlLibrary& curl_;
  const HttpClient::Options options_;
  CURLM* multi_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::thread::id> thread_;
  std::mutex mutex_;  // guards incoming_
  std::deque<std::unique_ptr<Transfer>> incoming_;
  // Of the thread alone:
  std::map<CURL*, std::unique_ptr<Transfer>> active_;
  std::vector<CURL*> free_;
};

class CurlClient final : public HttpClient {
 public:
  CurlClient(const CurlLibrary& curl, Options options)
      : engine_(std::make_shared<Engine>(curl, std::move(options))), thread_([engine = engine_] { engine->run(); }) {}

  ~CurlClient() override {
    engine_->stop();
    if (std::this_thread::get_id() == thread_.get_id()) {
      thread_.detach();
    } else {
      thread_.join();
    }
  }

  void start(HttpRequest request, std::function<void(HttpOutcome)> done) override {
    engine_->add(std::move(request), std::move(done));
  }

 private:
  std::shared_ptr<Engine> engine_;
  std::thread thread_;
};

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const Header& h) { return h.name == name; });
  return found == headers.end() ? std::string_view{} : std::string_view(found->value);
}

Result<std::unique_ptr<HttpClient>> HttpClient::make(Options options) {
  const auto curl = CurlLibrary::get();
  if (!curl) return std::unexpected(curl.error());
  return std::make_unique<CurlClient>(**curl, std::move(options));
}

HttpOutcome HttpClient::send(HttpRequest request) {
  std::mutex mutex;
  std::condition_variable changed;
  bool ended = false;
  HttpOutcome outcome;
  start(std::move(request), [&](HttpOutcome got) {
    // Told under the lock: the waiting function's variables are gone once it is released.
    const std::lock_guard lock(mutex);
    outcome = std::move(got);
    ended = true;
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return ended; });
  return outcome;
}

}  // namespace otomo::net
