#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.h"

// Owners of OpenSSL's objects and their PEM forms. Only the .cc files of this folder include this.
namespace edm::rpc::openssl {

template <auto free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Request = std::unique_ptr<X509_REQ, Deleter<X509_REQ_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Deleter<SSL_free>>;

Key NewKey();  // EC P-256
Key ReadKey(std::string_view pem);
Certificate ReadCertificate(std::string_view pem);
Request ReadRequest(std::string_view pem);
std::string ToPem(EVP_PKEY& key);
std::string ToPem(X509& certificate);
std::string ToPem(X509_REQ& request);

// SHA-256 of the DER form, 64 hex digits.
std::string FingerprintOf(const X509& certificate);

// kInternal with OpenSSL's own words, and empties its list of errors.
Error Failed(std::string_view what);

}  // namespace edm::rpc::openssl
