#pragma once

#include <filesystem>
#include <string>

#include "worker/ports/release_files.h"

namespace edm::worker {

// Release folders below <data>/instances. The folders belong to this worker alone.
class DiskReleaseFiles final : public ReleaseFiles {
 public:
  explicit DiskReleaseFiles(std::filesystem::path data) : root_(std::move(data) / "instances") {}

  std::string CheckoutDirectory(const std::string& instance, std::uint32_t release) const override;
  std::string RenderedDirectory(const std::string& instance, std::uint32_t release) const override;
  Status WriteFinal(const std::string& instance, std::uint32_t release, const std::string& compose_json,
                    const std::map<std::string, std::string>& rendered) override;
  Result<std::string> ReadFinal(const std::string& instance, std::uint32_t release) override;
  bool IsSame(const std::string& instance, std::uint32_t one, std::uint32_t other,
              const std::string& path) const override;
  Result<std::vector<std::uint32_t>> Releases(const std::string& instance) override;
  Status Drop(const std::string& instance, std::uint32_t release) override;
  Status DropAll(const std::string& instance) override;

 private:
  std::filesystem::path Folder(const std::string& instance, std::uint32_t release) const;
  const std::filesystem::path root_;
};

}  // namespace edm::worker
