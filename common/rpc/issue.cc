#include "common/rpc/issue.h"

#include <openssl/rand.h>

#include "common/base/owned.h"

namespace edm::rpc::openssl {
namespace {

bool AddExtension(X509& certificate, X509& issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()));
  return extension && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

std::int64_t UnixSeconds(WallTime time) {
  return std::chrono::floor<Seconds>(time).time_since_epoch().count();
}

bool SetSerialAndTimes(X509& certificate, const Validity& valid) {
  constexpr int kSerialBits = 127;
  Owned<BIGNUM, BN_free> serial(BN_new());
  if (!serial || BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) != 1) return false;
  if (BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(&certificate)) == nullptr) return false;
  return ASN1_TIME_set(X509_getm_notBefore(&certificate), UnixSeconds(valid.from - kClockSkew)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(&certificate), UnixSeconds(valid.until)) != nullptr;
}

bool AddExtensions(X509& certificate, X509& issuer, const Subject& subject) {
  if (!AddExtension(certificate, issuer, NID_subject_key_identifier, "hash")) return false;
  if (subject.is_ca) {
    return AddExtension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
           AddExtension(certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
  }
  return AddExtension(certificate, issuer, NID_authority_key_identifier, "keyid:always") &&
         AddExtension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         AddExtension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
         AddExtension(certificate, issuer, NID_ext_key_usage, "serverAuth,clientAuth") &&
         AddExtension(certificate, issuer, NID_subject_alt_name, subject.alternatives);
}

}  // namespace

bool SetName(X509_NAME* name, const std::string& common_name) {
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1;
}

Certificate Issue(const Subject& subject, EVP_PKEY& key, X509* issuer, EVP_PKEY& issuer_key,
                  const Validity& valid) {
  Certificate certificate(X509_new());
  if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1) return nullptr;
  if (!SetSerialAndTimes(*certificate, valid) || X509_set_pubkey(certificate.get(), &key) != 1)
    return nullptr;
  if (!SetName(X509_get_subject_name(certificate.get()), subject.common_name)) return nullptr;
  X509& by = issuer != nullptr ? *issuer : *certificate;
  if (X509_set_issuer_name(certificate.get(), X509_get_subject_name(&by)) != 1) return nullptr;
  if (!AddExtensions(*certificate, by, subject)) return nullptr;
  if (X509_sign(certificate.get(), &issuer_key, EVP_sha256()) == 0) return nullptr;
  return certificate;
}

}  // namespace edm::rpc::openssl
