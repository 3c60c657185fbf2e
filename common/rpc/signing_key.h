#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/rpc/tls.h"

namespace edm::rpc {

// Signs JSON web tokens (RFC 7515, ES256), for programs that believe its certificate. Copies share the key;
// any thread.
class SigningKey {
 public:
  // The same secret (32 random bytes) always makes the same key, so nothing else has to be kept.
  static Result<SigningKey> From(std::string_view secret);

  // `claims` is a JSON object. Its header names the key as Docker registries do ("kid").
  Result<std::string> Sign(std::string_view claims) const;

  // PEM; signs itself and can sign nothing else.
  Result<std::string> Certificate(std::string_view common_name, Validity valid) const;

  struct Secret;  // in signing_key.cc

 private:
  explicit SigningKey(std::shared_ptr<const Secret> secret) : secret_(std::move(secret)) {}
  std::shared_ptr<const Secret> secret_;
};

}  // namespace edm::rpc
