#include <ctime>

#include "common/rpc/openssl.h"
#include "common/rpc/tls.h"

namespace edm::rpc {

std::optional<WallTime> CertificateEnd(std::string_view pem) {
  const auto certificate = openssl::ReadCertificate(pem);
  if (!certificate) return std::nullopt;
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) return std::nullopt;
  return WallTime(Seconds(::timegm(&end)));
}

}  // namespace edm::rpc
