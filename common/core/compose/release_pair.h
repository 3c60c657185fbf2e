#pragma once

#include <map>
#include <set>
#include <string>

namespace edm::compose {

// What there is of a service beside the one of that name in the release to come.
struct RunningService {
  bool runs = false;
  bool unhealthy = false;
  bool ended_well = false;     // a one-shot that is done
  bool same_image = false;     // made of the same as the one to come
  std::uint32_t made_for = 0;  // the release that its container was made for
};

// A release that is to take the place of another one that runs.
struct ReleasePair {
  std::string wanted;   // the final document of the release to come
  std::string running;  // that of the release that runs
  // Of each release; what lies below is its own.
  std::string wanted_folder;
  std::string running_folder;
  std::map<std::string, RunningService> beside;  // by service
  std::set<std::string> same_files;              // paths below both folders that hold the same
};

}  // namespace edm::compose
