#pragma once

#include <functional>

#include "tests/simulation/dice.h"
#include "tests/simulation/engine.h"
#include "tests/simulation/machine_clock.h"

namespace edm::simulation {

// A worker process' way to its engine. Each call takes its time on a fiber, may meet an engine that is away,
// and may be broken off: then the engine may finish what was begun for nobody.
class EngineClient final : public worker::ContainerRuntime {
 public:
  struct Parts {
    Agenda& agenda;
    Dice& dice;
    Engine& engine;
    const Clock& clock;
    std::function<std::string(const std::string& directory)> commit_of;  // of a checkout
  };
  explicit EngineClient(Parts parts) : parts_(std::move(parts)) {}

  Status Ping() override { return Look(); }
  Result<EngineFacts> Facts() override;
  Result<worker::BuiltImage> Build(const worker::BuildRequest& request, const LineSink& on_line,
                                   std::stop_token stop) override;
  Status Up(const worker::UpRequest& request, const LineSink& on_line, std::stop_token stop) override;
  Status StopBut(const std::string& instance, const std::set<std::string>& sparing, Seconds grace) override;
  Status StartKept(const std::string& instance, std::stop_token stop) override;
  Status Remove(const std::string& instance, bool keep_volumes) override;
  Status RemoveImage(const std::string& id_or_tag) override;
  Result<std::vector<worker::ContainerFacts>> Containers(const std::string& instance) override;
  Result<worker::Footprint> Everything() override;
  Result<std::string> ImageId(const std::string& id_or_tag) override;
  Result<std::string> ImageContent(const std::string& id_or_tag) override;

  // Nobody asks for these here.
  Result<std::vector<worker::ListeningPort>> ListeningPorts(const std::string&) override { return None(); }
  Result<worker::HealthProbe> ProbeHealth(const std::string&, std::stop_token) override { return None(); }
  Status Logs(const worker::LogRequest&, const LogSink&, std::stop_token) override { return None(); }
  Result<std::unique_ptr<worker::ExecSession>> Exec(const worker::ExecRequest&) override { return None(); }
  Status Watch(const std::function<void(const std::string&)>&, std::stop_token) override { return None(); }
  Result<std::vector<worker::NetworkSubnet>> Subnets() override { return None(); }
  Result<std::map<std::string, std::uint64_t>> VolumeSizes(Millis) override { return None(); }

 private:
  static Error None() { return {Code::kUnimplemented, "engine", "not simulated"}; }
  // A quick question.
  Status Look();
  bool IsBusy();
  // Takes its time, then does the work; the caller may not learn that it was done.
  Status Do(Millis least, Millis most, std::stop_token stop, const std::function<Status()>& work);

  const Parts parts_;
};

}  // namespace edm::simulation
