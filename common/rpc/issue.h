#pragma once

#include <string>

#include "common/rpc/openssl.h"
#include "common/rpc/tls.h"

// Certificates. Only the .cc files of this folder include this.
namespace edm::rpc::openssl {

struct Subject {
  std::string common_name;
  std::string alternatives;  // "DNS:edm-master,IP:127.0.0.1"; "" for the CA
  bool is_ca = false;
};

bool SetName(X509_NAME* name, const std::string& common_name);

// `issuer` null: the certificate signs itself. Null: OpenSSL refused (Failed).
Certificate Issue(const Subject& subject, EVP_PKEY& key, X509* issuer, EVP_PKEY& issuer_key,
                  const Validity& valid);

}  // namespace edm::rpc::openssl
