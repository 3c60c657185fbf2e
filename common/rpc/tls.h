#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"

namespace edm::rpc {

// The name in every certificate of the master: workers dial with it as the expected name, whatever the
// address.
inline constexpr std::string_view kMasterName = "edm-master";

// The name in the certificates of worker `id` that come of one join: "<enrolment>.<id>.worker.edm"; without
// an enrolment, as certificates were before, "<id>.worker.edm".
std::string WorkerTlsName(std::string_view id, std::string_view enrolment);
// The enrolment in such a name; none when it is not that of worker `id`.
std::optional<std::string> EnrolmentIn(std::string_view name, std::string_view id);

// Who one is on a TLS connection, as PEM texts. Holds a secret: never logged.
struct Identity {
  std::string certificate;  // own certificate first, then the CA's
  std::string key;
  std::string ca;  // whom to believe
};

struct WorkerSubject {
  std::string id;
  std::string enrolment;  // [a-z0-9], 63 at most; "": none
};

// When a certificate may be used. What is issued counts from kClockSkew before `from`, for members whose
// clocks are late.
struct Validity {
  WallTime from;
  WallTime until;
};
inline constexpr Seconds kClockSkew{25 * 3600};  // a day, and what it takes to notice

// Of the first certificate in `pem`.
Result<Validity> ValidityOf(std::string_view pem);

// The master's own CA: EC P-256, ten years. Copies share the key; const functions from any thread.
class CertificateAuthority {
 public:
  // Reads `folder`/ca.pem (key and certificate, mode 0600), or makes it, whole or not at all; beside it
  // ca.crt, the certificate alone, for curl and other programs.
  static Result<CertificateAuthority> Open(const std::filesystem::path& folder, WallTime now);

  const std::string& certificate() const;
  // SHA-256 of the certificate, 64 hex digits.
  const std::string& fingerprint() const;

  // A certificate for the master, as server and as client: kMasterName, and `names` (DNS names and IP
  // addresses as people write them). Five years from `now`.
  Result<Identity> IssueMaster(std::span<const std::string> names, WallTime now) const;

  // The same for a server beside it, which is nobody among members: `name` is neither theirs nor a worker's.
  Result<Identity> IssueServer(const std::string& name, std::span<const std::string> names,
                               WallTime now) const;

  // A certificate (PEM) for the key of `request` (PKCS #10, PEM); whatever else the request asks for is
  // ignored. Errors: kInvalidArgument when the request is no request, is not signed by its own key, or the
  // id is no worker's.
  Result<std::string> SignWorker(std::string_view request, const WorkerSubject& worker, Validity valid) const;

  struct Secret;  // in tls.cc

 private:
  explicit CertificateAuthority(std::shared_ptr<const Secret> secret) : secret_(std::move(secret)) {}
  std::shared_ptr<const Secret> secret_;
};

struct KeyAndRequest {
  std::string key;      // PEM
  std::string request;  // PKCS #10, PEM
};
Result<KeyAndRequest> MakeKeyAndRequest(std::string_view common_name);

// SHA-256 of the first certificate in `pem`, 64 hex digits.
Result<std::string> Fingerprint(std::string_view pem);

// When the first certificate in `pem` ends; none when there is none.
std::optional<WallTime> CertificateEnd(std::string_view pem);

// Asks the TLS server at `address` ("host:port") for its certificates and returns (PEM) the one whose
// fingerprint begins with `fingerprint`. Nothing else is believed of the server. Blocking.
// Errors: kUnavailable (no connection), kPermissionDenied (it has no such certificate: somebody else's
// server).
Result<std::string> FetchCa(const std::string& address, std::string_view fingerprint, Millis timeout);

}  // namespace edm::rpc
