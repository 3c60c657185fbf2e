// edm-fetch: brings commits into bare mirrors and lays them into one folder. A process of its own, so that a
// server that hangs can be left by killing it, and so that edm-worker does without libgit2.
#include <fcntl.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "worker/fetch/export_tree.h"
#include "worker/fetch/fetch_request.h"
#include "worker/fetch/mirror.h"

namespace edm::fetch {
namespace {

namespace fs = std::filesystem;

Status Lay(const FetchRequest& request, const fs::path& staging) {
  for (const auto& layer : request.layers) {
    EDM_TRY(const auto mirror, OpenMirror(layer, request.only_small));
    EDM_CHECK(TreeExport(staging).Write(mirror.get(), layer.commit));
  }
  return CheckLinks(staging);
}

Status Run(const FetchRequest& request) {
  // The system's own configuration must not change what is fetched from where.
  git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_SYSTEM, "");
  git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, "");
  git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, "");
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  if (!request.ca_file.empty()) {
    git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, request.ca_file.c_str(), nullptr);
  }
  const fs::path directory(request.directory);
  const fs::path staging(request.directory + ".part");
  std::error_code failed;
  fs::remove_all(staging, failed);
  fs::create_directories(directory.parent_path(), failed);
  fs::create_directory(staging, failed);
  auto status = failed ? Status(Error{Code::kInternal,
                                      staging.string(),
                                      failed.message(),
                                      {},
                                      "make the worker's data folder writable"})
                       : Lay(request, staging);
  if (status.ok()) {
    fs::remove_all(directory, failed);
    fs::rename(staging, directory, failed);
    if (failed) status = Error{Code::kInternal, directory.string(), failed.message(), {}, "look at the disk"};
  }
  if (!status.ok()) fs::remove_all(staging, failed);
  return status;
}

}  // namespace
}  // namespace edm::fetch

int main() {
  std::signal(SIGPIPE, SIG_IGN);  // a server that goes away in the middle is an error to report, not our end
  const std::string input(std::istreambuf_iterator<char>(std::cin), {});
  git_libgit2_init();
  const auto request = edm::fetch::ParseRequest(input);
  const auto status = request.ok() ? edm::fetch::Run(*request) : edm::Status(request.error());
  git_libgit2_shutdown();
  if (status.ok()) return 0;
  std::cout << edm::fetch::ToLine(status.error()) << std::endl;
  return 1;
}
