#include "worker/adapters/docker/registry_trust.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "common/rpc/secret_file.h"

namespace edm::worker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "ca.crt";

std::string Read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Error CannotWrite(const fs::path& path, const std::string& cause, const ImageRepository& repository) {
  return {Code::kFailedPrecondition,
          "registry " + repository.registry,
          "the engine cannot be told to believe it: " + cause,
          {},
          "put the registry's CA into " + path.string() + " yourself, or make its folder writable"};
}

}  // namespace

Status TrustRegistry(const std::string& folder, const ImageRepository& repository) {
  if (repository.ca.empty()) return Ok();
  const auto path = fs::path(folder) / fs::path(repository.registry).filename() / kFile;
  if (Read(path) == repository.ca) return Ok();
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  if (failed) return CannotWrite(path, failed.message(), repository);
  const auto written = rpc::WriteFileWhole(path, repository.ca, rpc::kPublicMode);
  return written.ok() ? Ok() : CannotWrite(path, written.error().cause, repository);
}

}  // namespace edm::worker
