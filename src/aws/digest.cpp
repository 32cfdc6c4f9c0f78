// SPDX-License-Identifier: Apache-2.0
#include "aws/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "base/shared_library.h"

namespace otomo::aws {

namespace {

struct Crypto {
  decltype(SHA256)* sha256;
  decltype(SHA1)* sha1;
  decltype(HMAC)* hmac;
  decltype(EVP_sha256)* evp_sha256;
  decltype(EVP_sha1)* evp_sha1;
  decltype(EVP_md5)* evp_md5;
  decltype(EVP_MD_CTX_new)* context_new;
  decltype(EVP_MD_CTX_free)* context_free;
  decltype(EVP_DigestInit_ex)* begin;
  decltype(EVP_DigestUpdate)* update;
  decltype(EVP_DigestFinal_ex)* end;
};

const Result<Crypto>& crypto() {
  static const Result<Crypto> kLoaded = []() -> Result<Crypto> {
    auto library = SharedLibrary::load("libcrypto.so.3", "libssl3");
    if (!library) return std::unexpected(std::move(library.error()));
    Crypto loaded{};
    if (!library->bind(loaded.sha256, "SHA256") || !library->bind(loaded.sha1, "SHA1") ||
        !library->bind(loaded.hmac, "HMAC") || !library->bind(loaded.evp_sha256, "EVP_sha256") ||
        !library->bind(loaded.evp_sha1, "EVP_sha1") || !library->bind(loaded.evp_md5, "EVP_md5") ||
        !library->bind(loaded.context_new, "EVP_MD_CTX_new") ||
        !library->bind(loaded.context_free, "EVP_MD_CTX_free") || !library->bind(loaded.begin, "EVP_DigestInit_ex") ||
        !library->bind(loaded.update, "EVP_DigestUpdate") || !library->bind(loaded.end, "EVP_DigestFinal_ex")) {
      return world_error("libcrypto.so.3 lacks its digests");
    }
    return loaded;
  }();
  return kLoaded;
}

const unsigned char* unsigned_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

Result<void> load_digests() {
  if (!crypto()) return std::unexpected(crypto().error());
  return {};
}

Digest::Digest(Kind kind) : context_(crypto()->context_new()) {
  const EVP_MD* algorithm = kind == Kind::kMd5    ? crypto()->evp_md5()
                            : kind == Kind::kSha1 ? crypto()->evp_sha1()
                                                  : crypto()->evp_sha256();
  crypto()->begin(static_cast<EVP_MD_CTX*>(context_), algorithm, nullptr);
}

Digest::~Digest() { crypto()->context_free(static_cast<EVP_MD_CTX*>(context_)); }

void Digest::add(std::string_view bytes) {
  crypto()->update(static_cast<EVP_MD_CTX*>(context_), bytes.data(), bytes.size());
}

std::string Digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  crypto()->end(static_cast<EVP_MD_CTX*>(context_), digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

Sha256 sha256(std::string_view text) {
  Sha256 digest;
  crypto()->sha256(unsigned_of(text), text.size(), digest.data());
  return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view text) {
  Sha256 digest;
  unsigned size = digest.size();
  crypto()->hmac(crypto()->evp_sha256(), key.data(), static_cast<int>(key.size()), unsigned_of(text), text.size(),
                 digest.data(), &size);
  return digest;
}

std::string sha1_hex(std::string_view text) {
  std::array<unsigned char, 20> digest;
  crypto()->sha1(unsigned_of(text), text.size(), digest.data());
  return hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

}  // namespace otomo::aws
