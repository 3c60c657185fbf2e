#include "worker/adapters/docker/json_lines.h"

#include <nlohmann/json.hpp>

namespace edm::worker {
namespace {

void HandOn(std::string_view line, const JsonLines::Sink& sink) {
  const auto document = nlohmann::json::parse(line, nullptr, false);
  if (!document.is_discarded()) sink(document);
}

}  // namespace

void JsonLines::Feed(std::string_view bytes, const Sink& sink) {
  waiting_ += bytes;
  std::size_t from = 0;
  for (auto end = waiting_.find('\n'); end != std::string::npos; end = waiting_.find('\n', from)) {
    HandOn(std::string_view(waiting_).substr(from, end - from), sink);
    from = end + 1;
  }
  waiting_.erase(0, from);
  if (waiting_.size() > kLineBytesMax) waiting_.clear();
}

void JsonLines::Finish(const Sink& sink) {
  if (!waiting_.empty()) HandOn(waiting_, sink);
  waiting_.clear();
}

}  // namespace edm::worker
