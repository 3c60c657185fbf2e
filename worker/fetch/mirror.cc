#include "worker/fetch/mirror.h"

#include <chrono>
#include <filesystem>

namespace edm::fetch {
namespace {

using Clock = std::chrono::steady_clock;

// What is a moment's work.
constexpr unsigned kSmallObjectsMax = 2'000;
constexpr std::size_t kSmallBytesMax = 1024 * 1024;
constexpr std::chrono::milliseconds kSmallMost{1'000};

// Whether the mirror has the commit already.
bool Has(git_repository* repository, const std::string& commit) {
  git_oid id;
  git_commit* found = nullptr;
  if (git_oid_fromstr(&id, commit.c_str()) != 0) return false;
  if (git_commit_lookup(&found, repository, &id) != 0) return false;
  git_commit_free(found);
  return true;
}

struct Transfer {
  const Layer& layer;
  const bool only_small;
  const Clock::time_point begun = Clock::now();
  int asked = 0;
  bool refused = false;

  // What a callback answers to go on, or to end it.
  int GoOn(unsigned objects, std::size_t bytes) const {
    const bool is_small =
        objects <= kSmallObjectsMax && bytes <= kSmallBytesMax && Clock::now() - begun <= kSmallMost;
    return only_small && !is_small ? GIT_EUSER : 0;
  }
};

// libgit2 asks again and again after a wrong password: the second question is its answer.
int GiveCredential(git_credential** out, const char*, const char*, unsigned int, void* payload) {
  auto& transfer = *static_cast<Transfer*>(payload);
  const auto& layer = transfer.layer;
  if (++transfer.asked > 1 || layer.user.empty()) {
    transfer.refused = true;
    return GIT_EUSER;
  }
  return git_credential_userpass_plaintext_new(out, layer.user.c_str(), layer.password.c_str());
}

int OnObjects(const git_indexer_progress* seen, void* payload) {
  return static_cast<const Transfer*>(payload)->GoOn(seen->total_objects, seen->received_bytes);
}

// The server counts what it is about to send.
int OnTalk(const char*, int, void* payload) { return static_cast<const Transfer*>(payload)->GoOn(0, 0); }

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

Error FetchFailed(const Transfer& transfer) {
  const auto object = "git repo " + transfer.layer.url;
  if (transfer.refused) {
    return {Code::kUnauthenticated,
            object,
            "the git server did not take the credential",
            {},
            "deploy again: each order carries a new one"};
  }
  return {
      Code::kUnavailable, object, GitWords(), {}, "see whether the git server runs and is reached from here"};
}

Status Fetch(git_repository* repository, const Layer& layer, bool only_small) {
  git_remote* made = nullptr;
  if (git_remote_create_anonymous(&made, repository, layer.url.c_str()) != 0) {
    return Error{Code::kInvalidArgument, "git repo " + layer.url, GitWords(), {}, "check the URL"};
  }
  const Remote remote(made);
  Transfer transfer{layer, only_small};
  git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
  options.callbacks.credentials = GiveCredential;
  options.callbacks.transfer_progress = OnObjects;
  options.callbacks.sideband_progress = OnTalk;
  options.callbacks.payload = &transfer;
  options.prune = GIT_FETCH_PRUNE;
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;  // the refspec has them
  char all[] = "+refs/*:refs/*";
  char* names[] = {all};
  const git_strarray refspecs{names, 1};
  if (git_remote_fetch(remote.get(), &refspecs, &options, nullptr) != 0) return FetchFailed(transfer);
  return Ok();
}

}  // namespace

Result<Repository> OpenMirror(const Layer& layer, bool only_small) {
  auto repository = Open(layer.mirror);
  if (!repository) {
    return Error{Code::kInternal, layer.mirror, GitWords(), {}, "look at the disk and at the folder's owner"};
  }
  if (!Has(repository.get(), layer.commit)) EDM_CHECK(Fetch(repository.get(), layer, only_small));
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
