#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "worker/core/records.h"
#include "worker/ports/container_runtime.h"
#include "worker/ports/release_files.h"

namespace edm::worker {

// The folder that a release has of its own.
std::string FolderOf(const ReleaseFiles& files, const std::string& instance, std::uint32_t release);

// The final compose file of a release of `holding`, with what it keeps of `containers` as they were made.
// Errors: those of release files, and kInternal for a document that is none.
Result<std::string> FinalDocument(ReleaseFiles& files, const Holding& holding, std::uint32_t release,
                                  const std::vector<ContainerFacts>& containers);

}  // namespace edm::worker
