#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "master/ports/worker_channel.h"
#include "tests/simulation/stream.h"

namespace edm::simulation {

struct World;

// A master process' way to the workers, with the rules of the real channel: an attempt is followed over
// broken streams from the last cursor that was seen, a cancel is told again until it is answered.
class Channel final : public master::WorkerChannel {
 public:
  Channel(World& world, Node master, LifePointer life)
      : world_(world), master_(master), life_(std::move(life)) {}

  void Listen(OnEvent on_event, OnRefused on_refused) override;
  void Assign(const master::WorkerAddress& worker, Order order, std::uint32_t after_cursor) override;
  void Cancel(const master::WorkerAddress& worker, const std::string& instance, std::uint32_t attempt,
              std::uint32_t epoch, const std::string& reason) override;
  void Unfollow(const std::string& instance, std::uint32_t attempt) override;
  // Follows nothing any more.
  void LetGo();

  // Nobody asks for these here.
  std::unique_ptr<master::WorkerStream> StreamLogs(const master::WorkerAddress&, const master::LogQuery&,
                                                   std::function<void(std::vector<master::LogRecord>)>,
                                                   std::function<void(Status)>) override {
    return nullptr;
  }
  std::unique_ptr<master::WorkerStream> Exec(const master::WorkerAddress&, const master::ExecCommand&,
                                             std::function<void(master::ExecOutput)>,
                                             std::function<void(Status)>) override {
    return nullptr;
  }
  void GetFootprint(const master::WorkerAddress&, const std::string&,
                    std::function<void(Result<master::Footprint>)>) override {}
  void GetUsage(const master::WorkerAddress&, const std::string&,
                std::function<void(Result<std::vector<InstanceUsage>>)>) override {}
  void GetDisk(const master::WorkerAddress&, std::function<void(Result<MachineDisk>)>) override {}

 private:
  struct Follower;
  using Key = std::pair<std::string, std::uint32_t>;

  void Launch(const std::shared_ptr<Follower>& follower);
  void OnStreamDone(const std::shared_ptr<Follower>& follower, const Status& status);
  void Over(const std::shared_ptr<Follower>& follower);

  World& world_;
  const Node master_;
  const LifePointer life_;
  OnEvent on_event_;
  OnRefused on_refused_;
  std::map<Key, std::shared_ptr<Follower>> followers_;
  bool has_let_go_ = false;
};

}  // namespace edm::simulation
