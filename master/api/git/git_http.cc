#include "master/api/git/git_http.h"

#include <fmt/format.h>

#include <filesystem>

#include "common/base/text.h"
#include "common/rpc/status.h"
#include "master/api/git/git_bridge.h"

namespace edm::master {
namespace {

constexpr std::uint64_t kReadRequestBytesMax = 16 * 1024 * 1024;  // wants and haves of a fetch
constexpr std::uint64_t kPushOverheadBytes = 4 * 1024 * 1024;     // commands beside the pack

// git shows a plain text body as "remote:" lines.
void Refuse(rpc::Exchange& exchange, int status, const Error& error) {
  rpc::HttpAnswer answer;
  answer.status = status;
  answer.headers.Set("Content-Type", "text/plain; charset=utf-8");
  if (status == 401) answer.headers.Set("WWW-Authenticate", "Basic realm=\"edm\", charset=\"UTF-8\"");
  if (status == 503) answer.headers.Set("Retry-After", "5");
  answer.body = fmt::format("error: {}: {}\n", error.object, error.cause);
  if (!error.hint.empty()) answer.body += fmt::format("  next   {}\n", error.hint);
  exchange.Respond(std::move(answer));
}

void Refuse(rpc::Exchange& exchange, const Error& error) {
  Refuse(exchange, rpc::HttpStatus(error.code), error);
}

// "git http-backend" starts one program more, whose only work is to start this one, which is not in PATH.
std::vector<std::string> BackendCommand() {
  for (const auto* path : {"/usr/lib/git-core/git-http-backend", "/usr/libexec/git-core/git-http-backend"}) {
    std::error_code unknown;
    if (std::filesystem::exists(path, unknown)) return {path};
  }
  return {"git", "http-backend"};
}

Error TooLarge(const GitRoute& route, std::uint64_t limit) {
  return {Code::kResourceExhausted,
          "push to " + route.repo.name,
          "is larger than " + FormatBytes(limit),
          {},
          "push fewer commits at once, or raise push.bytes_max"};
}

std::vector<std::pair<std::string, std::string>> GitSettings(const std::string& hook_folder,
                                                             std::uint64_t push_max) {
  return {{"core.hooksPath", hook_folder},
          {"safe.directory", "*"},
          {"receive.procReceiveRefs", "refs/heads"},
          {"receive.hideRefs", "refs/edm"},
          {"receive.maxInputSize", std::to_string(push_max)},
          {"receive.autogc", "false"},
          {"receive.advertiseAtomic", "false"},
          {"transfer.fsckObjects", "true"},
          {"receive.fsck.badFilemode", "error"},  // setuid and the like
          {"core.fsync", "committed,loose-object"},
          // A worker fetches the commit of its order, whatever the branch has become meanwhile.
          {"uploadpack.allowAnySHA1InWant", "true"},
          {"http.maxRequestBuffer", std::to_string(kReadRequestBytesMax)}};
}

}  // namespace

Result<GitHttp::Asker> GitHttp::Identify(const rpc::HttpRequest& request, const GitRoute& route) const {
  const auto given = ParseBasic(request.headers.Get("Authorization"));
  if (!given || given->password.empty()) {
    return Error{Code::kUnauthenticated,
                 "repo " + route.repo.name,
                 "needs a token",
                 {},
                 "give a token as the password, with any user name; or use edmctl remote add"};
  }
  if (given->user == kGrantUser && route.service == GitRoute::Service::kRead &&
      peers_.grant_allows(given->password, route.repo)) {
    return Asker{std::string(kGrantUser), true};
  }
  auto caller = peers_.authenticate({.bearer = given->password});
  if (caller.ok() && caller->kind != rpc::Caller::Kind::kAnonymous) return Asker{caller->name};
  if (!caller.ok() && caller.error().code != Code::kUnauthenticated) return std::move(caller).error();
  return Error{
      Code::kUnauthenticated, "token", "is wrong, expired or revoked", {}, "create one: edmctl token create"};
}

void GitHttp::Handle(const std::shared_ptr<rpc::Exchange>& exchange) {
  const auto& request = exchange->request();
  const auto route = FindGitRoute(request.method, request.path, request.query);
  if (!route.ok()) {
    const bool other_verb = route.error().code == Code::kUnimplemented;
    return Refuse(*exchange, other_verb ? 405 : rpc::HttpStatus(route.error().code), route.error());
  }
  const auto asker = Identify(request, *route);
  if (!asker.ok()) return Refuse(*exchange, asker.error());
  const bool writes = route->service == GitRoute::Service::kWrite;
  const auto body_max = writes ? options_.push_bytes_max + kPushOverheadBytes : kReadRequestBytesMax;
  if (request.content_length.value_or(0) > body_max)
    return Refuse(*exchange, 413, TooLarge(*route, body_max));
  exchange->LimitBody(body_max);
  auto& pool = writes && !route->advertises ? peers_.pushes : peers_.reads;
  const bool posted =
      pool.Post([this, exchange, found = *route, who = *asker] { Serve(exchange, found, who); });
  if (!posted) {
    Refuse(*exchange, 503,
           {Code::kResourceExhausted,
            "git",
            "has too many requests under way",
            {},
            "try again in a moment, or raise threads.fetch or threads.push"});
  }
}

void GitHttp::Serve(const std::shared_ptr<rpc::Exchange>& exchange, const GitRoute& route,
                    const Asker& asker) {
  if (!asker.by_grant) {
    const bool writes = route.service == GitRoute::Service::kWrite;
    const auto admitted = peers_.gate.Admit(route.repo.owner, route.repo.name, writes, asker.name);
    if (!admitted.ok()) return Refuse(*exchange, admitted.error());
    if (writes && peers_.check_room) {
      if (const auto room = peers_.check_room(); !room.ok()) return Refuse(*exchange, 507, room.error());
    }
    // Each conversation begins with the refs.
    const auto there = route.advertises ? peers_.ensure_repo(route.repo) : Ok();
    if (!there.ok()) return Refuse(*exchange, there.error());
  }
  const auto bridged = RunBackend(exchange, route, asker);
  if (bridged.ok()) return;
  peers_.on_failure(bridged.error());
  if (bridged.error().code == Code::kInvalidArgument) return Refuse(*exchange, bridged.error());
  Refuse(
      *exchange,
      {Code::kInternal, "repo " + route.repo.name, "cannot be served", {}, "look at the log of the master"});
}

Status GitHttp::RunBackend(const std::shared_ptr<rpc::Exchange>& exchange, const GitRoute& route,
                           const Asker& asker) {
  std::optional<OpenPushes::Held> push;
  if (route.service == GitRoute::Service::kWrite && !route.advertises) push.emplace(pushes_, route.repo);
  EDM_TRY(auto program, peers_.runner.Start(BackendFor(exchange->request(), route, asker)));
  return BridgeToCgi(exchange, std::move(program));
}

ProcessSpec GitHttp::BackendFor(const rpc::HttpRequest& request, const GitRoute& route,
                                const Asker& asker) const {
  const auto service = route.service == GitRoute::Service::kRead ? "git-upload-pack" : "git-receive-pack";
  // No CONTENT_LENGTH: its input ends with the pipe. Of a body that breaks off before that length,
  // http-backend reads the end over and over, for ever.
  ProcessSpec spec;
  static const auto kBackend = BackendCommand();
  spec.argv = kBackend;
  spec.directory = "/";
  spec.deadline = options_.deadline;
  spec.environment = {
      {"PATH", kProgramPath},
      {"HOME", "/nonexistent"},
      {"LC_ALL", "C.UTF-8"},
      {"GIT_CONFIG_NOSYSTEM", "1"},
      {"GIT_CONFIG_GLOBAL", "/dev/null"},
      {"GIT_PROJECT_ROOT", options_.repos},
      {"GIT_HTTP_EXPORT_ALL", "1"},
      {"PATH_INFO", fmt::format("/{}/{}.git/{}", Folded(route.repo.owner), route.repo.name,
                                route.advertises ? "info/refs" : service)},
      {"QUERY_STRING", route.advertises ? fmt::format("service={}", service) : std::string()},
      {"REQUEST_METHOD", request.method},
      {"CONTENT_TYPE", std::string(request.headers.Get("Content-Type"))},
      {"REMOTE_USER", asker.name},
      {"REMOTE_ADDR", request.peer},
      {"EDM_HOOK_SOCKET", options_.hook_socket},
      {"EDM_OWNER", route.repo.owner},
      {"EDM_INSTANCE", route.repo.name},
      {"EDM_ACTOR", asker.name},
  };
  for (const auto& [header, variable] :
       {std::pair("Content-Encoding", "HTTP_CONTENT_ENCODING"),
        std::pair("Git-Protocol", "HTTP_GIT_PROTOCOL"), std::pair("Git-Protocol", "GIT_PROTOCOL")}) {
    if (request.headers.Has(header)) spec.environment.emplace_back(variable, request.headers.Get(header));
  }
  const auto settings = GitSettings(options_.hook_folder, options_.push_bytes_max);
  spec.environment.emplace_back("GIT_CONFIG_COUNT", std::to_string(settings.size()));
  for (std::size_t i = 0; i < settings.size(); ++i) {
    spec.environment.emplace_back(fmt::format("GIT_CONFIG_KEY_{}", i), settings[i].first);
    spec.environment.emplace_back(fmt::format("GIT_CONFIG_VALUE_{}", i), settings[i].second);
  }
  return spec;
}

}  // namespace edm::master
