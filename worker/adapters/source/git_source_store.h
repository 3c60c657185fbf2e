#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "common/ports/process_runner.h"
#include "worker/ports/source_store.h"

namespace edm::worker {

struct GitSourceOptions {
  std::string fetch_program = "edm-fetch";  // absolute, or looked up in PATH
  std::filesystem::path mirrors;            // a folder of ours: a bare mirror per repo
  std::string ca_file;                      // for https; "": the system's
};

// Mirrors and checkouts by a short-lived child program, which may be killed at any time. Any thread; one
// fetch of a mirror at a time.
class GitSourceStore final : public SourceStore {
 public:
  // `processes` outlives it.
  GitSourceStore(ProcessRunner& processes, GitSourceOptions options)
      : processes_(processes), options_(std::move(options)) {}

  // Removes what fetches that were killed with their worker left half made. Once, before the first Checkout.
  void RemoveLeftovers() const;

  Status Checkout(const CheckoutRequest& request, std::stop_token stop) override;
  Status DropMirror(const std::string& mirror) override;

 private:
  using MirrorLock = std::unique_lock<std::mutex>;
  MirrorLock Lock(const std::string& mirror);
  std::filesystem::path PathOf(const std::string& mirror) const;
  bool HasMirror(const CheckoutRequest& request) const;  // of any of its layers
  // Has the program fetch what its mirrors lack, with its history, and lay it into the folder.
  Status Lay(const CheckoutRequest& request, bool only_small, Millis deadline, std::stop_token stop);

  ProcessRunner& processes_;
  const GitSourceOptions options_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<std::mutex>> locks_;  // guarded by mutex_; one per mirror ever used
};

}  // namespace edm::worker
