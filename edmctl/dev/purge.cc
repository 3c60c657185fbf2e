#include "edmctl/dev/purge.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "common/base/text.h"
#include "edmctl/client/contexts.h"
#include "edmctl/client/folders.h"

namespace edm::ctl {
namespace {

namespace fs = std::filesystem;

// What a worker holds has a folder there from its first checkout to its deletion.
std::vector<std::string> Held(const DevLayout& layout) {
  std::vector<std::string> ids;
  std::error_code failure;
  for (fs::directory_iterator at(layout.worker_data + "/instances", failure), end; !failure && at != end;
       at.increment(failure)) {
    ids.push_back(at->path().filename());
  }
  std::ranges::sort(ids);
  return ids;
}

// The file, and its folder when nothing else is in it.
void RemoveFile(const fs::path& file) {
  std::error_code failure;
  fs::remove(file, failure);
  fs::remove(file.parent_path(), failure);
}

Status ForgetContext(const Paths& paths) {
  EDM_TRY(auto contexts, LoadContexts(paths.contexts));
  std::erase_if(contexts.all, [](const auto& context) { return context.name == kDevContext; });
  if (contexts.current == kDevContext) contexts.current = contexts.all.empty() ? "" : contexts.all[0].name;
  if (!contexts.all.empty()) return SaveContexts(paths.contexts, contexts, paths.owner);
  RemoveFile(paths.contexts);
  return Ok();
}

Status ForgetFolders(const Paths& paths) {
  EDM_TRY(auto folders, Folders::Load(paths.folders));
  folders.ForgetAll(kDevContext);
  if (!folders.empty()) return folders.Save(paths.folders, paths.owner);
  RemoveFile(paths.folders);
  return Ok();
}

}  // namespace

Status CheckNothingIsHeld(const DevLayout& layout) {
  const auto held = Held(layout);
  if (held.empty()) return Ok();
  return Error{Code::kFailedPrecondition,
               std::string(kDevWorker),
               "holds " + Join(held, ", ") + ", which nobody could delete once its data is gone",
               {},
               "edmctl delete " + held[0] + (held.size() > 1 ? ", and the others" : "") +
                   "; when it is down: edmctl dev up first"};
}

Status Purge(const DevLayout& layout, const Paths& paths) {
  std::error_code failure;
  for (const auto& folder : {layout.worker_data, layout.master_data, layout.state}) {
    fs::remove_all(folder, failure);
    if (failure) {
      return Error{Code::kPermissionDenied, folder, failure.message(), {}, "remove it as its owner"};
    }
  }
  fs::remove(paths.dev_data, failure);  // only when nothing else is in it
  RemoveFile(paths.dev_token);
  EDM_CHECK(ForgetContext(paths));
  return ForgetFolders(paths);
}

}  // namespace edm::ctl
