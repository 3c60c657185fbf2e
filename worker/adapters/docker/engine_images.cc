#include "worker/adapters/docker/engine_images.h"

#include <algorithm>

#include "common/base/bytes.h"
#include "common/rpc/http/target.h"
#include "worker/adapters/docker/engine_error.h"
#include "worker/adapters/docker/json_lines.h"
#include "worker/adapters/docker/json_reading.h"
#include "worker/adapters/docker/registry_trust.h"

namespace edm::worker {
namespace {

using nlohmann::json;

std::string FullName(const ImageRepository& repository) {
  return repository.registry + "/" + repository.name;
}

// X-Registry-Auth: base64 of RFC 4648 section 5, with padding.
std::string AuthOf(const ImageRepository& repository) {
  json auth = json::object();
  if (!repository.token.empty()) {
    auth["registrytoken"] = repository.token;
  } else {
    auth["username"] = repository.user;
    auth["password"] = repository.password;
  }
  auth["serveraddress"] = repository.registry;
  auto text = ToBase64(auth.dump());
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

}  // namespace

Result<std::string> EngineImages::Transfer(std::string target, const ImageRepository& with,
                                           const std::string& object, std::stop_token stop) const {
  rpc::HttpCall call;
  call.method = "POST";
  call.target = std::move(target);
  call.headers.Set("X-Registry-Auth", AuthOf(with));
  call.deadline = kTransferDeadline;
  call.stall = kTransferStall;
  std::string digest;
  std::string failure;
  JsonLines documents;
  const auto read = [&](const json& document) {
    if (auto said = TextAt(PartAt(document, "aux"), "Digest"); !said.empty()) digest = std::move(said);
    if (auto error = TextAt(document, "error"); !error.empty()) failure = std::move(error);
  };
  auto done = api_.Stream(
      std::move(call), object,
      [&](std::string_view piece) {
        documents.Feed(piece, read);
        return Ok();
      },
      stop);
  documents.Finish(read);
  if (stop.stop_requested()) return Error{Code::kCancelled, object, "cancelled", {}, "try again"};
  if (!done.ok()) return std::move(done).error();
  if (!failure.empty()) return EngineError(kServerError, failure, object);
  return digest;
}

Status EngineImages::Tag(const std::string& image, const std::string& repository,
                         const std::string& tag) const {
  EDM_TRY([[maybe_unused]] const auto nothing,
          api_.Post("/images/" + image + "/tag?repo=" + rpc::PercentEncode(repository) + "&tag=" + tag,
                    json(), "image " + image));
  return Ok();
}

Result<std::string> EngineImages::Push(const ImageRepository& to, const std::string& tag,
                                       const std::string& name, std::stop_token stop) {
  EDM_CHECK(TrustRegistry(trust_, to));
  const auto remote = FullName(to);
  const auto object = "image " + tag + " to registry " + to.registry;
  EDM_CHECK(Tag(tag, remote, name));
  auto pushed =
      Transfer("/images/" + remote + "/push?tag=" + rpc::PercentEncode(name), to, object, std::move(stop));
  // With its last tag an image loses the digests of a repository as well.
  const auto untagged = api_.Delete("/images/" + remote + ":" + name + "?noprune=1", object);
  if (!pushed.ok() || !untagged.ok()) return pushed.ok() ? untagged.error() : pushed.error();
  if (pushed->empty()) {
    return Error{Code::kInternal,
                 object,
                 "the engine did not say under which digest it is there",
                 {},
                 "see the logs of the engine and the registry"};
  }
  return pushed;
}

Result<std::string> EngineImages::Pull(const ImageRepository& from, const std::string& digest,
                                       const std::string& tag, std::stop_token stop) {
  EDM_CHECK(TrustRegistry(trust_, from));
  const auto remote = FullName(from);
  const auto object = "image " + tag + " from registry " + from.registry;
  EDM_TRY([[maybe_unused]] const auto said,
          Transfer(
              "/images/create?fromImage=" + rpc::PercentEncode(remote) + "&tag=" + rpc::PercentEncode(digest),
              from, object, std::move(stop)));
  const auto pulled = remote + "@" + digest;
  EDM_TRY(const auto image, api_.Get("/images/" + pulled + "/json", object));
  const auto colon = tag.rfind(':');
  EDM_CHECK(Tag(pulled, tag.substr(0, colon), tag.substr(colon + 1)));
  EDM_CHECK(api_.Delete("/images/" + pulled + "?noprune=1", object));
  return TextAt(image, "Id");
}

}  // namespace edm::worker
