#include "edmctl/output/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "edmctl/output/json.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

constexpr std::size_t kBuildLines = 6;  // shown under the running step

bool HasEnded(const v1::Step& step) {
  return step.state() == v1::Step::DONE || step.state() == v1::Step::FAILED ||
         step.state() == v1::Step::SKIPPED;
}

std::string Spoken(const v1::LogLine& log) {
  return log.service().empty() ? log.text() : log.service() + " | " + log.text();
}

class QuietProgress : public Progress {
 public:
  std::string On(const v1::OperationEvent&, WallTime) override { return {}; }
  std::string Tick(WallTime) override { return {}; }
  std::string Close() override { return {}; }
};

class JsonProgress final : public QuietProgress {
 public:
  std::string On(const v1::OperationEvent& event, WallTime) override { return ToJsonLine(event) + "\n"; }
};

// For files and pipes: a line when a step ended, and what a build says.
class PlainProgress final : public QuietProgress {
 public:
  explicit PlainProgress(const Terminal& terminal) : terminal_(terminal) {}

  std::string On(const v1::OperationEvent& event, WallTime now) override {
    if (event.has_step() && HasEnded(event.step())) return RenderStep(terminal_, event.step(), now);
    if (event.has_log()) return "    " + Harmless(Spoken(event.log())) + "\n";
    if (!event.warning().empty()) return RenderWarning(terminal_, event.warning());
    return {};
  }

 private:
  const Terminal terminal_;
};

// Keeps the running steps and the last lines of the build at the bottom, and draws them over.
class LiveProgress final : public Progress {
 public:
  explicit LiveProgress(const Terminal& terminal) : terminal_(terminal) {}

  std::string On(const v1::OperationEvent& event, WallTime now) override {
    std::string lasting;
    if (event.has_step()) {
      lasting = OnStep(event.step(), now);
    } else if (event.has_log()) {
      if (lines_.size() == kBuildLines) lines_.pop_front();
      lines_.push_back(Spoken(event.log()));
    } else if (!event.warning().empty()) {
      lasting = RenderWarning(terminal_, event.warning());
    }
    return Redrawn(lasting, now);
  }

  std::string Tick(WallTime now) override { return running_.empty() && !Undoing() ? "" : Redrawn("", now); }
  std::string Close() override { return Erased(); }

 private:
  std::string OnStep(const v1::Step& step, WallTime now) {
    std::erase_if(running_, [&](const auto& other) { return other.name() == step.name(); });
    if (!HasEnded(step)) {
      if (step.state() == v1::Step::RUNNING) running_.push_back(step);
      return {};
    }
    lines_.clear();
    if (step.state() == v1::Step::FAILED) {
      undo_ = v1::Step();
      undo_->set_name("undo");
      undo_->set_state(v1::Step::RUNNING);
      *undo_->mutable_started_at() = step.ended_at();
    }
    return RenderStep(terminal_, step, now);
  }

  // What is said after a failure is about putting things back, which is no step of the operation.
  bool Undoing() const { return undo_ && running_.empty() && !lines_.empty(); }

  // Statements, since operands of one + may be evaluated in any order, and what is drawn is counted.
  std::string Redrawn(const std::string& lasting, WallTime now) {
    auto text = Erased();
    text += lasting;
    text += Drawn(now);
    return text;
  }

  std::string Erased() {
    if (drawn_ == 0) return {};
    auto text = fmt::format("\x1b[{}A\r\x1b[J", drawn_);
    drawn_ = 0;
    return text;
  }

  std::string Drawn(WallTime now) {
    std::string text;
    if (Undoing()) {
      text += RenderStep(terminal_, *undo_, now);
      ++drawn_;
    }
    for (const auto& step : running_) {
      text += RenderStep(terminal_, step, now);
      ++drawn_;
    }
    for (const auto& line : lines_) {
      text += Toned(terminal_, Tone::kFaint, "    " + Fitted(terminal_, line, terminal_.columns - 5)) + "\n";
      ++drawn_;
    }
    return text;
  }

  const Terminal terminal_;
  std::vector<v1::Step> running_;
  std::optional<v1::Step> undo_;  // once a step has failed
  std::deque<std::string> lines_;
  std::size_t drawn_ = 0;  // lines below the lasting ones
};

}  // namespace

std::unique_ptr<Progress> MakeProgress(const Terminal& terminal, Mode mode) {
  if (mode == Mode::kJson) return std::make_unique<JsonProgress>();
  if (mode == Mode::kQuiet) return std::make_unique<QuietProgress>();
  if (terminal.live) return std::make_unique<LiveProgress>(terminal);
  return std::make_unique<PlainProgress>(terminal);
}

}  // namespace edm::ctl
