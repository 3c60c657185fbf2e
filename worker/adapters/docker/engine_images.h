#pragma once

#include <string>

#include "worker/adapters/docker/engine_api.h"
#include "worker/ports/image_exchange.h"

namespace edm::worker {

// The engine pushes and pulls by itself, with the credential of the order; only tags are set and taken here.
class EngineImages final : public ImageExchange {
 public:
  static constexpr Millis kTransferDeadline{600'000};
  static constexpr Millis kTransferStall{60'000};  // without a word of progress

  // `trust`: the folder in which the engine looks for the CAs of registries. `api` outlives it.
  EngineImages(const EngineApi& api, std::string trust) : api_(api), trust_(std::move(trust)) {}

  Result<std::string> Push(const ImageRepository& to, const std::string& tag, const std::string& name,
                           std::stop_token stop) override;
  Result<std::string> Pull(const ImageRepository& from, const std::string& digest, const std::string& tag,
                           std::stop_token stop) override;

 private:
  // The digest that the engine tells on the way; "" where it tells none.
  Result<std::string> Transfer(std::string target, const ImageRepository& with, const std::string& object,
                               std::stop_token stop) const;
  Status Tag(const std::string& image, const std::string& repository, const std::string& tag) const;

  const EngineApi& api_;
  const std::string trust_;
};

}  // namespace edm::worker
