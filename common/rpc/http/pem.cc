#include "common/rpc/http/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <vector>

#include "common/base/owned.h"

namespace edm::rpc {
namespace {

using Certificate = Owned<X509, ::X509_free>;

std::vector<Certificate> ReadCertificates(const std::string& pem) {
  const Owned<BIO, ::BIO_free> bio(::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> found;
  while (X509* one = ::PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) found.emplace_back(one);
  ::ERR_clear_error();
  return found;
}

}  // namespace

bool AddCertificateAuthorities(SSL_CTX* context, const std::string& pem) {
  const auto authorities = ReadCertificates(pem);
  for (const auto& one : authorities) ::X509_STORE_add_cert(::SSL_CTX_get_cert_store(context), one.get());
  return !authorities.empty();
}

bool UseCertificate(SSL_CTX* context, const std::string& chain_pem, const std::string& key_pem) {
  const auto chain = ReadCertificates(chain_pem);
  const Owned<BIO, ::BIO_free> bio(::BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
  // No password: without a callback OpenSSL would ask the terminal.
  const Owned<EVP_PKEY, ::EVP_PKEY_free> key(::PEM_read_bio_PrivateKey(
      bio.get(), nullptr, [](char*, int, int, void*) { return -1; }, nullptr));
  if (chain.empty() || key == nullptr) return false;
  if (::SSL_CTX_use_certificate(context, chain.front().get()) != 1) return false;
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (::SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) return false;
  }
  return ::SSL_CTX_use_PrivateKey(context, key.get()) == 1 && ::SSL_CTX_check_private_key(context) == 1;
}

std::string OpenSslReason() {
  const auto code = ::ERR_peek_last_error();
  if (code == 0) return "the peer closed the connection";
  const char* reason = ::ERR_reason_error_string(code);
  return reason != nullptr ? reason : "unknown failure";
}

}  // namespace edm::rpc
