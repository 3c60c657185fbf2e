#pragma once

#include <functional>
#include <memory>

#include "master/adapters/channel/worker_stubs.h"

namespace edm::master {

// Opens the stream at once. The worker's stub must have been found before.
std::unique_ptr<WorkerStream> OpenLogs(std::shared_ptr<WorkerStubs::Stub> stub, const WorkerAddress& worker,
                                       const LogQuery& query,
                                       std::function<void(std::vector<LogRecord>)> on_next,
                                       std::function<void(Status)> on_end);
std::unique_ptr<WorkerStream> OpenExec(std::shared_ptr<WorkerStubs::Stub> stub, const WorkerAddress& worker,
                                       const ExecCommand& command, std::function<void(ExecOutput)> on_next,
                                       std::function<void(Status)> on_end);

}  // namespace edm::master
