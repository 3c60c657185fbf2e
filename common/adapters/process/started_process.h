#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "common/adapters/process/child.h"

namespace edm {

// A child whose standard input and output the caller drives. A thread of its own keeps the deadline, takes
// standard error, and reaps.
class StartedProcess final : public Process {
 public:
  StartedProcess(std::unique_ptr<Child> child, const ProcessSpec& spec);
  ~StartedProcess() override;

  Result<std::size_t> Read(std::span<char> into) override;
  Status Write(std::string_view bytes) override;
  void CloseInput() override;
  Result<ProcessEnd> Wait() override;
  void Kill() override;
  std::string ErrorTail() const override;

 private:
  static constexpr std::size_t kErrorTailBytes = 4096;
  void Keep(std::string_view error_bytes);

  const std::unique_ptr<Child> child_;
  const std::string name_;
  UniqueFd ended_event_;  // readable once the program has ended
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::optional<ProcessEnd> end_;  // guarded by mutex_
  std::string error_tail_;         // guarded by mutex_
  std::thread watcher_;
};

}  // namespace edm
