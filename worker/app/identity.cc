#include "worker/app/identity.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "common/base/text.h"
#include "common/model/names.h"
#include "common/rpc/join_token.h"
#include "common/rpc/secret_file.h"
#include "worker/adapters/master/registry.h"

namespace edm::worker {
namespace {

namespace fs = std::filesystem;

constexpr Millis kJoinTimeout{10'000};

fs::path TlsFolder(const WorkerOptions& options) { return fs::path(options.data) / "tls"; }

std::string ReadPublic(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Result<std::string> WorkerId(const WorkerOptions& options) {
  auto id = options.id;
  if (id.empty()) {
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    id = Folded(name);
    id = id.substr(0, id.find('.'));
  }
  EDM_CHECK(CheckWorkerId(id));
  return id;
}

std::vector<std::string> MastersOf(const WorkerOptions& options) {
  std::vector<std::string> masters;
  for (const auto& one : Split(options.master, ',')) {
    if (const auto address = Trim(one); !address.empty()) masters.emplace_back(address);
  }
  return masters;
}

std::string CaFile(const WorkerOptions& options) { return TlsFolder(options) / "ca.crt"; }

Result<rpc::Identity> LoadIdentity(const WorkerOptions& options) {
  const auto folder = TlsFolder(options);
  EDM_TRY(auto key, rpc::ReadSecretFile(folder / "worker.key"));
  rpc::Identity identity{.certificate = ReadPublic(folder / "worker.crt"),
                         .ca = ReadPublic(folder / "ca.crt")};
  if (!key || identity.certificate.empty() || identity.ca.empty()) {
    return Error{.code = Code::kFailedPrecondition,
                 .object = "worker",
                 .cause = "it has not joined a cluster: there is no certificate in " + folder.string(),
                 .hint = "edmctl token create NAME --worker, then edm-worker join --token-file FILE"};
  }
  identity.key = std::move(*key);
  return identity;
}

namespace {

// Of the first master that answers.
Result<std::string> FetchCaFromOne(const std::vector<std::string>& masters, const std::string& fingerprint) {
  Result<std::string> ca = Error{Code::kInvalidArgument, "master", "no address is given", {}, "set master"};
  for (const auto& master : masters) {
    ca = rpc::FetchCa(master, fingerprint, kJoinTimeout);
    if (ca.ok() || ca.error().code != Code::kUnavailable) return ca;
  }
  return ca;
}

}  // namespace

Status Join(const WorkerOptions& options, const std::string& token) {
  EDM_TRY(const auto id, WorkerId(options));
  EDM_TRY(const auto parsed, rpc::ParseJoinToken(token));
  EDM_TRY(const auto ca, FetchCaFromOne(MastersOf(options), parsed.fingerprint));
  EDM_TRY(const auto made, rpc::MakeKeyAndRequest(id));
  EDM_TRY(const auto registry,
          Registry::Dial(MastersOf(options),
                         {.identity = {.ca = ca}, .server_name = std::string(rpc::kMasterName)}));
  v1::JoinRequest request;
  request.set_token(token);
  request.set_worker(id);
  request.set_certificate_request(made.request);
  EDM_TRY(const auto joined, registry->CallOnce(&v1::Registry::Stub::Join, request));
  const auto folder = TlsFolder(options);
  std::error_code failed;
  fs::create_directories(folder, failed);
  fs::permissions(options.data, fs::perms::owner_all, failed);
  if (failed)
    return Error{Code::kInternal, folder.string(), failed.message(), {}, "make it writable for this user"};
  // The certificate last: with it the worker counts as joined.
  EDM_CHECK(rpc::WriteFileWhole(folder / "worker.key", made.key, rpc::kSecretMode));
  EDM_CHECK(rpc::WriteFileWhole(folder / "ca.crt", joined.ca(), rpc::kPublicMode));
  return rpc::WriteFileWhole(folder / "worker.crt", joined.certificate(), rpc::kPublicMode);
}

}  // namespace edm::worker
