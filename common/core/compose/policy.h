#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/core/yaml/node.h"
#include "common/ports/file_tree.h"

namespace edm::compose {

enum class Severity : std::uint8_t { kRefusal, kWarning };

struct Finding {
  Severity severity = Severity::kRefusal;
  std::string path;  // "services.web.ports[0]"
  Error error;       // object "compose.yaml:12:5 services.web.privileged", cause, and what to write instead
  bool operator==(const Finding&) const = default;
};

// What an owner or instance may do beyond the default, which grants nothing.
struct Grants {
  struct BindPrefix {
    std::string path;  // absolute, on the worker
    bool writable = false;
  };
  std::vector<BindPrefix> binds;
  std::set<std::string> devices;       // paths on the worker: "/dev/dri"
  std::set<std::string> capabilities;  // without "CAP_": "NET_ADMIN"
  std::set<std::string> networks;      // external ones
  std::set<std::string> volumes;       // external ones
  std::set<std::string> runtimes;
  bool gpus = false;
  bool low_ports = false;
};

// A compose document, before or after compose resolved it.
struct Document {
  enum class Form : std::uint8_t { kRaw, kEffective };

  Form form = Form::kRaw;
  std::string file;  // "compose.yaml": relative paths start at its folder
  yaml::Node root;
  // Raw: relative paths start at `directory` ("." is the root of the tree).
  std::string directory = ".";
  // Effective: where the keys are written, so that a finding can name the line; not owned, may be null.
  const Document* written = nullptr;
};

// Decides; never acts. Everything that is refused or warned about, in the document's order; `tree` answers
// what the paths in it are. The same rules hold for both forms. What is not known to be harmless is refused.
// `used`, when given, gets a line for each grant that made the difference.
std::vector<Finding> Judge(const Document& document, const FileTree& tree, const Grants& grants,
                           std::set<std::string>* used = nullptr);

bool HasRefusal(const std::vector<Finding>& findings);

// The refusals as one error: the first as the headline, the others as evidence.
Error AsError(const std::vector<Finding>& findings);

}  // namespace edm::compose
