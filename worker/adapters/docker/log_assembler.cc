#include "worker/adapters/docker/log_assembler.h"

#include "common/base/text.h"
#include "worker/adapters/docker/engine_time.h"

namespace edm::worker {

void LogAssembler::Feed(std::string_view bytes, const Sink& sink) {
  frames_.Feed(bytes, [&](std::uint8_t stream, std::string_view payload) {
    if (!is_tty_) return Add(stream == FrameReader::kStderr ? 1 : 0, payload, sink);
    tty_rest_ += payload;
    std::size_t from = 0;
    for (auto end = tty_rest_.find('\n'); end != std::string::npos; end = tty_rest_.find('\n', from)) {
      Add(0, std::string_view(tty_rest_).substr(from, end + 1 - from), sink);
      from = end + 1;
    }
    tty_rest_.erase(0, from);
    if (tty_rest_.size() < kLogLineBytesMax) return;
    Add(0, tty_rest_, sink);
    tty_rest_.clear();
  });
}

void LogAssembler::Finish(const Sink& sink) {
  if (!tty_rest_.empty()) Add(0, tty_rest_, sink);
  tty_rest_.clear();
  for (std::size_t stream = 0; stream < pending_.size(); ++stream) {
    if (pending_[stream].open) Emit(stream, sink);
  }
}

void LogAssembler::Add(std::size_t stream, std::string_view piece, const Sink& sink) {
  auto& pending = pending_[stream];
  const auto space = piece.find(' ');
  if (space != std::string_view::npos) {
    if (const auto nanos = ParseEngineTime(piece.substr(0, space))) {
      if (!pending.open) pending.nanos = *nanos;
      piece.remove_prefix(space + 1);
    }
  }
  pending.open = true;
  const bool ends = piece.ends_with('\n');
  if (ends) piece.remove_suffix(1);
  if (piece.ends_with('\r')) piece.remove_suffix(1);
  pending.text += piece;
  if (ends || pending.text.size() >= kLogLineBytesMax) Emit(stream, sink);
}

void LogAssembler::Emit(std::size_t stream, const Sink& sink) {
  auto& pending = pending_[stream];
  Line line{stream == 1, pending.nanos, ToUtf8(pending.text)};
  pending = {};
  sink(std::move(line));
}

}  // namespace edm::worker
