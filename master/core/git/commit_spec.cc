#include "master/core/git/commit_spec.h"

namespace edm::master {
namespace {

constexpr std::size_t kSpecBytesMax = 64U << 10;  // of an edm.yaml: a worker takes no larger one

}  // namespace

Result<AppSpec> SpecOf(GitServer& git, const RepoName& repo, const std::string& commit) {
  EDM_TRY(const auto text, git.ReadFile(repo, commit, std::string(kAppSpecFile), kSpecBytesMax));
  if (!text) return AppSpec{};
  auto spec = ReadAppSpec(*text);
  return spec.ok() ? std::move(spec) : AppSpec{};
}

}  // namespace edm::master
