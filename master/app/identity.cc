#include "master/app/identity.h"

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/rpc/secret_file.h"

namespace edm::master {
namespace {

constexpr const char* kIdentityKey = "edm/identity/keys";
constexpr const char* kReposKey = "edm/identity/repos";
constexpr const char* kReposFile = ".edm-repos";
constexpr std::size_t kNameBytes = 6;

// What the store says; `own` where nobody had said it before.
Result<std::string> Said(KvStore& store, const std::string& key, const std::string& own) {
  for (int tries = 0;; ++tries) {
    EDM_TRY(const auto entry, store.Get(key));
    if (entry) return entry->value;
    const auto put = store.Transact({{KvOp::Kind::kPut, key, own, KvRevision{0}}});
    if (put.ok()) return own;
    // Another one was first.
    if (put.error().code != Code::kAborted || tries > 0) return put.error();
  }
}

}  // namespace

Status CheckIdentity(KvStore& store, const Secrets& secrets, const std::string& ca_fingerprint) {
  const auto own =
      "ca " + ca_fingerprint + ", seal " + ToHex(secrets.Derive("identity of the cluster")).substr(0, 32);
  EDM_TRY(const auto said, Said(store, kIdentityKey, own));
  if (said == own) return Ok();
  return Error{Code::kFailedPrecondition,
               "the state in the store",
               "it was made with another CA, or another seal.key, than those of this data folder",
               {"the store says " + said, "this master has " + own},
               "copy seal.key and the folder ca from the data folder of a master of that cluster, or choose "
               "another consul.prefix"};
}

Result<std::string> NameIn(const std::filesystem::path& file, Entropy& entropy) {
  EDM_TRY(const auto kept, rpc::ReadSecretFile(file));
  if (kept) return *kept;
  auto made = ToHex(entropy.Bytes(kNameBytes));
  EDM_CHECK(rpc::WriteFileWhole(file, made, rpc::kSecretMode));
  return made;
}

Status CheckRepos(KvStore& store, const std::filesystem::path& folder, Entropy& entropy) {
  EDM_TRY(const auto own, NameIn(folder / kReposFile, entropy));
  EDM_TRY(const auto said, Said(store, kReposKey, own));
  if (said == own) return Ok();
  return Error{Code::kFailedPrecondition,
               "folder " + folder.string(),
               "the repos of this cluster are in another one",
               {},
               "with several masters: git.server gogs, or git.folder on a disk that they share; if the other "
               "folder is gone for good, delete the key " +
                   std::string(kReposKey) + " in Consul"};
}

}  // namespace edm::master
