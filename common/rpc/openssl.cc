#include "common/rpc/openssl.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>

#include "common/base/bytes.h"

namespace edm::rpc::openssl {
namespace {

Bio Reading(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string Written(BIO& bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(&bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

// A key with a passphrase is refused instead of asking for it on the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

}  // namespace

Key NewKey() { return Key(EVP_EC_gen("P-256")); }

Key ReadKey(std::string_view pem) {
  return Key(PEM_read_bio_PrivateKey(Reading(pem).get(), nullptr, NoPassphrase, nullptr));
}

Certificate ReadCertificate(std::string_view pem) {
  return Certificate(PEM_read_bio_X509(Reading(pem).get(), nullptr, NoPassphrase, nullptr));
}

Request ReadRequest(std::string_view pem) {
  return Request(PEM_read_bio_X509_REQ(Reading(pem).get(), nullptr, NoPassphrase, nullptr));
}

std::string ToPem(EVP_PKEY& key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr);
  return Written(*bio);
}

std::string ToPem(X509& certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), &certificate);
  return Written(*bio);
}

std::string ToPem(X509_REQ& request) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_REQ(bio.get(), &request);
  return Written(*bio);
}

std::string FingerprintOf(const X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  X509_digest(&certificate, EVP_sha256(), digest.data(), &size);
  return ToHex({reinterpret_cast<const char*>(digest.data()), size});
}

Error Failed(std::string_view what) {
  Error error{Code::kInternal, std::string(what), "OpenSSL refused", {}, ""};
  while (const auto number = ERR_get_error()) {
    std::array<char, 256> text{};
    ERR_error_string_n(number, text.data(), text.size());
    error.evidence.emplace_back(text.data());
  }
  return error;
}

}  // namespace edm::rpc::openssl
