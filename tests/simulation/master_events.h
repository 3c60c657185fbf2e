#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "master/ports/event_log.h"

namespace edm::simulation {

// What is told to those who watch operations, on the masters' disk. Keeps only what is needed to see whether
// it is whole: each worker's line once, each step's newest state, one end.
class MasterEvents final : public master::EventLog {
 public:
  Status Append(const std::vector<master::OperationNote>& notes) override;
  bool IsClosed(const std::string& operation) override;
  std::uint32_t WorkerCursor(const std::string& operation, std::uint32_t attempt) override;
  Result<std::vector<Step>> Steps(const std::string& operation) override;
  void Remove(const std::string& operation) override { logs_.erase(operation); }
  void KeepOnly(const std::function<bool(const std::string& operation)>& is_known) override {
    std::erase_if(logs_, [&](const auto& one) { return !is_known(one.first); });
  }
  void WakeAll() override {}
  void Append(const std::vector<master::ClusterNote>&) override {}

  Result<std::vector<master::NumberedNote>> Read(const std::string&, std::uint64_t, std::size_t,
                                                 const master::Wake&) override {
    return std::vector<master::NumberedNote>{};
  }
  void WhenClosed(const std::string&, const master::Wake&) override {}
  Result<std::vector<master::NumberedEvent>> ReadCluster(std::uint64_t, std::size_t,
                                                         const master::Wake&) override {
    return std::vector<master::NumberedEvent>{};
  }
  std::uint64_t NewestCluster() override { return 0; }

  std::set<std::string> operations() const;

 private:
  struct Log {
    bool is_closed = false;
    std::map<std::string, Step> steps;
    std::map<std::uint32_t, std::uint32_t> cursors;  // by attempt: the newest of its worker's events
  };
  std::map<std::string, Log> logs_;
};

}  // namespace edm::simulation
