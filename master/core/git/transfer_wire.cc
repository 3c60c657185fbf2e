#include "master/core/git/transfer_wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "common/base/text.h"

namespace edm::master {
namespace {

constexpr std::array<std::string_view, 3> kActions = {"fetch-ref", "fetch-all", "push"};

Error BadTransferRequest() {
  return Error{Code::kInternal, "git transfer", "got a request it cannot read", {}, "report this"};
}

std::string OneLine(std::string text) {
  for (auto& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

Result<std::uint64_t> ToNumber(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return BadTransferRequest();
  return number;
}

}  // namespace

Result<std::string> EncodeTransfer(const TransferRequest& request) {
  std::string text;
  bool plain = true;
  const auto add = [&](std::string_view key, std::string_view value) {
    plain = plain && value.find_first_of(std::string_view("\n\r\0", 3)) == std::string_view::npos;
    text += fmt::format("{} {}\n", key, value);
  };
  add("action", kActions[static_cast<std::size_t>(request.action)]);
  add("repo", request.repo);
  add("url", request.url);
  add("user", request.user);
  add("password", request.password);
  add("ref", request.ref);
  add("into", request.into);
  for (const auto& refspec : request.refspecs) add("refspec", refspec);
  add("bytes_max", std::to_string(request.bytes_max));
  if (!plain) return BadTransferRequest();
  return text;
}

Result<TransferRequest> DecodeTransfer(std::string_view text) {
  TransferRequest request;
  for (const auto& line : Split(text, '\n')) {
    if (line.empty()) continue;
    const auto space = line.find(' ');
    if (space == std::string::npos) return BadTransferRequest();
    const auto key = line.substr(0, space);
    auto value = line.substr(space + 1);
    if (key == "action") {
      const auto* found = std::ranges::find(kActions, value);
      if (found == kActions.end()) return BadTransferRequest();
      request.action = static_cast<TransferRequest::Action>(found - kActions.begin());
    } else if (key == "repo") {
      request.repo = std::move(value);
    } else if (key == "url") {
      request.url = std::move(value);
    } else if (key == "user") {
      request.user = std::move(value);
    } else if (key == "password") {
      request.password = std::move(value);
    } else if (key == "ref") {
      request.ref = std::move(value);
    } else if (key == "into") {
      request.into = std::move(value);
    } else if (key == "refspec") {
      request.refspecs.push_back(std::move(value));
    } else if (key == "bytes_max") {
      EDM_TRY(request.bytes_max, ToNumber(value));
    } else {
      return BadTransferRequest();
    }
  }
  return request;
}

std::string EncodeOutcome(const Status& outcome) {
  if (outcome.ok()) return "ok\n";
  const auto& error = outcome.error();
  return fmt::format("{}\n{}\n{}\n{}\n", static_cast<int>(error.code), OneLine(error.object),
                     OneLine(error.cause), OneLine(error.hint));
}

Status DecodeOutcome(std::string_view text) {
  const auto lines = Split(text, '\n');
  if (lines[0] == "ok") return Ok();
  const auto code = ToNumber(lines[0]);
  if (lines.size() < 4 || !code.ok() || *code == 0 || *code > static_cast<int>(Code::kUnauthenticated)) {
    return Error{
        Code::kInternal, "git transfer", "ended without an answer", {}, "look at the log of the master"};
  }
  return Error{static_cast<Code>(*code), lines[1], lines[2], {}, lines[3]};
}

}  // namespace edm::master
