#include <google/protobuf/empty.pb.h>

#include "common/base/bytes.h"
#include "common/rpc/join_token.h"
#include "common/rpc/mapping/time.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/origin.h"
#include "master/api/services/reply.h"
#include "master/api/services/token_text.h"
#include "master/rpc/record.h"

namespace edm::master {
namespace {

constexpr Millis kTokenLifetimeMax = std::chrono::hours(24 * 3'653);  // 10 years

// A repeat of the same request must show the same secret again, which is stored nowhere: so with a request id
// both are derived from it.
TokenText Make(const ServiceParts& parts, const Origin& origin) {
  if (origin.request_id.empty()) return {ToHex(parts.entropy.Bytes(6)), ToHex(parts.entropy.Bytes(32))};
  const auto seed = origin.request_key + '\n' + origin.request_digest;
  return {ToHex(parts.secrets.Derive("token id\n" + seed).substr(0, 6)),
          ToHex(parts.secrets.Derive("token secret\n" + seed))};
}

void OnCreate(const ServiceParts& parts, const CallPointer& call, const v1::CreateTokenRequest& request) {
  auto origin = OriginOf(*call, parts, request);
  if (!origin.ok()) return call->Finish(origin.error());
  if (auto good = CheckTokenName(request.name()); !good.ok()) return call->Finish(good);
  if (!v1::Token::Kind_IsValid(request.kind())) {
    return call->Finish(
        Error{Code::kInvalidArgument, "kind", "it is none that is known", {}, "PERSON or WORKER"});
  }
  const auto text = Make(parts, *origin);
  CreateToken command;
  command.origin = std::move(origin).value();
  command.token.id = text.id;
  command.token.name = request.name();
  command.token.kind = static_cast<TokenKind>(request.kind());
  command.token.hash = parts.secrets.Hash(text.secret);
  if (request.has_lifetime()) {
    command.lifetime = rpc::FromProto(request.lifetime());
    if (*command.lifetime < kTimeoutMin) {
      return call->Finish(
          Error{Code::kInvalidArgument, "lifetime", "it is shorter than a second", {}, "for example 24h"});
    }
    if (*command.lifetime > kTokenLifetimeMax) {
      return call->Finish(Error{Code::kInvalidArgument,
                                "lifetime",
                                "it is longer than 10 years",
                                {},
                                "leave it out for a token that does not end"});
    }
  }
  const bool worker = command.token.kind == TokenKind::kWorker;
  const auto secret = worker ? rpc::FormatJoinToken({text.id, text.secret, parts.authority.fingerprint()})
                             : FormatToken(text);
  parts.cluster.Submit(
      std::move(command), [call, secret, &cluster = parts.cluster](const Result<Accepted>& accepted) {
        if (!accepted.ok()) return call->Finish(accepted.error());
        const auto record = cluster.View()->tokens.Find(accepted->token);
        if (record == nullptr) {
          return call->Finish(
              Error{Code::kNotFound, "token", "it has ended in the meantime", {}, "make another one"});
        }
        v1::CreateTokenResponse response;
        *response.mutable_token() = ToProto(*record);
        response.set_secret(secret);
        Reply(*call, response);
      });
}

}  // namespace

void RegisterTokens(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::CreateTokenRequest>(
      "edm.v1.Master/CreateToken",
      [parts](CallPointer call, const auto& request) { OnCreate(parts, call, request); });
  table.On<v1::ListTokensRequest>("edm.v1.Master/ListTokens", [parts](CallPointer call, const auto&) {
    v1::ListTokensResponse response;
    const auto view = parts.cluster.View();
    for (const auto& [id, token] : view->tokens.all()) *response.add_tokens() = ToProto(*token);
    Reply(*call, response);
  });
  table.On<v1::RevokeTokenRequest>(
      "edm.v1.Master/RevokeToken", [parts](CallPointer call, const auto& request) {
        auto origin = OriginOf(*call, parts, request);
        if (!origin.ok()) return call->Finish(origin.error());
        parts.cluster.Submit(RevokeToken{std::move(origin).value(), request.id()},
                             [call](const Result<Accepted>& accepted) {
                               if (!accepted.ok()) return call->Finish(accepted.error());
                               Reply(*call, google::protobuf::Empty());
                             });
      });
}

}  // namespace edm::master
