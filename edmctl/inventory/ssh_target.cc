#include "edmctl/inventory/ssh_target.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "common/model/names.h"

namespace edm::ctl {
namespace {

constexpr std::string_view kScheme = "ssh://";
constexpr const char* kForm = "write it like ssh://root@10.0.0.11 or ssh://admin@host.example.org:2222";

bool IsWord(std::string_view text, std::string_view more) {
  return !text.empty() && text.size() <= 253 && text.front() != '-' &&
         std::ranges::all_of(text, [&](unsigned char c) {
           return (c < 0x80 && std::isalnum(c) != 0) ||
                  more.find(static_cast<char>(c)) != std::string_view::npos;
         });
}

Error NoUrl(std::string_view url, std::string cause) {
  return {Code::kInvalidArgument, Shown(url), std::move(cause), {}, kForm};
}

}  // namespace

Status CheckTarget(const SshTarget& target) {
  if (!IsWord(target.host, ".:-_")) {
    return Error{Code::kInvalidArgument, Shown(target.host), "it is no host name and no address", {}, kForm};
  }
  if (!target.user.empty() && !IsWord(target.user, "._-")) {
    return Error{Code::kInvalidArgument, Shown(target.user), "it is no user's name", {}, kForm};
  }
  return Ok();
}

Result<SshTarget> ParseSshUrl(std::string_view url) {
  if (!url.starts_with(kScheme)) return NoUrl(url, "it is no ssh:// URL");
  auto rest = url.substr(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  SshTarget target;
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    const auto user = rest.substr(0, at);
    // Not shown: it would be the password.
    if (user.find(':') != std::string_view::npos)
      return NoUrl("ssh:// URL", "it holds a password; workers are reached by keys alone");
    if (user.empty()) return NoUrl(url, "no user stands before the @");
    target.user = user;
    rest.remove_prefix(at + 1);
  }
  auto port = std::string_view();
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return NoUrl(url, "the ] of the address is missing");
    target.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    if (!rest.empty() && !rest.starts_with(':')) return NoUrl(url, "something stands behind the ]");
    port = rest;
  } else {
    const auto colon = rest.find(':');
    target.host = rest.substr(0, colon);
    if (colon != std::string_view::npos) port = rest.substr(colon);
  }
  if (!port.empty()) {
    port.remove_prefix(1);
    const auto* end = port.data() + port.size();
    const auto read = std::from_chars(port.data(), end, target.port);
    if (read.ec != std::errc() || read.ptr != end || target.port == 0) return NoUrl(url, "its port is none");
  }
  EDM_CHECK(CheckTarget(target));
  return target;
}

bool IsAddress(const std::string& host) {
  in6_addr buffer{};
  return ::inet_pton(AF_INET, host.c_str(), &buffer) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &buffer) == 1;
}

std::string ToText(const SshTarget& target) {
  auto text = target.user.empty() ? target.host : target.user + "@" + target.host;
  if (target.port != 0) text += ":" + std::to_string(target.port);
  return text;
}

}  // namespace edm::ctl
