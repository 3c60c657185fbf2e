#pragma once

#include <memory>
#include <span>
#include <string>

#include "common/base/result.h"
#include "worker/adapters/docker/build/ignore_rules.h"

namespace edm::worker {

struct ContextSource {
  std::string directory;
  std::string dockerfile;         // always sent, as its .dockerignore is
  std::string dockerfile_inline;  // sent as kInlineDockerfile when not empty
};

// A build context as a tar stream, made while it is read: nothing is held in memory but the list of names.
// Links stay links and are never followed; devices, sockets and pipes are left out; everything belongs to
// root. One thread.
class ContextTar {
 public:
  static constexpr const char* kInlineDockerfile = ".edm.Dockerfile";
  static constexpr std::size_t kEntriesMax = 500'000;

  // kFailedPrecondition: no such folder or Dockerfile; kInvalidArgument: a .dockerignore that cannot be read.
  static Result<ContextTar> Open(const ContextSource& source);
  ContextTar(ContextTar&&) noexcept;
  ContextTar& operator=(ContextTar&&) = delete;
  ~ContextTar();

  // The next bytes; 0 at the end.
  Result<std::size_t> Read(std::span<char> into);

 private:
  class Writer;
  explicit ContextTar(std::unique_ptr<Writer> writer);
  std::unique_ptr<Writer> writer_;
};

}  // namespace edm::worker
