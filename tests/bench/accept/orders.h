#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "edm/v1/master_service.grpc.pb.h"

namespace edm::bench {

// Stops and starts instances in turn, `callers` at once: each caller gives the next order when the last one
// was answered and has reached its worker.
class Orders {
 public:
  struct Figures {
    std::uint64_t orders = 0;  // answered and with their worker
    std::uint64_t refused = 0;
    std::string first_refusal;
    double seconds = 0;
    std::vector<double> accept_ms;  // to the answer, sorted
    std::vector<double> ack_ms;     // to the worker, sorted
  };

  // `instances` must be running.
  Orders(const std::string& address, std::string token, const std::vector<std::string>& instances,
         int callers);

  // From the simulated workers, on any thread.
  void OnOrder(const std::string& instance);

  Figures Run(std::chrono::seconds length);

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Target {
    std::string id;
    bool runs = true;
    SteadyTime sent;
    std::atomic<int> awaited{0};  // the answer and the order
    double accept_ms = 0;
    double ack_ms = 0;
    std::size_t caller = 0;
  };
  struct Caller {
    std::vector<Target*> targets;
    std::size_t next = 0;
    std::unique_ptr<v1::Master::Stub> stub;
    Figures figures;
  };
  struct Call;

  void Next(Caller& caller);
  void Answered(Call& call, const grpc::Status& status);
  void Seen(Target& target);
  void CallerEnds();

  const std::string token_;
  std::vector<std::unique_ptr<Target>> targets_;
  std::unordered_map<std::string, Target*> by_id_;
  std::vector<std::unique_ptr<Caller>> callers_;
  SteadyTime end_;
  std::mutex mutex_;
  std::condition_variable over_;
  std::size_t running_ = 0;  // guarded by mutex_
};

}  // namespace edm::bench
