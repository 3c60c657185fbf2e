#include "common/rpc/tls.h"

#include <arpa/inet.h>
#include <openssl/rand.h>

#include <ctime>

#include "common/base/owned.h"
#include "common/model/names.h"
#include "common/rpc/openssl.h"
#include "common/rpc/secret_file.h"

namespace edm::rpc {
namespace {

using openssl::Failed;

constexpr std::chrono::hours kCaLife{3650 * 24};
constexpr std::chrono::hours kMasterLife{1826 * 24};

constexpr std::string_view kWorkerDomain = ".worker.edm";

struct Subject {
  std::string common_name;
  std::string alternatives;  // "DNS:edm-master,IP:127.0.0.1"; "" for the CA
  bool is_ca = false;
};

bool AddExtension(X509& certificate, X509& issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const openssl::Extension extension(X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()));
  return extension && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

bool SetName(X509_NAME* name, const std::string& common_name) {
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1;
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

// `issuer` null: the certificate signs itself.
openssl::Certificate Issue(const Subject& subject, EVP_PKEY& key, X509* issuer, EVP_PKEY& issuer_key,
                           const Validity& valid) {
  openssl::Certificate certificate(X509_new());
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

bool IsIp(const std::string& name) {
  unsigned char buffer[sizeof(in6_addr)];
  return inet_pton(AF_INET, name.c_str(), buffer) == 1 || inet_pton(AF_INET6, name.c_str(), buffer) == 1;
}

Result<std::string> Alternatives(std::span<const std::string> names) {
  std::string text = "DNS:" + std::string(kMasterName);
  for (const auto& name : names) {
    const bool plain =
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-_*") ==
        std::string::npos;
    if (!plain || name.empty() || (name.find(':') != std::string::npos && !IsIp(name))) {
      return Error{Code::kInvalidArgument,
                   "certificate name '" + Shown(name) + "'",
                   "it is neither an IP address nor a DNS name",
                   {},
                   "write it like 10.0.0.12 or master.example.org"};
    }
    // Clients on mbedTLS (libgit2's, in a worker's fetch) compare addresses with DNS names only.
    if (IsIp(name)) text += ",IP:" + name;
    if (name.find(':') == std::string::npos) text += ",DNS:" + name;
  }
  return text;
}

}  // namespace

struct CertificateAuthority::Secret {
  openssl::Key key;
  openssl::Certificate certificate;
  std::string pem;
  std::string fingerprint;
};

std::string WorkerTlsName(std::string_view id, std::string_view enrolment) {
  auto name = std::string(id) + std::string(kWorkerDomain);
  return enrolment.empty() ? name : std::string(enrolment) + "." + name;
}

std::optional<std::string> EnrolmentIn(std::string_view name, std::string_view id) {
  const auto tail = WorkerTlsName(id, "");
  if (name == tail) return "";
  if (!name.ends_with("." + tail)) return std::nullopt;
  const auto enrolment = name.substr(0, name.size() - tail.size() - 1);
  if (enrolment.empty() || enrolment.find('.') != std::string_view::npos) return std::nullopt;
  return std::string(enrolment);
}

Result<CertificateAuthority> CertificateAuthority::Open(const std::filesystem::path& folder, WallTime now) {
  const auto path = folder / "ca.pem";
  EDM_TRY(auto text, ReadSecretFile(path));
  if (!text) {
    const auto key = openssl::NewKey();
    const auto made =
        key ? Issue({"edm cluster CA", "", true}, *key, nullptr, *key, {now, now + kCaLife}) : nullptr;
    if (!made) return Failed("new CA");
    text = openssl::ToPem(*key) + openssl::ToPem(*made);
    EDM_CHECK(WriteFileWhole(path, *text, kSecretMode));
  }
  auto secret = std::make_shared<Secret>();
  secret->key = openssl::ReadKey(*text);
  secret->certificate = openssl::ReadCertificate(*text);
  if (!secret->key || !secret->certificate ||
      X509_check_private_key(secret->certificate.get(), secret->key.get()) != 1) {
    auto error = Failed(path.string());
    error.code = Code::kFailedPrecondition;
    error.cause = "it does not hold a key and its certificate";
    error.hint = "put back a copy of it; a new CA means that every worker joins again";
    return error;
  }
  secret->pem = openssl::ToPem(*secret->certificate);
  secret->fingerprint = openssl::FingerprintOf(*secret->certificate);
  EDM_CHECK(WriteFileWhole(folder / "ca.crt", secret->pem, kPublicMode));
  return CertificateAuthority(std::move(secret));
}

const std::string& CertificateAuthority::certificate() const { return secret_->pem; }
const std::string& CertificateAuthority::fingerprint() const { return secret_->fingerprint; }

Result<Identity> CertificateAuthority::IssueMaster(std::span<const std::string> names, WallTime now) const {
  EDM_TRY(const auto alternatives, Alternatives(names));
  const auto key = openssl::NewKey();
  if (!key) return Failed("key of the master");
  const auto made = Issue({std::string(kMasterName), alternatives, false}, *key, secret_->certificate.get(),
                          *secret_->key, {now, now + kMasterLife});
  if (!made) return Failed("certificate of the master");
  return Identity{openssl::ToPem(*made) + secret_->pem, openssl::ToPem(*key), secret_->pem};
}

Result<std::string> CertificateAuthority::SignWorker(std::string_view request, const WorkerSubject& worker,
                                                     Validity valid) const {
  EDM_CHECK(CheckWorkerId(worker.id));
  if (worker.id == kMasterName) {
    return Error{
        Code::kInvalidArgument, "worker " + worker.id, "the name is the master's", {}, "choose another id"};
  }
  const auto read = openssl::ReadRequest(request);
  const auto key = read ? X509_REQ_get0_pubkey(read.get()) : nullptr;
  if (key == nullptr || X509_REQ_verify(read.get(), key) != 1) {
    auto error = Failed("certificate request of worker " + worker.id);
    error.code = Code::kInvalidArgument;
    error.cause = "it is not a PKCS #10 request signed by its own key";
    return error;
  }
  const auto made = Issue({worker.id, "DNS:" + WorkerTlsName(worker.id, worker.enrolment), false}, *key,
                          secret_->certificate.get(), *secret_->key, valid);
  if (!made) return Failed("certificate of worker " + worker.id);
  return openssl::ToPem(*made) + secret_->pem;
}

Result<KeyAndRequest> MakeKeyAndRequest(std::string_view common_name) {
  const auto key = openssl::NewKey();
  const openssl::Request request(X509_REQ_new());
  if (!key || !request || !SetName(X509_REQ_get_subject_name(request.get()), std::string(common_name)) ||
      X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_sign(request.get(), key.get(), EVP_sha256()) == 0) {
    return Failed("certificate request");
  }
  return KeyAndRequest{openssl::ToPem(*key), openssl::ToPem(*request)};
}

namespace {

Error NoPem() {
  auto error = Failed("certificate");
  error.code = Code::kInvalidArgument;
  error.cause = "it is not PEM";
  return error;
}

}  // namespace

Result<std::string> Fingerprint(std::string_view pem) {
  const auto certificate = openssl::ReadCertificate(pem);
  if (!certificate) return NoPem();
  return openssl::FingerprintOf(*certificate);
}

Result<Validity> ValidityOf(std::string_view pem) {
  const auto certificate = openssl::ReadCertificate(pem);
  if (!certificate) return NoPem();
  const auto to_wall = [](const ASN1_TIME* time) {
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    return WallTime(Seconds(timegm(&parts)));
  };
  return Validity{to_wall(X509_get0_notBefore(certificate.get())) + kClockSkew,
                  to_wall(X509_get0_notAfter(certificate.get()))};
}

std::optional<WallTime> CertificateEnd(std::string_view pem) {
  const auto valid = ValidityOf(pem);
  if (!valid.ok()) return std::nullopt;
  return valid->until;
}

}  // namespace edm::rpc
