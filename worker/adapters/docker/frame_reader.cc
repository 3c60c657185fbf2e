#include "worker/adapters/docker/frame_reader.h"

namespace edm::worker {
namespace {

constexpr std::size_t kHeaderBytes = 8;

std::size_t PayloadBytes(std::string_view header) {
  std::size_t length = 0;
  for (std::size_t i = 4; i < kHeaderBytes; ++i) length = length << 8 | static_cast<unsigned char>(header[i]);
  return length;
}

}  // namespace

void FrameReader::Feed(std::string_view bytes, const Sink& sink) {
  if (is_tty_) {
    if (!bytes.empty()) sink(kStdout, bytes);
    return;
  }
  waiting_ += bytes;
  std::string_view rest = waiting_;
  while (rest.size() >= kHeaderBytes) {
    const std::size_t length = PayloadBytes(rest);
    if (rest.size() < kHeaderBytes + length) break;
    sink(static_cast<std::uint8_t>(rest[0]), rest.substr(kHeaderBytes, length));
    rest.remove_prefix(kHeaderBytes + length);
  }
  waiting_.erase(0, waiting_.size() - rest.size());
}

}  // namespace edm::worker
