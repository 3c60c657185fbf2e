#pragma once

#include <openssl/types.h>

#include <string>

namespace edm::rpc {

// PEM texts into an OpenSSL context. False when the text is none, or the key does not fit.
bool AddCertificateAuthorities(SSL_CTX* context, const std::string& pem);
bool UseCertificate(SSL_CTX* context, const std::string& chain_pem, const std::string& key_pem);

// The last failure of OpenSSL on this thread, in words.
std::string OpenSslReason();

}  // namespace edm::rpc
