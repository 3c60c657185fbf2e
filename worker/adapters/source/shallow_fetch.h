#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "common/ports/process_runner.h"
#include "worker/ports/source_store.h"

namespace edm::worker {

struct ShallowFetch {
  SourceLayer layer;
  std::filesystem::path mirror;  // bare; made when it is not there
  std::string ca_file;           // for https; "": the system's
  Millis deadline{300'000};
};

// Brings a commit without its history into a mirror, by the program git: of a repo that changes a thousand
// times only what it is now has to find room here. False: it is not there, and must be fetched another way,
// which says why: the server may not give single commits, or not be there at all. Blocking.
bool FetchShallow(ProcessRunner& processes, const ShallowFetch& wanted, std::stop_token stop);

}  // namespace edm::worker
