// edm-git-transfer: one fetch or push by libgit2, told on standard input (transfer_wire.h). A program of its
// own because libgit2 1.5 has no timeouts: whoever started it kills it when its time is over.
#include <fmt/format.h>
#include <git2.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <optional>

#include "common/base/text.h"
#include "common/model/names.h"
#include "master/adapters/git/git_handle.h"
#include "master/core/git/transfer_wire.h"

namespace edm::master {
namespace {

// What libgit2's callbacks need and find out.
struct Progress {
  const TransferRequest& request;
  int credentials_asked = 0;
  bool too_large = false;
  std::string rejected;  // why the other side refused a ref
};

int OnCredential(git_credential** out, const char*, const char*, unsigned allowed, void* payload) {
  auto* progress = static_cast<Progress*>(payload);
  // Asked again means that these were wrong; libgit2 would go on asking.
  if (progress->credentials_asked++ > 0 || progress->request.user.empty()) return GIT_EUSER;
  if ((allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) == 0) return GIT_EUSER;
  return git_credential_userpass_plaintext_new(out, progress->request.user.c_str(),
                                               progress->request.password.c_str());
}

int OnProgress(const git_indexer_progress* stats, void* payload) {
  auto* progress = static_cast<Progress*>(payload);
  const auto limit = progress->request.bytes_max;
  progress->too_large = limit > 0 && stats->received_bytes > limit;
  return progress->too_large ? GIT_EUSER : 0;
}

int OnPushed(const char* ref, const char* status, void* payload) {
  if (status == nullptr) return 0;
  static_cast<Progress*>(payload)->rejected = fmt::format("{}: {}", Shown(ref), Shown(status));
  return GIT_EUSER;
}

Error Explained(const Progress& progress, int code) {
  const auto object = "git URL " + Shown(progress.request.url);
  if (progress.too_large) {
    return Error{Code::kResourceExhausted,
                 object,
                 fmt::format("sends more than {}", FormatBytes(progress.request.bytes_max)),
                 {},
                 "push a repo without its large files, or raise fetch.bytes_max"};
  }
  if (!progress.rejected.empty()) {
    return Error{Code::kAborted, object, "refused " + progress.rejected, {}, "fetch, and try again"};
  }
  if (progress.credentials_asked > 0) {
    return Error{Code::kPermissionDenied,
                 object,
                 "wants credentials, or does not know this repo",
                 {},
                 "check the URL; push a private repo to edm instead"};
  }
  auto error = GitFailure(object, code);
  // libgit2 has no code of its own for what a server answers.
  if (error.cause.ends_with("http status code: 404")) {
    return Error{Code::kNotFound,
                 object,
                 "there is no git repo",
                 {error.cause},
                 "check the URL: git ls-remote must know it"};
  }
  if (error.code == Code::kInternal) error.code = Code::kUnavailable;
  error.hint = "check the URL and that the master reaches its host";
  return error;
}

git_remote_callbacks Callbacks(Progress& progress) {
  git_remote_callbacks callbacks = GIT_REMOTE_CALLBACKS_INIT;
  callbacks.credentials = &OnCredential;
  callbacks.transfer_progress = &OnProgress;
  callbacks.push_update_reference = &OnPushed;
  callbacks.payload = &progress;
  return callbacks;
}

// What `ref` is called on the other side; none: a commit, which any branch may hold.
Result<std::optional<std::string>> NameThere(git_remote* remote, const TransferRequest& request) {
  const git_remote_head** heads = nullptr;
  std::size_t count = 0;
  if (const auto code = git_remote_ls(&heads, &count, remote); code != 0) return GitFailure("git URL", code);
  const auto wanted = request.ref.empty() ? std::string("HEAD") : request.ref;
  for (const auto& name : {wanted, "refs/heads/" + wanted, "refs/tags/" + wanted}) {
    for (std::size_t i = 0; i < count; ++i) {
      if (name == heads[i]->name) return std::optional(name);
    }
  }
  constexpr std::size_t kAbbreviatedMin = 7;
  if (wanted.size() >= kAbbreviatedMin && wanted.find_first_not_of("0123456789abcdef") == std::string::npos) {
    return std::optional<std::string>();
  }
  return Error{Code::kNotFound,
               fmt::format("ref '{}' of {}", Shown(wanted), Shown(request.url)),
               count == 0 ? "the repo is empty" : "there is no such branch or tag",
               {},
               "look at the branches with git ls-remote"};
}

Status Fetch(git_remote* remote, Progress& progress, std::vector<std::string> refspecs) {
  std::vector<char*> texts;
  for (auto& refspec : refspecs) texts.push_back(refspec.data());
  const git_strarray wanted{texts.data(), texts.size()};
  git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
  options.callbacks = Callbacks(progress);
  options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
  options.update_fetchhead = 0;
  options.prune =
      progress.request.action == TransferRequest::Action::kFetchAll ? GIT_FETCH_PRUNE : GIT_FETCH_NO_PRUNE;
  if (const auto code = git_remote_fetch(remote, &wanted, &options, "edm"); code != 0) {
    return Explained(progress, code);
  }
  return Ok();
}

// The ref `into` names the commit that was asked for; helper refs beside it are gone again.
Status KeepOnly(git_repository* repo, const TransferRequest& request, const std::string& holding,
                bool by_commit) {
  git_object* found = nullptr;
  const auto code = by_commit ? git_revparse_single(&found, repo, (request.ref + "^{commit}").c_str())
                              : git_revparse_single(&found, repo, (holding + "^{commit}").c_str());
  const GitObject commit(found);
  git_reference_iterator* iterator = nullptr;
  std::vector<std::string> names;
  if (git_reference_iterator_glob_new(&iterator, repo, (holding + "*").c_str()) == 0) {
    const char* name = nullptr;
    while (git_reference_next_name(&name, iterator) == 0) names.emplace_back(name);
    git_reference_iterator_free(iterator);
  }
  for (const auto& name : names) git_reference_remove(repo, name.c_str());
  if (code != 0) {
    return Error{Code::kNotFound,
                 fmt::format("commit {} of {}", Shown(request.ref), Shown(request.url)),
                 "no branch there holds it",
                 {},
                 "give a branch or a tag"};
  }
  git_reference* made = nullptr;
  const auto kept =
      git_reference_create(&made, repo, request.into.c_str(), git_object_id(commit.get()), 1, "edm");
  const GitReference held(made);
  if (kept != 0) return GitFailure("repo", kept);
  return Ok();
}

Status FetchRef(git_repository* repo, git_remote* remote, Progress& progress) {
  const auto callbacks = Callbacks(progress);
  git_remote_connect_options options = GIT_REMOTE_CONNECT_OPTIONS_INIT;
  options.callbacks = callbacks;
  options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
  if (const auto code = git_remote_connect_ext(remote, GIT_DIRECTION_FETCH, &options); code != 0) {
    return Explained(progress, code);
  }
  EDM_TRY(const auto name, NameThere(remote, progress.request));
  progress.credentials_asked = 0;
  const auto holding = progress.request.into + "-of";
  const auto refspec =
      name ? fmt::format("+{}:{}", *name, holding) : fmt::format("+refs/heads/*:{}/*", holding);
  EDM_CHECK(Fetch(remote, progress, {refspec}));
  return KeepOnly(repo, progress.request, holding, !name);
}

Status Push(git_remote* remote, Progress& progress) {
  auto refspecs = progress.request.refspecs;
  std::vector<char*> texts;
  for (auto& refspec : refspecs) texts.push_back(refspec.data());
  const git_strarray wanted{texts.data(), texts.size()};
  git_push_options options = GIT_PUSH_OPTIONS_INIT;
  options.callbacks = Callbacks(progress);
  options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
  options.pb_parallelism = 1;
  if (const auto code = git_remote_push(remote, &wanted, &options); code != 0)
    return Explained(progress, code);
  return Ok();
}

Status Transfer(const TransferRequest& request) {
  EDM_CHECK(CheckGitUrl(request.url));
  git_repository* opened = nullptr;
  constexpr unsigned kFlags = GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE;
  if (const auto code = git_repository_open_ext(&opened, request.repo.c_str(), kFlags, nullptr); code != 0) {
    return GitFailure("repo", code);
  }
  const GitRepo repo(opened);
  git_remote* made = nullptr;
  if (const auto code = git_remote_create_anonymous(&made, repo.get(), request.url.c_str()); code != 0) {
    return GitFailure("git URL " + Shown(request.url), code);
  }
  const GitRemote remote(made);
  Progress progress{request};
  switch (request.action) {
    case TransferRequest::Action::kFetchRef:
      return FetchRef(repo.get(), remote.get(), progress);
    case TransferRequest::Action::kFetchAll:
      return Fetch(remote.get(), progress, {"+refs/*:refs/*"});
    case TransferRequest::Action::kPush:
      return Push(remote.get(), progress);
  }
  return Ok();
}

}  // namespace
}  // namespace edm::master

int main() {
  using namespace edm;            // NOLINT: a program of one function
  using namespace edm::master;    // NOLINT
  std::signal(SIGPIPE, SIG_IGN);  // a server that goes away in the middle is an error to report, not our end
  StartGitLibrary();
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  const auto request = DecodeTransfer(text);
  const auto outcome = request.ok() ? Transfer(*request) : Status(request.error());
  const auto answer = EncodeOutcome(outcome);
  std::fwrite(answer.data(), 1, answer.size(), stdout);
  return 0;
}
