#include "worker/fetch/mirror.h"

#include <filesystem>

namespace edm::fetch {
namespace {

// Whether the mirror has the commit already.
bool Has(git_repository* repository, const std::string& commit) {
  git_oid id;
  git_commit* found = nullptr;
  if (git_oid_fromstr(&id, commit.c_str()) != 0) return false;
  if (git_commit_lookup(&found, repository, &id) != 0) return false;
  git_commit_free(found);
  return true;
}

struct Login {
  const Layer& layer;
  int asked = 0;
  bool refused = false;
};

// libgit2 asks again and again after a wrong password: the second question is its answer.
int GiveCredential(git_credential** out, const char*, const char*, unsigned int, void* payload) {
  auto& login = *static_cast<Login*>(payload);
  if (++login.asked > 1 || login.layer.user.empty()) {
    login.refused = true;
    return GIT_EUSER;
  }
  return git_credential_userpass_plaintext_new(out, login.layer.user.c_str(), login.layer.password.c_str());
}

Repository Open(const std::string& path) {
  git_repository* repository = nullptr;
  if (git_repository_open_bare(&repository, path.c_str()) == 0) return Repository(repository);
  // What a kill left half-made is made again: a mirror holds nothing that cannot be fetched.
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
  std::filesystem::create_directories(path, ignored);
  if (git_repository_init(&repository, path.c_str(), /*is_bare=*/1) != 0) return nullptr;
  return Repository(repository);
}

Error FetchFailed(const Layer& layer, const Login& login) {
  const auto object = "git repo " + layer.url;
  if (login.refused) {
    return {Code::kUnauthenticated,
            object,
            "the git server did not take the credential",
            {},
            "deploy again: each order carries a new one"};
  }
  return {
      Code::kUnavailable, object, GitWords(), {}, "see whether the git server runs and is reached from here"};
}

Status Fetch(git_repository* repository, const Layer& layer) {
  git_remote* made = nullptr;
  if (git_remote_create_anonymous(&made, repository, layer.url.c_str()) != 0) {
    return Error{Code::kInvalidArgument, "git repo " + layer.url, GitWords(), {}, "check the URL"};
  }
  const Remote remote(made);
  Login login{layer};
  git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
  options.callbacks.credentials = GiveCredential;
  options.callbacks.payload = &login;
  options.prune = GIT_FETCH_PRUNE;
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;  // the refspec has them
  char all[] = "+refs/*:refs/*";
  char* names[] = {all};
  const git_strarray refspecs{names, 1};
  if (git_remote_fetch(remote.get(), &refspecs, &options, nullptr) != 0) return FetchFailed(layer, login);
  return Ok();
}

}  // namespace

Result<Repository> OpenMirror(const Layer& layer) {
  auto repository = Open(layer.mirror);
  if (!repository) {
    return Error{Code::kInternal, layer.mirror, GitWords(), {}, "look at the disk and at the folder's owner"};
  }
  if (!Has(repository.get(), layer.commit)) EDM_CHECK(Fetch(repository.get(), layer));
  if (!Has(repository.get(), layer.commit)) {
    return Error{Code::kNotFound,
                 "commit " + layer.commit,
                 "it is not in " + layer.url,
                 {},
                 "deploy again, with a commit that was pushed"};
  }
  return repository;
}

}  // namespace edm::fetch
