#pragma once

#include <optional>
#include <set>
#include <string>

#include "common/ports/clock.h"
#include "common/rpc/http/client.h"
#include "common/rpc/signing_key.h"
#include "master/ports/image_store.h"

namespace edm::master {

// Where images are kept, and as whom. Holds secrets: never logged.
struct ImageRegistryOptions {
  std::string url;      // "https://10.0.0.10:5000", with a path where the repositories are to be below one
  std::string ca;       // PEM; "": the system's CAs
  std::string cluster;  // what its repositories are told from those of other clusters by
  std::string user;     // of a registry that asks for one
  std::string password;
  std::optional<rpc::SigningKey> key;  // without a user: signs tokens for a registry that believes it
};

// Of the tokens, as the configuration of such a registry names them.
inline constexpr const char* kTokenIssuer = "edm";
inline constexpr const char* kTokenService = "edm-registry";

// A registry of version 2 of Docker's API.
class ImageRegistry final : public ImageStore {
 public:
  static constexpr Millis kTokenLife{60'000};      // of the master's own; an order's ends with the order
  static constexpr Millis kCallDeadline{5'000};    // a master that stops waits for one
  static constexpr std::size_t kPagesMax = 1'000;  // of a listing

  // kInvalidArgument: the URL. `clock` outlives it.
  static Result<std::unique_ptr<ImageRegistry>> Open(ImageRegistryOptions options, const Clock& clock);

  Result<ImageRepository> Grant(const std::string& instance, WallTime until) const override;
  Result<std::vector<std::string>> Instances() override;
  Result<std::vector<std::string>> Names(const std::string& instance) override;
  Status Remove(const std::string& instance, const std::string& name) override;

 private:
  struct Scope {
    std::string type;  // "repository", "registry"
    std::string name;
    std::vector<std::string> actions;
  };

  ImageRegistry(ImageRegistryOptions options, std::string server, std::string host, std::string prefix,
                const Clock& clock);

  std::string RepositoryOf(const std::string& instance) const { return prefix_ + instance; }
  Result<std::string> TokenFor(const Scope& scope, WallTime until) const;
  Result<rpc::HttpReply> Call(const std::string& method, const std::string& target, const Scope& scope);
  // All pages of a list; none where there is no such thing.
  Result<std::vector<std::string>> List(std::string target, const std::string& key, const Scope& scope);

  const ImageRegistryOptions options_;
  const std::string host_;    // "10.0.0.10:5000"
  const std::string prefix_;  // "edm/5f0c2a91/"
  const Clock& clock_;
  rpc::HttpClient http_;
};

}  // namespace edm::master
