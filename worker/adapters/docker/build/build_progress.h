#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace edm::worker {

// What a builder tells, as lines for people, and what failed in the end. Not thread-safe. Pure.
class BuildProgress {
 public:
  static constexpr std::size_t kLinesKeptMax = 50;
  static constexpr std::size_t kLineBytesMax = 16 * 1024;  // a longer line comes in pieces

  using LineSink = std::function<void(std::string_view line)>;

  explicit BuildProgress(LineSink on_line) : on_line_(std::move(on_line)) {}

  // One moby.buildkit.v1.StatusResponse. Malformed ones are skipped: progress is no reason to fail.
  void Feed(std::string_view status_response);
  // Hands on what lacks its line end.
  void Finish();

  // Whether every step that could be cached was.
  bool all_cached() const { return steps_done_ > 0 && steps_cached_ == steps_done_; }

  // The failure behind the engine's `message`: step, exit code, last lines, what to do.
  Error Failure(const std::string& service, std::string_view message) const;

 private:
  struct Step {
    std::string name;
    std::string open_line;
    std::deque<std::string> last_lines;
    std::string error;
    bool announced = false;
    bool ended = false;
  };

  void Emit(Step& step, std::string_view line);
  void AddOutput(Step& step, std::string_view bytes);
  const Step* Failed() const;

  LineSink on_line_;
  std::map<std::string, Step> steps_;  // by digest
  std::size_t steps_done_ = 0;
  std::size_t steps_cached_ = 0;
};

}  // namespace edm::worker
