#include "tests/fakes/scripted_gogs_server.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "common/base/text.h"
#include "master/api/git/git_bridge.h"
#include "master/api/git/git_route.h"

namespace edm::master {
namespace {

using Json = nlohmann::json;

std::string ReadBody(rpc::Exchange& exchange) {
  std::string body;
  std::array<char, 4096> piece;
  while (exchange.request().has_body) {
    const auto count = exchange.Read(piece);
    if (!count.ok() || *count == 0) break;
    body.append(piece.data(), *count);
  }
  return body;
}

void Answered(rpc::Exchange& exchange, int status, std::string body) {
  rpc::HttpAnswer answer{status, {{"Content-Type", "application/json"}}, std::move(body)};
  if (status == 401) answer.headers.Set("WWW-Authenticate", "Basic realm=\".\"");
  exchange.Respond(std::move(answer));
}

constexpr int kRemovalsMax = 100;
constexpr std::chrono::milliseconds kBetweenRemovals{20};

// The git that took a push answers before it has ended, and may write into the folder once more.
bool RemoveTree(const std::filesystem::path& folder) {
  std::error_code failed;
  for (int i = 0; i < kRemovalsMax; ++i) {
    std::filesystem::remove_all(folder, failed);
    if (!failed) return true;
    std::this_thread::sleep_for(kBetweenRemovals);
  }
  return false;
}

}  // namespace

ScriptedGogsServer::ScriptedGogsServer(std::string folder, Kind kind)
    : folder_(std::move(folder)), kind_(kind) {
  std::filesystem::create_directories(folder_);
  Start();
}

ScriptedGogsServer::~ScriptedGogsServer() { Stop(); }

std::string ScriptedGogsServer::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

std::string ScriptedGogsServer::BarePath(const RepoName& repo) const {
  return fmt::format("{}/{}/{}.git", folder_, Folded(repo.owner), repo.name);
}

void ScriptedGogsServer::Fail(int requests) {
  const std::lock_guard lock(mutex_);
  failing_ = requests;
}

void ScriptedGogsServer::Hang(int requests) {
  const std::lock_guard lock(mutex_);
  hanging_ = requests;
}

void ScriptedGogsServer::Stop() {
  if (!server_) return;
  {
    const std::lock_guard lock(mutex_);
    hung_.clear();
  }
  server_->Stop(Millis(0));
  pool_.reset();
  server_.reset();
}

void ScriptedGogsServer::Start() {
  pool_ = std::make_unique<ThreadPool>(ThreadPool::Options{.name = "gogs", .threads = 4});
  auto started = rpc::HttpServer::Start({.listen = {fmt::format("127.0.0.1:{}", port_)}},
                                        [this](std::shared_ptr<rpc::Exchange> exchange) {
                                          EDM_ASSERT(pool_->Post([this, exchange] { Serve(exchange); }));
                                        });
  server_ = std::move(started).value();
  port_ = server_->port();
}

void ScriptedGogsServer::AddUser(const std::string& user, const std::string& password) {
  const std::lock_guard lock(mutex_);
  passwords_[user] = password;
}

std::vector<std::string> ScriptedGogsServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void ScriptedGogsServer::RunGit(const std::vector<std::string>& words) {
  ProcessSpec spec;
  spec.argv = {"git"};
  spec.argv.insert(spec.argv.end(), words.begin(), words.end());
  spec.environment = {{"GIT_CONFIG_NOSYSTEM", "1"}, {"HOME", folder_}, {"PATH", "/usr/bin:/bin"}};
  static_cast<void>(runner_.Run(spec, [](OutputStream, std::string_view) {}, {}));
}

void ScriptedGogsServer::Serve(const std::shared_ptr<rpc::Exchange>& exchange) {
  const auto& request = exchange->request();
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request.method + " " + request.path);
    if (hanging_ > 0) {
      --hanging_;
      hung_.push_back(exchange);
      return;
    }
    if (failing_ > 0) {
      --failing_;
      return Answered(*exchange, 500, "<html>a day has passed</html>");
    }
  }
  const auto path = Split(request.path, '/');
  if (path.size() > 3 && path[1] == "api") {
    const auto body = ReadBody(*exchange);
    const auto answer = Api(request, body);
    return Answered(*exchange, answer.status, answer.body);
  }
  Transport(exchange, path);
}

// Basic auth with a user's password, or with a token as the user name.
bool ScriptedGogsServer::IsUser(const rpc::HttpRequest& request, const std::string& user) const {
  const auto given = ParseBasic(request.headers.Get("Authorization"));
  if (!given) return false;
  const std::lock_guard lock(mutex_);
  if (const auto token = tokens_.find(given->user); token != tokens_.end()) return token->second == user;
  const auto known = passwords_.find(user);
  return given->user == user && known != passwords_.end() && known->second == given->password;
}

ScriptedGogsServer::Answer ScriptedGogsServer::Api(const rpc::HttpRequest& request, const std::string& body) {
  const auto path = Split(request.path.substr(std::string("/api/v1/").size()), '/');
  if (path[0] == "users" && path.size() >= 3 && path[2] == "tokens") return Users(request, path, body);
  if (request.headers.Get("Authorization") != std::string("token ") + kAdminToken) return {401, ""};
  if (path[0] == "users" && path.size() == 2) return Users(request, path, body);
  if (path[0] == "admin" && path.size() == 2) return MakeUser(body);
  if (path[0] == "admin" && path.size() == 4 && path[3] == "repos") return MakeRepo(path[2], body);
  if (path[0] == "repos" && path.size() == 3) return Repos(request.method, {path[1], path[2]}, body);
  return {404, ""};
}

