// SPDX-License-Identifier: Apache-2.0
//
// otomo.toml of any bytes, found in any folder: what is not an error is whole, and no secret is shown.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "app/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otomo::app;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Environment environment = {{"HOME", "/home/example"}, {"OTOMO_SOURCES_SHOP_ZONE", "UTC"}};
  const Config config = parse_config(text, {ConfigOrigin::kFound, "otomo.toml", "", ""}, {"", {"csv"}}, environment);
  for (const otomo::Error& error : config.errors) {
    assert(error.message.starts_with("otomo.toml:"));
    for (const char c : error.message) assert(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  }
  if (config.errors.empty()) {
    for (const ConfigSource& source : config.sources) {
      assert(!source.paths.empty());
      for (const std::string& path : source.paths) assert(!path.empty() && !path.contains('\0'));
    }
  }
  for (const otomo::engine::Account& account : config.accounts)
    assert(account.id.size() == 12 && !account.name.empty());
  for (const Setting& setting : config.settings) {
    assert(!setting.key.ends_with(".secret_access_key") || setting.value == kMasked);
  }
  return 0;
}
