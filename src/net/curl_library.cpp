// SPDX-License-Identifier: Apache-2.0
#include "net/curl_library.h"

#include "base/shared_library.h"

namespace otomo::net {

namespace {

Result<CurlLibrary> load() {
  auto library = SharedLibrary::load("libcurl.so.4", "libcurl4");
  if (!library) return std::unexpected(std::move(library.error()));
  CurlLibrary curl{};
  const bool whole =
      library->bind(curl.global_init, "curl_global_init") && library->bind(curl.easy_init, "curl_easy_init") &&
      library->bind(curl.easy_cleanup, "curl_easy_cleanup") && library->bind(curl.easy_reset, "curl_easy_reset") &&
      library->bind(curl.easy_setopt, "curl_easy_setopt") && library->bind(curl.easy_getinfo, "curl_easy_getinfo") &&
      library->bind(curl.easy_strerror, "curl_easy_strerror") &&
      library->bind(curl.slist_append, "curl_slist_append") &&
      library->bind(curl.slist_free_all, "curl_slist_free_all") && library->bind(curl.multi_init, "curl_multi_init") &&
      library->bind(curl.multi_cleanup, "curl_multi_cleanup") &&
      library->bind(curl.multi_setopt, "curl_multi_setopt") &&
      library->bind(curl.multi_add_handle, "curl_multi_add_handle") &&
      library->bind(curl.multi_remove_handle, "curl_multi_remove_handle") &&
      library->bind(curl.multi_perform, "curl_multi_perform") && library->bind(curl.multi_poll, "curl_multi_poll") &&
      library->bind(curl.multi_wakeup, "curl_multi_wakeup") &&
      library->bind(curl.multi_info_read, "curl_multi_info_read");
  if (!whole || curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return world_error("libcurl.so.4 is too old to be used", "7.68 or newer is needed");
  }
  return curl;
}

}  // namespace

Result<const CurlLibrary*> CurlLibrary::get() {
  static const Result<CurlLibrary> kLoaded = load();
  if (!kLoaded) return std::unexpected(kLoaded.error());
  return &*kLoaded;
}

}  // namespace otomo::net
