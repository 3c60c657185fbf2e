#include "master/api/git/cgi_reply.h"

#include <charconv>

#include "common/base/text.h"

namespace edm::master {
namespace {

constexpr std::size_t kHeadBytesMax = 16 * 1024;

Error BadHead() {
  return Error{Code::kInternal, "git", "gave an answer without a head", {}, "look at the log"};
}

}  // namespace

Result<bool> CgiReply::Add(std::string_view bytes, std::string* body) {
  text_.append(bytes);
  auto end = text_.find("\r\n\r\n");
  std::size_t blank = 4;
  if (const auto bare = text_.find("\n\n"); bare < end) {
    end = bare;
    blank = 2;
  }
  if (end == std::string::npos) {
    if (text_.size() > kHeadBytesMax) return BadHead();
    return false;
  }
  EDM_CHECK(Parse(std::string_view(text_).substr(0, end)));
  *body = text_.substr(end + blank);
  return true;
}

Status CgiReply::Parse(std::string_view lines) {
  for (const auto& line : Split(lines, '\n')) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) return BadHead();
    const auto name = Trim(std::string_view(line).substr(0, colon));
    const auto value = Trim(std::string_view(line).substr(colon + 1));
    if (rpc::SameHeaderName(name, "Status")) {
      const auto read = std::from_chars(value.data(), value.data() + value.size(), head_.status);
      if (read.ec != std::errc() || head_.status < 200 || head_.status > 599) return BadHead();
    } else if (rpc::SameHeaderName(name, "Content-Length")) {
      std::uint64_t length = 0;
      const auto read = std::from_chars(value.data(), value.data() + value.size(), length);
      if (read.ec != std::errc()) return BadHead();
      head_.content_length = length;
    } else {
      head_.headers.Add(name, value);
    }
  }
  return Ok();
}

}  // namespace edm::master
