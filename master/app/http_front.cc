#include "master/app/http_front.h"

#include "common/rpc/access.h"
#include "common/rpc/status.h"
#include "master/api/git/git_http.h"
#include "master/api/rest/gateway.h"

namespace edm::master {
namespace {

void RespondProblem(rpc::Exchange& exchange, const Error& error) {
  exchange.Respond(HttpFront::Refusal(error, rpc::HttpStatus(error.code)));
}

}  // namespace

rpc::HttpAnswer HttpFront::Refusal(const Error& error, int status) {
  rpc::HttpAnswer answer;
  answer.status = status;
  answer.headers.Set("content-type", "application/problem+json");
  answer.body = rpc::ToProblem(error, status);
  return answer;
}

void HttpFront::Handle(const std::shared_ptr<rpc::Exchange>& exchange) const {
  const auto& path = exchange->request().path;
  if (path == "/healthz") return rpc::RespondText(*exchange, 200, "ok\n");
  if (path == "/readyz") return Ready(*exchange);
  if (path == "/metrics") return Metrics(*exchange);
  if (rest::Gateway::Takes(path)) return peers_.gateway.Handle(exchange);
  if (peers_.git != nullptr && path.starts_with(GitHttp::kPrefix)) return peers_.git->Handle(exchange);
  RespondProblem(*exchange, {Code::kNotFound, "path", "nothing is served there", {}, "see /openapi.json"});
}

void HttpFront::Ready(rpc::Exchange& exchange) const {
  const auto trouble = peers_.trouble();
  if (!trouble) return rpc::RespondText(exchange, 200, "ready\n" + peers_.role());
  rpc::RespondText(exchange, 503, ToString(*trouble) + "\n");
}

void HttpFront::Metrics(rpc::Exchange& exchange) const {
  rpc::Credentials credentials;
  credentials.bearer = rpc::BearerOf(exchange.request().headers.Get("authorization"));
  const auto caller = peers_.authenticate(credentials);
  if (!caller.ok()) return RespondProblem(exchange, caller.error());
  if (caller->kind == rpc::Caller::Kind::kAnonymous) {
    return RespondProblem(
        exchange,
        {Code::kUnauthenticated, "metrics", "no token was shown", {}, "send Authorization: Bearer"});
  }
  rpc::RespondText(exchange, 200, peers_.metrics());
}

}  // namespace edm::master
