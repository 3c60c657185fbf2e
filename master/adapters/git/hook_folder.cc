#include "master/adapters/git/hook_folder.h"

#include <unistd.h>

#include <filesystem>

namespace edm::master {

Status MakeHookFolder(const std::string& folder, const std::string& program) {
  namespace fs = std::filesystem;
  if (::access(program.c_str(), X_OK) != 0) {
    return Error{Code::kFailedPrecondition,
                 "program " + program,
                 "is not there or cannot be run",
                 {},
                 "install edm-git-hook beside edm-master, or set git.hook_program"};
  }
  std::error_code failed;
  fs::remove_all(folder, failed);
  if (!failed) fs::create_directories(folder, failed);
  if (!failed) fs::create_symlink(fs::absolute(program), fs::path(folder) / "proc-receive", failed);
  if (failed) {
    return Error{Code::kInternal,
                 "hook folder " + folder,
                 "cannot be made: " + failed.message(),
                 {},
                 "let the master's user write to data_dir"};
  }
  return Ok();
}

}  // namespace edm::master
