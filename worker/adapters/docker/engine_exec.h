#pragma once

#include <deque>
#include <memory>
#include <string>

#include "worker/adapters/docker/engine_api.h"
#include "worker/adapters/docker/frame_reader.h"
#include "worker/ports/exec_session.h"

namespace edm::worker {

struct ExecStart {
  std::string container_id;
  std::string object;  // for errors: "shop/web"
  std::vector<std::string> argv;
  bool tty = false;
  bool input = true;
  std::uint16_t columns = 80;
  std::uint16_t rows = 24;
};

// A command in a container through the engine. `api` must outlive it. Destroyed before the command ended, it
// closes the stream and kills the command, where this process may.
class EngineExec final : public ExecSession {
 public:
  static Result<std::unique_ptr<EngineExec>> Start(const EngineApi& api, const ExecStart& start);
  ~EngineExec() override;

  Result<Chunk> Read() override;
  Status Write(std::string_view bytes) override;
  Status CloseInput() override;
  Status Resize(std::uint16_t columns, std::uint16_t rows) override;
  Result<int> ExitCode() override;

  void Interrupt() override;

 private:
  EngineExec(const EngineApi& api, const ExecStart& start, std::string id,
             std::unique_ptr<rpc::DuplexStream> stream);
  void KillWhatStillRuns();

  const EngineApi& api_;
  std::string object_;
  std::string container_id_;
  std::string id_;
  std::unique_ptr<rpc::DuplexStream> stream_;
  FrameReader frames_;
  std::deque<Chunk> chunks_;  // read, not yet handed on; the reader's alone
  bool ended_ = false;
};

}  // namespace edm::worker
