#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "edmctl/remote/debian_host.h"
#include "edmctl/remote/setup_journal.h"

namespace edm::ctl {

// Of a worker that runs without systemd.
inline constexpr const char* kWorkerPidFile = "/run/edm-worker.pid";

struct SetupWishes {
  std::string id;
  std::string master;          // its cluster port, as the machine reaches it
  std::string public_address;  // "": the machine's own first one
  std::map<std::string, std::string> labels;
  std::vector<std::string> packages;  // .deb files here; one of them is edm-worker's
};

// Told of each step when it is done: "packages", "edm-worker and 41 more".
using SayStep = std::function<void(const std::string& step, const std::string& what)>;

// Makes a worker of a bare Debian machine, step by step; each may be done again after it broke off. In the
// order of the functions: the token is only asked for once the machine is ready to take it.
class WorkerSetup {
 public:
  static constexpr Millis kEngineWithin{30'000};

  WorkerSetup(DebianHost host, SetupWishes wishes, SayStep say)
      : host_(std::move(host)), wishes_(std::move(wishes)), say_(std::move(say)) {}

  Status Check();
  Status Install();
  Status Configure();
  Status Join(const std::string& token);  // over standard input
  Status Start();

 private:
  Status CopyPackages(std::vector<std::string>& there);
  Status AddSources();
  Status UpdateLists();
  Status StartEngine();
  Status AwaitEngine();
  Status SaveJournal();

  DebianHost host_;
  const SetupWishes wishes_;
  const SayStep say_;
  SetupJournal journal_;
  bool systemd_ = false;
};

// What edm-worker reads there: /etc/edm/worker.yaml. Without `networks_max` it has its default.
std::string WorkerConfig(const SetupWishes& wishes, std::optional<std::uint32_t> networks_max = {});

}  // namespace edm::ctl
