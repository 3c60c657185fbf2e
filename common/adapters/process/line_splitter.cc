#include "common/adapters/process/line_splitter.h"

#include <algorithm>

namespace edm {

void LineSplitter::Push(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto room = kLineBytesMax - begun_.size();
    const auto end = bytes.substr(0, room + 1).find('\n');
    if (end != std::string_view::npos) {
      begun_.append(bytes.substr(0, end));
      Emit(begun_);
      begun_.clear();
      bytes.remove_prefix(end + 1);
      continue;
    }
    const auto taken = std::min(room, bytes.size());
    begun_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    // A full piece waits for the next byte: it may be the end of the line.
    if (begun_.size() == kLineBytesMax && !bytes.empty()) {
      Emit(begun_);
      begun_.clear();
    }
  }
}

void LineSplitter::End() {
  if (!begun_.empty()) Emit(begun_);
  begun_.clear();
}

void LineSplitter::Emit(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (sink_) sink_(line);
}

}  // namespace edm
