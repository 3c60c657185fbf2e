#include "master/adapters/gogs/gogs_api.h"

#include <fmt/format.h>
#include <sodium.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/model/names.h"
#include "common/rpc/http/target.h"

namespace edm::master {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kTokenName = "edm";

bool MayPass(const Error& error) {
  return error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded;
}

// What Gogs says is wrong, in its own words; never the request, which may hold a credential.
Error Unexpected(const std::string& object, const rpc::HttpReply& reply) {
  Error error{Code::kInternal,
              object,
              fmt::format("the git server answered {}", reply.status),
              {},
              "look at the log of the git server"};
  const auto said = Json::parse(reply.body, nullptr, false);
  if (said.is_object() && said.contains("message") && said["message"].is_string()) {
    error.evidence.push_back(Shown(said["message"].get<std::string>()));
  }
  if (reply.status == 401 || reply.status == 403) {
    error.code = Code::kPermissionDenied;
    error.hint = "set gogs.token to a token of an administrator";
  }
  if (reply.status == 404) error.code = Code::kNotFound;
  return error;
}

}  // namespace

Status Patiently(const GogsPatience& patience, const std::function<Status()>& work) {
  const auto until = std::chrono::steady_clock::now() + patience.total;
  for (std::uint32_t tries = 1;; ++tries) {
    auto done = work();
    if (done.ok() || !MayPass(done.error()) || tries >= patience.tries_max) return done;
    if (std::chrono::steady_clock::now() + patience.pause.After(tries) >= until) return done;
    std::this_thread::sleep_for(patience.pause.After(tries));
  }
}

GogsApi::GogsApi(Options options) : options_(std::move(options)), http_({.url = options_.url}) {}

std::string GogsApi::PasswordOf(const std::string& user) const {
  unsigned char key[crypto_generichash_KEYBYTES];
  crypto_generichash(key, sizeof(key), reinterpret_cast<const unsigned char*>(options_.user_secret.data()),
                     options_.user_secret.size(), nullptr, 0);
  std::string hash(crypto_generichash_BYTES, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(user.data()), user.size(), key, sizeof(key));
  return ToHex(hash);
}

Result<rpc::HttpReply> GogsApi::Call(const std::string& method, const std::string& path,
                                     const std::string& body, As as, const std::string& user) {
  rpc::HttpCall call;
  call.method = method;
  call.target = "/api/v1" + path;
  call.headers.Set("Accept", "application/json");
  call.headers.Set("Authorization", as == As::kAdmin ? "token " + options_.admin_token
                                                     : "Basic " + ToBase64(user + ":" + PasswordOf(user)));
  if (!body.empty()) call.headers.Set("Content-Type", "application/json");
  call.body = body;
  call.deadline = options_.patience.call_deadline;
  rpc::HttpReply reply;
  EDM_CHECK(Patiently(options_.patience, [&]() -> Status {
    auto answered = http_.Call(call);
    if (!answered.ok()) {
      // A connection that broke is tried again like one that was refused: no call here minds being made
      // twice.
      auto error = std::move(answered).error();
      error.hint = "see whether the git server at " + options_.url + " runs";
      return error;
    }
    reply = std::move(*answered);
    if (reply.status < 500) return Ok();
    return Error{Code::kUnavailable,
                 "git server " + options_.url,
                 fmt::format("answered {}", reply.status),
                 {},
                 "look at the log of the git server"};
  }));
  return reply;
}

Status GogsApi::EnsureUser(const std::string& user) {
  EDM_TRY(const auto found, Call("GET", "/users/" + user, "", As::kAdmin, user));
  if (found.ok()) return Ok();
  const Json wanted = {{"source_id", 0},
                       {"login_name", user},
                       {"username", user},
                       {"email", user + "@edm.invalid"},
                       {"password", PasswordOf(user)},
                       {"send_notify", false},
                       {"must_change_password", false}};
  EDM_TRY(const auto made, Call("POST", "/admin/users", wanted.dump(), As::kAdmin, user));
  if (made.ok()) return Ok();
  // Made by a try whose answer was lost, perhaps.
  EDM_TRY(const auto there, Call("GET", "/users/" + user, "", As::kAdmin, user));
  if (there.ok()) return Ok();
  return Unexpected("owner " + user, made);
}

Result<std::string> GogsApi::Token(const std::string& user) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = tokens_.find(user); known != tokens_.end()) return known->second;
  }
  const auto path = "/users/" + user + "/tokens";
  EDM_TRY(const auto listed, Call("GET", path, "", As::kUser, user));
  if (listed.status == 401) {
    return Error{Code::kFailedPrecondition,
                 "owner " + user,
                 "has a password on the git server that edm did not set",
                 {},
                 "use another owner, or remove that user there"};
  }
  if (!listed.ok()) return Unexpected("owner " + user, listed);
  std::string token;
  for (const auto& one : Json::parse(listed.body, nullptr, false)) {
    if (one.is_object() && one.value("name", "") == kTokenName) token = one.value("sha1", "");
  }
  if (token.empty()) {
    // Gitea lists no secrets: an older one of that name cannot be used any more.
    EDM_TRY(const auto dropped, Call("DELETE", fmt::format("{}/{}", path, kTokenName), "", As::kUser, user));
    static_cast<void>(dropped);
    const Json wanted = {{"name", kTokenName}, {"scopes", {"write:repository"}}};
    EDM_TRY(const auto made, Call("POST", path, wanted.dump(), As::kUser, user));
    if (!made.ok()) return Unexpected("owner " + user, made);
    const auto answer = Json::parse(made.body, nullptr, false);
    if (answer.is_object()) token = answer.value("sha1", "");
  }
  if (token.empty()) {
    return Error{Code::kInternal, "owner " + user, "got no token from the git server", {}, "look at its log"};
  }
  const std::lock_guard lock(mutex_);
  return tokens_[user] = token;
}

Status GogsApi::EnsureRepo(const RepoName& repo, const std::string& branch) {
  const auto path = fmt::format("/repos/{}/{}", repo.owner, repo.name);
  const Json wanted = {
      {"name", repo.name}, {"private", true}, {"auto_init", false}, {"default_branch", branch}};
  EDM_TRY(auto made,
          Call("POST", "/admin/users/" + repo.owner + "/repos", wanted.dump(), As::kAdmin, repo.owner));
  if (!made.ok()) {
    EDM_TRY(const auto there, Call("GET", path, "", As::kAdmin, repo.owner));
    if (!there.ok()) return Unexpected("repo " + repo.owner + "/" + repo.name, made);
  }
  // Gogs has no such call and takes the first branch pushed; Gitea wants to be told.
  const Json head = {{"default_branch", branch}};
  EDM_TRY(const auto told, Call("PATCH", path, head.dump(), As::kAdmin, repo.owner));
  static_cast<void>(told);
  return Ok();
}

Status GogsApi::DeleteRepo(const RepoName& repo) {
  const auto path = fmt::format("/repos/{}/{}", repo.owner, repo.name);
  EDM_TRY(const auto gone, Call("DELETE", path, "", As::kAdmin, repo.owner));
  if (gone.ok() || gone.status == 404) return Ok();
  return Unexpected("repo " + repo.owner + "/" + repo.name, gone);
}

std::string GogsApi::CloneUrl(const RepoName& repo) const {
  return fmt::format("{}/{}/{}.git", options_.url, repo.owner, repo.name);
}

}  // namespace edm::master
