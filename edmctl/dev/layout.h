#pragma once

#include <string>
#include <vector>

#include "edmctl/client/paths.h"
#include "edmctl/dev/record.h"

namespace edm::ctl {

inline constexpr const char* kDevContext = "dev";
inline constexpr const char* kDevWorker = "worker-1";

// Where things are, and how the two programs are started.
struct DevLayout {
  std::string master_data;
  std::string worker_data;
  std::string state;  // folder of the record and the logs
  std::string record;
  std::string admin_token;

  static DevLayout From(const Paths& paths);
  std::string LogOf(const std::string& program) const { return state + "/" + program + ".log"; }
};

std::string MasterAddress(const DevPorts& ports);  // its gRPC
std::string HttpUrl(const DevPorts& ports);

// Flags behind the program's path.
std::vector<std::string> MasterFlags(const DevLayout& layout, const DevPorts& ports);
std::vector<std::string> WorkerFlags(const DevLayout& layout, const DevRecord& record);

}  // namespace edm::ctl
