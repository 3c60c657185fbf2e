#include "tests/integration/git_site.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "common/adapters/files/git_leftovers.h"
#include "master/adapters/git/hook_folder.h"

namespace edm::master {

Status ScriptedGate::Admit(const std::string&, const std::string& instance, bool, const std::string&) {
  if (instance == "secret") {
    return Error{Code::kPermissionDenied, "instance secret", "belongs to somebody else", {}, "ask its owner"};
  }
  return Ok();
}

Result<PushGate::Verdict> ScriptedGate::Judge(const PushedBranch& push,
                                              const std::function<void(std::string_view)>& on_line,
                                              std::stop_token stop) {
  Judged judged;
  {
    const std::lock_guard lock(mutex_);
    pushes_.push_back(push);
    judged = judged_;
  }
  if (!judged) return Verdict::kStore;
  return judged(push, on_line, stop);
}

void ScriptedGate::OnPush(Judged judged) {
  const std::lock_guard lock(mutex_);
  judged_ = std::move(judged);
}

std::vector<PushedBranch> ScriptedGate::pushes() const {
  const std::lock_guard lock(mutex_);
  return pushes_;
}

GitSite::GitSite(std::uint64_t push_bytes_max) : transfer_({.program = EDM_TRANSFER_PROGRAM}, runner_) {
  const auto root = folder_.path() + "/git";
  // The port is known only after the server has started; the site's own address serves for the grants.
  server_ = rpc::HttpServer::Start({}, [this](std::shared_ptr<rpc::Exchange> exchange) {
              http_->Handle(exchange);
            }).value();
  git_ = EmbeddedGitServer::Open({root, fmt::format("http://127.0.0.1:{}", server_->port())}, entropy_,
                                 transfer_)
             .value();
  EDM_ASSERT(MakeHookFolder(root + "/.hooks", EDM_HOOK_PROGRAM).ok());
  hooks_ = HookListener::Start({root + "/.hook.sock"}, git_->repos(), gate_).value();
  GitHttp::Options options;
  options.repos = root;
  options.hook_folder = root + "/.hooks";
  options.hook_socket = root + "/.hook.sock";
  options.push_bytes_max = push_bytes_max;
  const auto authenticate = [](const rpc::Credentials& given) -> Result<rpc::Caller> {
    if (given.bearer == kToken) return rpc::Caller{rpc::Caller::Kind::kPerson, "ann-laptop", "t1"};
    return Error{Code::kUnauthenticated, "token", "is unknown", {}, ""};
  };
  const auto allows = [this](std::string_view password, const RepoName& repo) {
    return git_->grants().Allows(password, repo, clock_.Now());
  };
  const auto ensure = [](const RepoName&) -> Status { return Ok(); };
  const auto log = [](const Error& error) { std::cerr << ToString(error) << "\n"; };
  const auto tidy = [this](const RepoName& repo) { RemovePushLeftovers(git_->repos().Path(repo)); };
  http_ = std::make_unique<GitHttp>(
      options, GitHttp::Peers{runner_, reads_, pushes_, gate_, authenticate, allows, ensure, log, tidy, {}});
}

GitSite::~GitSite() { server_->Stop(Millis(2'000)); }

std::string GitSite::Url(const std::string& owner, const std::string& name,
                         const std::string& password) const {
  const auto who = password.empty() ? std::string() : "anyone:" + password + "@";
  return fmt::format("http://{}127.0.0.1:{}/git/{}/{}.git", who, server_->port(), owner, name);
}

GitSite::Ran GitSite::Git(const std::string& directory, const std::vector<std::string>& words,
                          std::stop_token stop) {
  ProcessSpec spec;
  spec.argv = {"git"};
  spec.argv.insert(spec.argv.end(), words.begin(), words.end());
  spec.directory = directory;
  spec.deadline = Millis(120'000);
  for (const auto& [name, value] :
       {std::pair("PATH", "/usr/bin:/bin"), std::pair("GIT_CONFIG_NOSYSTEM", "1"),
        std::pair("GIT_TERMINAL_PROMPT", "0"), std::pair("GIT_AUTHOR_NAME", "ann"),
        std::pair("GIT_AUTHOR_EMAIL", "ann@test"), std::pair("LC_ALL", "C"),
        std::pair("GIT_COMMITTER_NAME", "ann"), std::pair("GIT_COMMITTER_EMAIL", "ann@test")}) {
    spec.environment.emplace_back(name, value);
  }
  spec.environment.emplace_back("HOME", folder_.path());
  Ran ran;
  const auto end = runner_.Run(
      spec, [&](OutputStream, std::string_view line) { ran.output.append(line).append("\n"); }, stop);
  ran.exit_code = end.ok() ? end->exit_code : -1;
  return ran;
}

std::string GitSite::WorkTree(const std::string& name, const std::string& content) {
  const auto path = folder_.path() + "/" + name;
  std::filesystem::create_directories(path);
  std::ofstream(path + "/file") << content;
  Git(path, {"init", "-q", "-b", "main"});
  Git(path, {"add", "-A"});
  Git(path, {"commit", "-q", "-m", "one"});
  return path;
}

}  // namespace edm::master
