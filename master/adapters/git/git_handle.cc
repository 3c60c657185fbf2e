#include "master/adapters/git/git_handle.h"

#include <array>
#include <cstring>

#include "common/base/text.h"
#include "master/ports/full_disk.h"

namespace edm::master {
namespace {

Code CodeOf(int code) {
  switch (code) {
    case GIT_ENOTFOUND:
      return Code::kNotFound;
    case GIT_EEXISTS:
      return Code::kAlreadyExists;
    case GIT_EMODIFIED:
      return Code::kAborted;
    case GIT_ELOCKED:
      return Code::kUnavailable;
    case GIT_EAUTH:
      return Code::kPermissionDenied;
    case GIT_EAMBIGUOUS:
    case GIT_EINVALIDSPEC:
      return Code::kInvalidArgument;
    default:
      return Code::kInternal;
  }
}

}  // namespace

void StartGitLibrary() {
  static const int once = [] {
    git_libgit2_init();
    for (const auto level : {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
                             GIT_CONFIG_LEVEL_GLOBAL}) {
      git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
    }
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);  // every path comes from us
    git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
    git_libgit2_opts(GIT_OPT_SET_USER_AGENT, "edm");
    return 0;
  }();
  static_cast<void>(once);
}

Error GitFailure(std::string_view object, int code) {
  const auto* last = git_error_last();
  const std::string said = last != nullptr && last->message != nullptr ? ToUtf8(last->message) : "git failed";
  if (said.find(std::strerror(ENOSPC)) != std::string::npos) {
    return FullDisk(object);
  }
  Error error{CodeOf(code), std::string(object), said, {}, "look at the repo on the master"};
  if (error.code == Code::kUnavailable) error.hint = "try again in a moment";
  return error;
}

std::string ToText(const git_oid& id) {
  std::array<char, GIT_OID_HEXSZ> text{};
  git_oid_fmt(text.data(), &id);
  return {text.data(), text.size()};
}

}  // namespace edm::master
