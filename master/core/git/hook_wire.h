#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace edm::master {

// What the hook tells the master over the socket: lines "owner …", "instance …", "actor …", then one
// "ref <old> <new> <name>" for each, then an empty line.
struct PushedRef {
  std::string from;
  std::string to;
  std::string name;  // "refs/heads/main"
};

struct HookRequest {
  std::string owner;
  std::string instance;
  std::string actor;
  std::vector<PushedRef> refs;
};

std::string EncodeHookRequest(const HookRequest& request);
// `text` without the empty line at its end.
Result<HookRequest> DecodeHookRequest(std::string_view text);

// What the master answers, a line each: something to show, or one ref's verdict. After the last the socket is
// closed.
struct HookReply {
  enum class Kind : std::uint8_t { kShow, kAccepted, kRejected } kind = Kind::kShow;
  std::string ref;   // of a verdict
  std::string text;  // to show, or the reason
};

std::string EncodeHookReply(const HookReply& reply);  // with its line end
std::optional<HookReply> DecodeHookReply(std::string_view line);

inline constexpr std::size_t kHookRequestBytesMax = 1 << 20;
inline constexpr std::size_t kHookRefsMax = 64;  // branches in one push

}  // namespace edm::master
