#include "worker/adapters/runner/final_document.h"

#include <filesystem>

#include "common/core/compose/kept_services.h"
#include "worker/core/kept.h"

namespace edm::worker {

std::string FolderOf(const ReleaseFiles& files, const std::string& instance, std::uint32_t release) {
  return std::filesystem::path(files.CheckoutDirectory(instance, release)).parent_path();
}

Result<std::string> FinalDocument(ReleaseFiles& files, const Holding& holding, std::uint32_t release,
                                  const std::vector<ContainerFacts>& containers) {
  EDM_TRY(auto document, files.ReadFinal(holding.instance, release));
  const auto found = holding.releases.find(release);
  if (found == holding.releases.end()) return document;
  const auto kept = StillKept(found->second, containers);
  if (kept.empty()) return document;
  return compose::WithKept(document, release, kept,
                           [&](std::uint32_t number) { return FolderOf(files, holding.instance, number); });
}

}  // namespace edm::worker
