#include "master/core/git/hook_wire.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"

namespace edm::master {
namespace {

Error BadHookRequest() {
  return Error{Code::kInvalidArgument, "push", "came by a hook of another version", {}, "restart the master"};
}

std::string OneLine(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](char c) { return c == '\n' || c == '\r' || c == '\0'; }, ' ');
  return line;
}

}  // namespace

std::string EncodeHookRequest(const HookRequest& request) {
  auto text = fmt::format("owner {}\ninstance {}\nactor {}\n", OneLine(request.owner),
                          OneLine(request.instance), OneLine(request.actor));
  for (const auto& ref : request.refs)
    text += fmt::format("ref {} {} {}\n", ref.from, ref.to, OneLine(ref.name));
  return text + "\n";
}

Result<HookRequest> DecodeHookRequest(std::string_view text) {
  HookRequest request;
  for (const auto& line : Split(text, '\n')) {
    if (line.empty()) continue;
    const auto words = Split(line, ' ');
    if (words[0] == "owner" && words.size() == 2) {
      request.owner = words[1];
    } else if (words[0] == "instance" && words.size() == 2) {
      request.instance = words[1];
    } else if (words[0] == "actor") {
      request.actor = line.substr(std::min<std::size_t>(line.size(), 6));
    } else if (words[0] == "ref" && words.size() == 4 && words[1].size() == 40 && words[2].size() == 40) {
      request.refs.push_back({words[1], words[2], words[3]});
    } else {
      return BadHookRequest();
    }
  }
  if (request.owner.empty() || request.instance.empty() || request.refs.empty()) return BadHookRequest();
  return request;
}

std::string EncodeHookReply(const HookReply& reply) {
  switch (reply.kind) {
    case HookReply::Kind::kShow:
      return fmt::format("show {}\n", OneLine(reply.text));
    case HookReply::Kind::kAccepted:
      return fmt::format("ok {}\n", reply.ref);
    case HookReply::Kind::kRejected:
      return fmt::format("ng {} {}\n", reply.ref, OneLine(reply.text));
  }
  return "";
}

std::optional<HookReply> DecodeHookReply(std::string_view line) {
  if (line.starts_with("show ")) return HookReply{HookReply::Kind::kShow, "", std::string(line.substr(5))};
  if (line.starts_with("ok ")) return HookReply{HookReply::Kind::kAccepted, std::string(line.substr(3)), ""};
  if (!line.starts_with("ng ")) return std::nullopt;
  line.remove_prefix(3);
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  return HookReply{HookReply::Kind::kRejected, std::string(line.substr(0, space)),
                   std::string(line.substr(space + 1))};
}

}  // namespace edm::master
