#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace edm::master {

// What edm-git-transfer is told on its standard input; nothing of it ever stands in an argument list.
struct TransferRequest {
  enum class Action : std::uint8_t { kFetchRef, kFetchAll, kPush } action = Action::kFetchRef;
  std::string repo;  // path of the bare repo here
  std::string url;
  std::string user;  // "" for none
  std::string password;
  std::string ref;                    // kFetchRef: what to look for; "" the other side's HEAD
  std::string into;                   // kFetchRef: full name of the local ref that then names it
  std::vector<std::string> refspecs;  // kPush
  std::uint64_t bytes_max = 0;        // received; 0: no limit
};

// "key value" lines; values with line breaks are refused, so that none can add a line.
Result<std::string> EncodeTransfer(const TransferRequest& request);
Result<TransferRequest> DecodeTransfer(std::string_view text);

// The program's only answer on standard output: "ok", or an error in four lines.
std::string EncodeOutcome(const Status& outcome);
Status DecodeOutcome(std::string_view text);

}  // namespace edm::master
