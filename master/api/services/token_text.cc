#include "master/api/services/token_text.h"

#include "master/core/enrolment.h"
#include "master/core/tokens.h"

namespace edm::master {
namespace {

constexpr std::string_view kPrefix = "edm_";

Error Unknown() {
  return {Code::kUnauthenticated,
          "token",
          "it is not known here",
          {},
          "see edmctl context ls, or ask for a new one"};
}

}  // namespace

std::string FormatToken(const TokenText& token) {
  return std::string(kPrefix) + token.id + "_" + token.secret;
}

std::optional<TokenText> ParseToken(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const auto middle = text.find('_');
  if (middle == std::string_view::npos || middle == 0 || middle + 1 == text.size()) return std::nullopt;
  return TokenText{std::string(text.substr(0, middle)), std::string(text.substr(middle + 1))};
}

Result<std::shared_ptr<const TokenRecord>> OpenToken(const State& state, const Secrets& secrets,
                                                     const std::string& id, std::string_view secret,
                                                     TokenKind kind, WallTime now) {
  auto record = state.tokens.Find(id);
  if (record == nullptr || record->kind != kind || !secrets.Equal(secrets.Hash(secret), record->hash))
    return Unknown();
  EDM_CHECK(CheckToken(*record, now));
  return record;
}

rpc::Authenticate TokenAuthenticator(const Cluster& cluster, const Secrets& secrets, const Clock& clock) {
  return [&cluster, &secrets, &clock](const rpc::Credentials& credentials) -> Result<rpc::Caller> {
    using Kind = rpc::Caller::Kind;
    if (!credentials.worker.empty()) {
      EDM_CHECK(CheckCertificate(*cluster.View(), credentials.worker, credentials.enrolment, clock.Now()));
      return rpc::Caller{
          .kind = Kind::kWorker, .name = credentials.worker, .enrolment = credentials.enrolment};
    }
    if (credentials.bearer.empty()) return rpc::Caller{};
    const auto text = ParseToken(credentials.bearer);
    if (!text) return Unknown();
    EDM_TRY(const auto record,
            OpenToken(*cluster.View(), secrets, text->id, text->secret, TokenKind::kPerson, clock.Now()));
    return rpc::Caller{Kind::kPerson, record->name, record->id};
  };
}

}  // namespace edm::master
