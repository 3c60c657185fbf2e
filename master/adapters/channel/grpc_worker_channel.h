#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "common/base/backoff.h"
#include "common/rpc/tls.h"
#include "master/ports/worker_channel.h"

namespace edm::master {

class AttemptFollower;
class WorkerStubs;

// Over gRPC with the master's certificate. The destructor lets go of every attempt and waits until gRPC has
// as well.
class GrpcWorkerChannel final : public WorkerChannel {
 public:
  static constexpr int kCancelTriesMax = 6;
  static constexpr Backoff kCancelRetry{Millis(200), Millis(3'000)};
  static constexpr Millis kCallDeadline{5'000};
  static constexpr Millis kDiskDeadline{35'000};  // a worker's engine alone may take 20 s

  // Without an identity in the clear: for tests on loopback.
  GrpcWorkerChannel(std::optional<rpc::Identity> identity, EnrolmentOf enrolment_of);
  ~GrpcWorkerChannel() override;

  // Follows nothing any more, and takes no orders.
  void LetGo();

  void Listen(OnEvent on_event, OnRefused on_refused) override;
  void Assign(const WorkerAddress& worker, Order order, std::uint32_t after_cursor) override;
  void Cancel(const WorkerAddress& worker, const std::string& instance, std::uint32_t attempt,
              std::uint32_t epoch, const std::string& reason) override;
  void Unfollow(const std::string& instance, std::uint32_t attempt) override;
  std::unique_ptr<WorkerStream> StreamLogs(const WorkerAddress& worker, const LogQuery& query,
                                           std::function<void(std::vector<LogRecord>)> on_next,
                                           std::function<void(Status)> on_end) override;
  std::unique_ptr<WorkerStream> Exec(const WorkerAddress& worker, const ExecCommand& command,
                                     std::function<void(ExecOutput)> on_next,
                                     std::function<void(Status)> on_end) override;
  void GetFootprint(const WorkerAddress& worker, const std::string& instance,
                    std::function<void(Result<Footprint>)> answer) override;
  void GetUsage(const WorkerAddress& worker, const std::string& instance,
                std::function<void(Result<std::vector<InstanceUsage>>)> answer) override;
  void GetDisk(const WorkerAddress& worker, std::function<void(Result<MachineDisk>)> answer) override;

 private:
  using Key = std::pair<std::string, std::uint32_t>;
  struct Shared;
  // What callbacks hold: outlives the channel until the last of them has run.
  const std::shared_ptr<Shared> shared_;
};

}  // namespace edm::master
