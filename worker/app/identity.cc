#include "worker/app/identity.h"

#include <unistd.h>

#include <algorithm>
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

constexpr const char* kIdentityFile = "worker.pem";
constexpr std::string_view kCertificateBegins = "-----BEGIN CERTIFICATE-----";

std::string ReadPublic(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Error NotJoined(const WorkerOptions& options) {
  return {.code = Code::kFailedPrecondition,
          .object = "worker",
          .cause = "it has not joined a cluster: there is no certificate in " + TlsFolder(options).string(),
          .hint = "edmctl token create NAME --worker, then edm-worker join --token-file FILE"};
}

// Key and certificate were files of their own before certificates were renewed.
Status JoinOldFiles(const WorkerOptions& options) {
  const auto folder = TlsFolder(options);
  const auto certificate = ReadPublic(folder / "worker.crt");
  if (certificate.empty()) return Ok();
  EDM_TRY(const auto key, rpc::ReadSecretFile(folder / "worker.key"));
  if (key) EDM_CHECK(SaveIdentity(options, {.certificate = certificate, .key = *key}));
  // The certificate first: without it the key alone is not taken up again.
  std::error_code ignored;
  fs::remove(folder / "worker.crt", ignored);
  fs::remove(folder / "worker.key", ignored);
  return Ok();
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

rpc::IdentityFiles FilesOf(const WorkerOptions& options) {
  return {.key_and_certificate = TlsFolder(options) / kIdentityFile, .ca = CaFile(options)};
}

Status SaveIdentity(const WorkerOptions& options, const rpc::Identity& identity) {
  return rpc::WriteFileWhole(FilesOf(options).key_and_certificate, identity.key + identity.certificate,
                             rpc::kSecretMode);
}

Result<rpc::Identity> LoadIdentity(const WorkerOptions& options) {
  EDM_CHECK(JoinOldFiles(options));
  EDM_TRY(const auto text, rpc::ReadSecretFile(FilesOf(options).key_and_certificate));
  rpc::Identity identity{.ca = ReadPublic(CaFile(options))};
  if (!text || identity.ca.empty()) return NotJoined(options);
  const auto middle = std::min(text->find(kCertificateBegins), text->size());
  identity.key = text->substr(0, middle);
  identity.certificate = text->substr(middle);
  if (identity.key.empty() || identity.certificate.empty()) return NotJoined(options);
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
  for (const auto* old : {"worker.crt", "worker.key"}) fs::remove(folder / old, failed);
  // The certificate last: with it the worker counts as joined.
  EDM_CHECK(rpc::WriteFileWhole(CaFile(options), joined.ca(), rpc::kPublicMode));
  return SaveIdentity(options, {.certificate = joined.certificate(), .key = made.key});
}

}  // namespace edm::worker
