#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <string>
#include <string_view>

#include "common/base/owned.h"
#include "common/base/result.h"

// Owners of OpenSSL's objects and their PEM forms. Only the .cc files of this folder include this.
namespace edm::rpc::openssl {

using Bio = Owned<BIO, BIO_free_all>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Owned<X509, X509_free>;
using Request = Owned<X509_REQ, X509_REQ_free>;
using Extension = Owned<X509_EXTENSION, X509_EXTENSION_free>;
using Context = Owned<SSL_CTX, SSL_CTX_free>;
using Session = Owned<SSL, SSL_free>;

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
