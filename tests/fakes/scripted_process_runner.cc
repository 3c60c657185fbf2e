#include "tests/fakes/scripted_process_runner.h"

#include <algorithm>
#include <utility>

#include "common/base/text.h"

namespace edm {
namespace {

bool Holds(const std::vector<std::string>& argv, const std::vector<std::string>& words) {
  auto at = argv.begin();
  for (const auto& word : words) {
    at = std::find(at, argv.end(), word);
    if (at == argv.end()) return false;
    ++at;
  }
  return true;
}

void EmitLines(const std::string& text, OutputStream stream, const ProcessRunner::LineSink& sink) {
  auto lines = Split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  for (const auto& line : lines) {
    if (sink) sink(stream, line);
  }
}

// The time a program takes; ended early by a kill or its deadline.
class Running {
 public:
  explicit Running(Millis deadline) : deadline_(deadline) {}

  void Kill() {
    const std::lock_guard lock(mutex_);
    killed_ = true;
    wake_.notify_all();
  }
  ProcessEnd Last(const ScriptedProcessRunner::Rule& rule) {
    std::unique_lock lock(mutex_);
    const bool killed = wake_.wait_for(lock, std::min(rule.lasts, deadline_), [this] { return killed_; });
    if (killed) return {.signal = 9, .cancelled = true};
    if (rule.lasts > deadline_) return {.signal = 9, .deadline_met = true};
    return rule.end;
  }

 private:
  const Millis deadline_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool killed_ = false;
};

class ScriptedProcess final : public Process {
 public:
  ScriptedProcess(ScriptedProcessRunner::Rule rule, const ProcessSpec& spec)
      : rule_(std::move(rule)), running_(spec.deadline), out_(rule_.out) {
    if (rule_.echoes) out_ += spec.input;
    input_open_ = spec.input.empty();
  }

  Result<std::size_t> Read(std::span<char> into) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !out_.empty() || !rule_.echoes || !input_open_; });
    const auto count = std::min(into.size(), out_.size());
    std::copy_n(out_.begin(), count, into.begin());
    out_.erase(0, count);
    return count;
  }
  Status Write(std::string_view bytes) override {
    const std::lock_guard lock(mutex_);
    if (!input_open_) return Error{Code::kFailedPrecondition, "program", "it has closed its input", {}, ""};
    if (rule_.echoes) out_ += bytes;
    changed_.notify_all();
    return Ok();
  }
  void CloseInput() override {
    const std::lock_guard lock(mutex_);
    input_open_ = false;
    changed_.notify_all();
  }
  Result<ProcessEnd> Wait() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !rule_.echoes || !input_open_; });
    lock.unlock();
    return running_.Last(rule_);
  }
  void Kill() override {
    running_.Kill();
    CloseInput();
  }
  std::string ErrorTail() const override { return rule_.err; }

 private:
  const ScriptedProcessRunner::Rule rule_;
  Running running_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string out_;
  bool input_open_ = true;
};

}  // namespace

void ScriptedProcessRunner::Add(Rule rule) {
  const std::lock_guard lock(mutex_);
  rules_.push_back(std::move(rule));
}

std::vector<ProcessSpec> ScriptedProcessRunner::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

Result<ScriptedProcessRunner::Rule> ScriptedProcessRunner::Find(const ProcessSpec& spec) {
  const std::lock_guard lock(mutex_);
  calls_.push_back(spec);
  for (auto& rule : rules_) {
    if (rule.times == 0 || !Holds(spec.argv, rule.words)) continue;
    if (rule.times > 0) --rule.times;
    return rule;
  }
  return Error{Code::kNotFound,
               "program " + (spec.argv.empty() ? "" : spec.argv.front()),
               "not found in PATH",
               {},
               ""};
}

Result<ProcessEnd> ScriptedProcessRunner::Run(const ProcessSpec& spec, const LineSink& on_line,
                                              std::stop_token stop) {
  if (stop.stop_requested()) return ProcessEnd{.cancelled = true};
  EDM_TRY(const auto rule, Find(spec));
  if (rule.effect) rule.effect(spec);
  EmitLines(rule.out + (rule.echoes ? spec.input : ""), OutputStream::kStdout, on_line);
  EmitLines(rule.err, OutputStream::kStderr, on_line);
  Running running(spec.deadline);
  const std::stop_callback cancel(stop, [&] { running.Kill(); });
  return running.Last(rule);
}

Result<std::unique_ptr<Process>> ScriptedProcessRunner::Start(const ProcessSpec& spec) {
  EDM_TRY(auto rule, Find(spec));
  if (rule.effect) rule.effect(spec);
  return std::unique_ptr<Process>(std::make_unique<ScriptedProcess>(std::move(rule), spec));
}

}  // namespace edm
