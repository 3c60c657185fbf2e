#include "master/adapters/git/transfer_client.h"

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::master {

Status TransferClient::Run(TransferRequest request, std::stop_token stop) const {
  if (request.bytes_max == 0) request.bytes_max = options_.fetched_bytes_max;
  const auto object = "git URL " + Shown(request.url);
  ProcessSpec spec;
  spec.argv = {options_.program};
  spec.environment = {{"HOME", "/nonexistent"}, {"LC_ALL", "C.UTF-8"}};
  spec.directory = "/";
  EDM_TRY(spec.input, EncodeTransfer(request));
  spec.limits.cpu = options_.cpu;
  spec.deadline = options_.deadline;
  std::string answer;
  const auto on_line = [&](OutputStream stream, std::string_view line) {
    if (stream == OutputStream::kStdout && answer.size() < 8192) answer.append(line).append("\n");
  };
  EDM_TRY(const auto end, runner_.Run(spec, on_line, stop));
  if (end.cancelled)
    return Error{Code::kCancelled, object, "cancelled while it was fetched", {}, "try again"};
  if (end.deadline_met) {
    return Error{Code::kDeadlineExceeded,
                 object,
                 "did not finish in " + FormatDuration(options_.deadline),
                 {},
                 "try again later, or raise fetch.deadline"};
  }
  if (end.signal != 0) {
    return Error{Code::kInternal,
                 object,
                 "the transfer was killed by signal " + std::to_string(end.signal),
                 {},
                 "look at the log of the master"};
  }
  auto outcome = DecodeOutcome(answer);
  if (!outcome.ok()) return About(std::move(outcome).error(), object);
  return Ok();
}

}  // namespace edm::master
