#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "edm/v1/model.pb.h"
#include "edmctl/output/terminal.h"

namespace edm::ctl {

enum class Mode { kHuman, kJson, kQuiet };

// How the events of one operation look. Pure: each call returns the text to write, in order, to standard
// output.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual std::string On(const v1::OperationEvent& event, WallTime now) = 0;
  // Called some times a second while nothing happens.
  virtual std::string Tick(WallTime now) = 0;
  // Takes away what was only for the moment; the last call.
  virtual std::string Close() = 0;
};

// Drawn over on a live terminal, one line for each step elsewhere, one JSON object a line, or nothing.
std::unique_ptr<Progress> MakeProgress(const Terminal& terminal, Mode mode);

// "  ✓ build    web 14.2 s, migrate 9.8 s                       14.3 s"
std::string RenderStep(const Terminal& terminal, const v1::Step& step, WallTime now);

// "running  http://10.0.0.12:30081  release 4  18.2 s", or the failure with what became of the release
// before.
std::string RenderOutcome(const Terminal& terminal, const v1::Operation& operation);

// "  ━━━━━━────  42%  1.3 MiB of 3.1 MiB": without an end of line.
std::string RenderBar(const Terminal& terminal, std::uint64_t done, std::uint64_t total);

// Puts the cursor back to the start of the line and clears it.
inline constexpr const char* kEraseLine = "\r\x1b[K";

}  // namespace edm::ctl
