#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/disk.h"
#include "common/model/order.h"
#include "common/model/usage.h"

namespace edm::master {

struct WorkerAddress {
  std::string worker;
  std::string rpc_address;  // host:port
};

// The join that a worker's certificate must be of; none when it is no worker of this cluster. Any thread.
using EnrolmentOf = std::function<std::optional<std::string>(const std::string& worker)>;

struct LogQuery {
  std::string instance;
  bool follow = false;
  std::optional<WallTime> since;
  std::optional<std::uint32_t> tail;
  std::vector<std::string> services;
  bool build = false;
};

struct LogRecord {
  std::string service;
  std::string container;
  bool is_stderr = false;
  std::string text;
  WallTime time;
};

struct Footprint {
  struct Volume {
    std::string name;
    std::optional<std::uint32_t> size_kib;  // none: the worker does not know
  };
  std::vector<std::string> containers;
  std::vector<std::string> networks;
  std::vector<Volume> volumes;
  std::vector<std::string> images;
  std::optional<std::uint32_t> images_kib;
  std::uint32_t releases = 0;
};

struct TerminalSize {
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
};

struct ExecCommand {
  std::string instance;
  std::string service;
  std::vector<std::string> argv;
  bool tty = false;
  TerminalSize size;
};

// What comes out of a command: bytes, then its exit code.
struct ExecBytes {
  std::string bytes;
  bool is_stderr = false;
};
struct ExecEnd {
  int exit_code = 0;
};
using ExecOutput = std::variant<ExecBytes, ExecEnd>;
struct EndOfInput {};
using ExecInput = std::variant<std::string, TerminalSize, EndOfInput>;

// Something open towards a worker. Dropping it ends it; callbacks under way may still come.
class WorkerStream {
 public:
  virtual ~WorkerStream() = default;
  // Asks for the next one: `on_next` is not called again before. The first is asked for at the start.
  virtual void Next() = 0;
  // Of Exec only; `taken` is called when the next may follow.
  virtual void Write(ExecInput input, std::function<void(bool)> taken) = 0;
};

// Orders and questions to workers. Nothing blocks; callbacks come on threads of the channel's and must only
// post work elsewhere and return. Any thread.
class WorkerChannel {
 public:
  // `taken` is to be called once the event is dealt with: only kEventsInFlight at once are given of an
  // attempt.
  using OnEvent = std::function<void(const std::string& operation, std::uint32_t attempt, AttemptEvent event,
                                     std::function<void()> taken)>;
  // The worker took the order to be wrong: not worth another try.
  using OnRefused = std::function<void(const std::string& operation, std::uint32_t attempt, Error error)>;

  static constexpr std::size_t kEventsInFlight = 256;

  virtual ~WorkerChannel() = default;

  // Who is told about attempts. Once, before the first Assign.
  virtual void Listen(OnEvent on_event, OnRefused on_refused) = 0;

  // Sends the order, and follows it until its end has come: over broken streams, from the last cursor that
  // was seen, with a backoff. The same attempt again takes over the new address and order, and begins anew.
  virtual void Assign(const WorkerAddress& worker, Order order, std::uint32_t after_cursor) = 0;
  // Tells the worker, again and again until it has answered or kCancelTriesMax is met.
  virtual void Cancel(const WorkerAddress& worker, const std::string& instance, std::uint32_t attempt,
                      std::uint32_t epoch, const std::string& reason) = 0;
  // No more events of this attempt.
  virtual void Unfollow(const std::string& instance, std::uint32_t attempt) = 0;

  // Lines come together where the worker had several to send.
  virtual std::unique_ptr<WorkerStream> StreamLogs(const WorkerAddress& worker, const LogQuery& query,
                                                   std::function<void(std::vector<LogRecord>)> on_next,
                                                   std::function<void(Status)> on_end) = 0;
  virtual std::unique_ptr<WorkerStream> Exec(const WorkerAddress& worker, const ExecCommand& command,
                                             std::function<void(ExecOutput)> on_next,
                                             std::function<void(Status)> on_end) = 0;
  virtual void GetFootprint(const WorkerAddress& worker, const std::string& instance,
                            std::function<void(Result<Footprint>)> answer) = 0;
  // Of one instance, or of all ("") that run there. The worker samples for about a second.
  virtual void GetUsage(const WorkerAddress& worker, const std::string& instance,
                        std::function<void(Result<std::vector<InstanceUsage>>)> answer) = 0;
  // Slow: the worker's engine adds up all that it has.
  virtual void GetDisk(const WorkerAddress& worker, std::function<void(Result<MachineDisk>)> answer) = 0;
};

}  // namespace edm::master
