#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"

namespace edm::fetch {

struct Layer {
  std::string mirror;  // path of the bare mirror
  std::string url;
  std::string user;
  std::string password;
  std::string commit;
};

// What edm-fetch is asked on its standard input, so that no credential is ever seen in a process list.
struct FetchRequest {
  std::vector<Layer> layers;  // later ones lie over earlier ones
  std::string directory;      // replaced as a whole, once everything is there
  std::string ca_file;        // for https; "": the system's
  bool only_small = false;    // nothing is fetched that is more than a moment's work
};

Result<FetchRequest> ParseRequest(const std::string& text);

// The answer to a failure: one line of JSON on standard output.
std::string ToLine(const Error& error);

}  // namespace edm::fetch
