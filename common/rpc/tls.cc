#include "common/rpc/tls.h"

#include <arpa/inet.h>

#include <ctime>

#include "common/base/owned.h"
#include "common/model/names.h"
#include "common/rpc/issue.h"
#include "common/rpc/openssl.h"
#include "common/rpc/secret_file.h"

namespace edm::rpc {
namespace {

using openssl::Failed;
using openssl::Issue;
using openssl::SetName;

constexpr std::chrono::hours kCaLife{3650 * 24};
constexpr std::chrono::hours kServerLife{1826 * 24};

constexpr std::string_view kWorkerDomain = ".worker.edm";

bool IsIp(const std::string& name) {
  unsigned char buffer[sizeof(in6_addr)];
  return inet_pton(AF_INET, name.c_str(), buffer) == 1 || inet_pton(AF_INET6, name.c_str(), buffer) == 1;
}

Result<std::string> Alternatives(const std::string& first, std::span<const std::string> names) {
  std::string text = "DNS:" + first;
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
  return IssueServer(std::string(kMasterName), names, now);
}

Result<Identity> CertificateAuthority::IssueServer(const std::string& name,
                                                   std::span<const std::string> names, WallTime now) const {
  EDM_TRY(const auto alternatives, Alternatives(name, names));
  const auto key = openssl::NewKey();
  if (!key) return Failed("key of " + name);
  const auto made = Issue({name, alternatives, false}, *key, secret_->certificate.get(), *secret_->key,
                          {now, now + kServerLife});
  if (!made) return Failed("certificate of " + name);
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