ScriptedGogsServer::Answer ScriptedGogsServer::Users(const rpc::HttpRequest& request,
                                                     const std::vector<std::string>& path,
                                                     const std::string& body) {
  const auto& user = path[1];
  if (path.size() == 2) {
    const std::lock_guard lock(mutex_);
    return passwords_.contains(user) ? Answer{200, Json({{"username", user}}).dump()} : Answer{404, ""};
  }
  if (!IsUser(request, user)) return {401, ""};
  const std::lock_guard lock(mutex_);
  if (request.method == "GET") {
    auto listed = Json::array();
    for (const auto& [secret, holder] : tokens_) {
      if (holder == user) listed.push_back({{"name", "edm"}, {"sha1", kind_ == Kind::kGogs ? secret : ""}});
    }
    return {200, listed.dump()};
  }
  if (request.method == "DELETE") {
    if (kind_ == Kind::kGogs) return {404, ""};
    std::erase_if(tokens_, [&](const auto& token) { return token.second == user; });
    return {204, ""};
  }
  const auto wanted = Json::parse(body, nullptr, false);
  const auto secret = fmt::format("{:040x}", std::hash<std::string>{}(user + std::to_string(tokens_.size())));
  tokens_[secret] = user;
  return {201, Json({{"name", wanted.value("name", "")}, {"sha1", secret}}).dump()};
}

ScriptedGogsServer::Answer ScriptedGogsServer::MakeUser(const std::string& body) {
  const auto wanted = Json::parse(body, nullptr, false);
  const auto user = wanted.value("username", "");
  const std::lock_guard lock(mutex_);
  if (user.empty() || !passwords_.emplace(user, wanted.value("password", "")).second) {
    return {422, Json({{"message", "user already exists"}}).dump()};
  }
  return {201, Json({{"username", user}}).dump()};
}

ScriptedGogsServer::Answer ScriptedGogsServer::MakeRepo(const std::string& owner, const std::string& body) {
  {
    const std::lock_guard lock(mutex_);
    if (!passwords_.contains(owner)) return {404, ""};
  }
  const auto wanted = Json::parse(body, nullptr, false);
  const auto path = BarePath({owner, wanted.value("name", "")});
  if (!wanted.value("private", false)) return {422, Json({{"message", "edm's repos are private"}}).dump()};
  if (std::filesystem::exists(path)) return {422, Json({{"message", "repository already exists"}}).dump()};
  RunGit({"init", "-q", "--bare", "-b", "master", path});
  return {201, Json({{"name", wanted.value("name", "")}}).dump()};
}

ScriptedGogsServer::Answer ScriptedGogsServer::Repos(const std::string& method, const RepoName& repo,
                                                     const std::string& body) {
  const auto path = BarePath(repo);
  if (!std::filesystem::exists(path)) return {404, ""};
  if (method == "GET") return {200, Json({{"name", repo.name}}).dump()};
  if (method == "PATCH") {
    if (kind_ == Kind::kGogs) return {404, ""};
    const auto branch = Json::parse(body, nullptr, false).value("default_branch", "");
    RunGit({"--git-dir=" + path, "symbolic-ref", "HEAD", "refs/heads/" + branch});
    return {200, "{}"};
  }
  if (method != "DELETE") return {405, ""};
  return {RemoveTree(path) ? 204 : 500, ""};
}

void ScriptedGogsServer::TakeFirstBranch(const RepoName& repo) {
  namespace fs = std::filesystem;
  const auto heads = fs::path(BarePath(repo)) / "refs/heads";
  std::error_code none;
  if (fs::exists(heads / "master", none)) return;
  for (const auto& head : fs::directory_iterator(heads, none)) {
    RunGit({"--git-dir=" + BarePath(repo), "symbolic-ref", "HEAD",
            "refs/heads/" + head.path().filename().string()});
    return;
  }
}

void ScriptedGogsServer::Transport(const std::shared_ptr<rpc::Exchange>& exchange,
                                   const std::vector<std::string>& path) {
  const auto& request = exchange->request();
  if (path.size() < 4) return Answered(*exchange, 404, "");
  if (!IsUser(request, path[1])) return Answered(*exchange, 401, "");
  ProcessSpec spec;
  spec.argv = {"git", "http-backend"};
  spec.environment = {{"PATH", "/usr/bin:/bin"},
                      {"GIT_CONFIG_NOSYSTEM", "1"},
                      {"HOME", folder_},
                      {"GIT_PROJECT_ROOT", folder_},
                      {"GIT_HTTP_EXPORT_ALL", "1"},
                      {"PATH_INFO", request.path},
                      {"QUERY_STRING", request.query},
                      {"REQUEST_METHOD", request.method},
                      {"CONTENT_TYPE", std::string(request.headers.Get("Content-Type"))},
                      {"HTTP_CONTENT_ENCODING", std::string(request.headers.Get("Content-Encoding"))},
                      {"REMOTE_USER", path[1]}};
  if (request.content_length)
    spec.environment.emplace_back("CONTENT_LENGTH", std::to_string(*request.content_length));
  auto program = runner_.Start(spec);
  exchange->LimitBody(1U << 30U);
  if (!program.ok() || !BridgeToCgi(exchange, std::move(*program)).ok()) return Answered(*exchange, 500, "");
  if (kind_ == Kind::kGogs) TakeFirstBranch({path[1], path[2].substr(0, path[2].size() - 4)});
}

}  // namespace edm::master
