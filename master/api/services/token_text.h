#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/ports/clock.h"
#include "common/rpc/call.h"
#include "master/ports/cluster.h"
#include "master/ports/secrets.h"

namespace edm::master {

// A person's token as it is shown once: "edm_<id>_<secret>".
struct TokenText {
  std::string id;
  std::string secret;
};
std::string FormatToken(const TokenText& token);
std::optional<TokenText> ParseToken(std::string_view text);

// Looks tokens up in the view, and whether a certificate that TLS believed is still the worker's. References
// must outlive the result.
rpc::Authenticate TokenAuthenticator(const Cluster& cluster, const Secrets& secrets, const Clock& clock);

// The record that `id` and `secret` open; kUnauthenticated without telling which of both is wrong.
Result<std::shared_ptr<const TokenRecord>> OpenToken(const State& state, const Secrets& secrets,
                                                     const std::string& id, std::string_view secret,
                                                     TokenKind kind, WallTime now);

}  // namespace edm::master
