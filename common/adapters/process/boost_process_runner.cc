#include "common/adapters/process/boost_process_runner.h"

#include "common/adapters/process/line_splitter.h"
#include "common/adapters/process/spawner.h"
#include "common/adapters/process/started_process.h"

namespace edm {

BoostProcessRunner::BoostProcessRunner() : spawner_(std::make_unique<Spawner>()) { IgnoreBrokenPipes(); }

BoostProcessRunner::~BoostProcessRunner() = default;

Result<ProcessEnd> BoostProcessRunner::Run(const ProcessSpec& spec, const LineSink& on_line,
                                           std::stop_token stop) {
  if (stop.stop_requested()) return ProcessEnd{.cancelled = true};
  EDM_TRY(const auto child, spawner_->Spawn(spec));
  const std::stop_callback cancel(stop, [&] { child->Cancel(); });
  const auto lines = [&](OutputStream stream) {
    return LineSplitter([&, stream](std::string_view line) {
      if (on_line) on_line(stream, line);
    });
  };
  auto out = lines(OutputStream::kStdout);
  auto err = lines(OutputStream::kStderr);
  const auto end = child->Pump({.input = spec.input,
                                .feeds_input = true,
                                .deadline = spec.deadline,
                                .on_out = [&](std::string_view bytes) { out.Push(bytes); },
                                .on_err = [&](std::string_view bytes) { err.Push(bytes); }});
  out.End();
  err.End();
  return end;
}

Result<std::unique_ptr<Process>> BoostProcessRunner::Start(const ProcessSpec& spec) {
  EDM_TRY(auto child, spawner_->Spawn(spec));
  return std::unique_ptr<Process>(std::make_unique<StartedProcess>(std::move(child), spec));
}

}  // namespace edm
