#include "worker/adapters/docker/last_lines.h"

#include <algorithm>

#include "worker/adapters/docker/log_assembler.h"

namespace edm::worker {
namespace {

constexpr Millis kDeadline{5'000};
constexpr std::size_t kShownLineBytesMax = 1'000;  // evidence is for reading

}  // namespace

std::vector<std::string> LastLines(const EngineApi& api, const std::string& container_id, bool is_tty,
                                   std::size_t count) {
  rpc::HttpCall call;
  call.target =
      "/containers/" + container_id + "/logs?stdout=1&stderr=1&timestamps=1&tail=" + std::to_string(count);
  call.deadline = kDeadline;
  LogAssembler assembler(is_tty);
  std::vector<LogAssembler::Line> lines;
  const auto keep = [&](LogAssembler::Line line) { lines.push_back(std::move(line)); };
  const auto read = api.Stream(call, "log",
                               [&](std::string_view piece) {
                                 assembler.Feed(piece, keep);
                                 return Ok();
                               },
                               {});
  if (!read.ok()) return {};
  assembler.Finish(keep);
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.nanos < b.nanos; });
  std::vector<std::string> texts;
  for (auto& line : lines) {
    if (line.text.size() > kShownLineBytesMax) line.text.resize(kShownLineBytesMax);
    texts.push_back(std::move(line.text));
  }
  return texts;
}

}  // namespace edm::worker
