#pragma once

#include <stop_token>
#include <string>

#include "common/base/time.h"
#include "common/ports/process_runner.h"
#include "master/core/git/transfer_wire.h"

namespace edm::master {

// Fetches and pushes in a child process: libgit2 1.5 knows no deadline, a process can be killed. Any thread.
class TransferClient {
 public:
  struct Options {
    std::string program;       // path of edm-git-transfer
    Millis deadline{300'000};  // for one fetch or push
    Seconds cpu{300};          // RLIMIT_CPU
    std::uint64_t fetched_bytes_max = 1ULL << 30U;
  };

  TransferClient(Options options, ProcessRunner& runner) : options_(std::move(options)), runner_(runner) {}

  // kDeadlineExceeded when the other side hangs; kPermissionDenied when it wants (other) credentials;
  // kCancelled when `stop` was requested.
  Status Run(TransferRequest request, std::stop_token stop = {}) const;

 private:
  const Options options_;
  ProcessRunner& runner_;
};

}  // namespace edm::master
