#include "worker/adapters/docker/in_parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace edm::worker {

Status InParallel(std::size_t count, const std::function<Status(std::size_t)>& work) {
  std::vector<Status> ends(count, Ok());
  std::atomic<std::size_t> next = 0;
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) ends[i] = work(i);
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < std::min(count, kEngineCallsMax); ++i) threads.emplace_back(run);
    run();
  }
  for (auto& end : ends) EDM_CHECK(std::move(end));
  return Ok();
}

}  // namespace edm::worker
