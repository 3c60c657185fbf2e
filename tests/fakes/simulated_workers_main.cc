// Workers that carry out each order at once, with loads as they are told.
//
// usage: simulated_workers CLUSTER-ADDRESS    on standard input a join token a line, an empty line, and then
// as often as wanted: WORKER CPU MEMORY-AVAILABLE-MIB DISK-FREE-MIB. Each is answered with "ok" once the
// master knows it. They leave at the end of the input.

#include <cstdio>
#include <iostream>
#include <sstream>

#include "tests/fakes/simulated_workers.h"

namespace {

using namespace edm;

std::vector<std::string> ReadTokens() {
  std::vector<std::string> tokens;
  for (std::string line; std::getline(std::cin, line) && !line.empty();) tokens.push_back(line);
  return tokens;
}

Status Obey(SimulatedWorkers& workers, const std::string& line) {
  std::istringstream words(line);
  std::size_t worker = 0;
  double cpu = 0;
  std::uint32_t memory = 0, disk = 0;
  if (!(words >> worker >> cpu >> memory >> disk))
    return Error{
        Code::kInvalidArgument, "line", "it is no load: " + line, {}, "see the head of this program"};
  auto load = SimulatedWorkers::IdleLoad();
  load.set_cpu(cpu);
  load.set_cpu_lasting(cpu);
  load.set_memory_available_mib(memory);
  load.set_disk_free_mib(disk);
  return workers.SetLoad(worker, load);
}

Status Run(const std::string& cluster) {
  EDM_TRY(const auto workers, SimulatedWorkers::Start(cluster, ReadTokens(), [](const std::string&) {}));
  std::puts("ok");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    EDM_CHECK(Obey(*workers, line));
    std::puts("ok");
    std::fflush(stdout);
  }
  return Ok();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: simulated_workers CLUSTER-ADDRESS (tokens and loads on standard input)\n");
    return 2;
  }
  if (const auto status = Run(argv[1]); !status.ok()) {
    std::fprintf(stderr, "%s\n", ToString(status.error()).c_str());
    return 1;
  }
  return 0;
}
