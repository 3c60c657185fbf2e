#include "common/rpc/http/answer_head.h"

#include <ctime>

namespace edm::rpc {
namespace {

// Made once a second on each thread.
const std::string& DateLine() {
  thread_local std::time_t made = 0;
  thread_local std::string line;
  const auto now = std::time(nullptr);
  if (now != made) {
    char text[64];
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    line.assign(text, std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts));
    made = now;
  }
  return line;
}

}  // namespace

bool StatusHasBody(int status) { return status >= 200 && status != 204 && status != 304; }

std::string AnswerHead(const HttpHead& head, const AnswerFraming& framing) {
  std::string bytes;
  bytes.reserve(256);
  bytes.append("HTTP/1.1 ")
      .append(std::to_string(head.status))
      .append(" ")
      .append(StatusText(head.status))
      .append("\r\n");
  bytes.append(DateLine());
  head.headers.AppendTo(bytes);
  if (framing.upgrades) {
    bytes.append("Connection: Upgrade\r\n");
  } else {
    if (framing.chunked) bytes.append("Transfer-Encoding: chunked\r\n");
    if (head.content_length && StatusHasBody(head.status)) {
      bytes.append("Content-Length: ").append(std::to_string(*head.content_length)).append("\r\n");
    }
    if (framing.closes) bytes.append("Connection: close\r\n");
  }
  return bytes.append("\r\n");
}

}  // namespace edm::rpc
