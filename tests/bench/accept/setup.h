#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "edm/v1/master_service.grpc.pb.h"

namespace edm::bench {

// What a person would have done before: tokens for workers, and instances that run.
class Setup {
 public:
  Setup(const std::string& address, std::string token);

  Result<std::vector<std::string>> JoinTokens(int count);
  // Uploads `archive` as the source of each of `count` instances, and returns when all run.
  Result<std::vector<std::string>> Deploy(const std::string& archive, int count);
  // Starts those that do not run, and returns when all do.
  Status StartAll(const std::vector<std::string>& ids);

 private:
  Status Upload(const std::string& id, const std::string& archive);
  Status Start(const std::string& id);
  Status AwaitRunning(std::size_t count);
  Result<std::size_t> Running();

  const std::string token_;
  const std::unique_ptr<v1::Master::Stub> stub_;
};

}  // namespace edm::bench
