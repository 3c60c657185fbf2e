#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace edm {

// Cuts a stream of bytes into lines without their end; what is longer than kLineBytesMax comes in pieces.
class LineSplitter {
 public:
  static constexpr std::size_t kLineBytesMax = 16 * 1024;
  using Sink = std::function<void(std::string_view)>;

  explicit LineSplitter(Sink sink) : sink_(std::move(sink)) {}

  void Push(std::string_view bytes);
  // The last line, if it had no end.
  void End();

 private:
  void Emit(std::string_view line);

  const Sink sink_;
  std::string begun_;
};

}  // namespace edm
