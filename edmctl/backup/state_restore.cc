#include "edmctl/backup/state_restore.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>
#include <system_error>
#include <vector>

#include "common/model/epoch.h"
#include "edm/v1/state.pb.h"

namespace edm::ctl {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStateRoot = "edm/v1/";
constexpr const char* kAddressRoot = "instance/";
constexpr const char* kEpochKey = "edm/v1/epoch";
// Which keys and repos the state goes with: the first master on what was restored says so anew.
constexpr const char* kIdentityRoot = "edm/identity/";

std::uint32_t NumberOf(const std::string& text) {
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Result<std::vector<fs::path>> Chunks(const fs::path& folder) {
  std::vector<fs::path> chunks;
  std::error_code failed;
  for (auto at = fs::directory_iterator(folder, failed); !failed && at != fs::directory_iterator();
       at.increment(failed))
    chunks.push_back(at->path());
  if (failed || chunks.empty())
    return Error{Code::kDataLoss, "backup", "it has no state", {}, "take another copy of the backup"};
  std::ranges::sort(chunks);
  return chunks;
}

Result<v1::StateChunk> ReadChunk(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  v1::StateChunk chunk;
  if (!chunk.ParseFromString(text))
    return Error{Code::kDataLoss,
                 "backup",
                 path.filename().string() + " is no part of a state",
                 {},
                 "take another copy of the backup"};
  return chunk;
}

// What is in the store, and was not put by the restore.
Status RemoveOthers(KvStore& store, const std::set<std::string>& put) {
  std::vector<KvOp> ops;
  for (const auto* root : {kStateRoot, kIdentityRoot, kAddressRoot}) {
    EDM_TRY(const auto there, store.List(root));
    for (const auto& entry : there.entries) {
      const bool ours = root != kAddressRoot || entry.key.ends_with("/ip");
      if (ours && !put.contains(entry.key)) ops.push_back({KvOp::Kind::kDelete, entry.key, "", {}});
      if (ops.size() < KvStore::kOpsMax) continue;
      EDM_CHECK(store.Transact(ops));
      ops.clear();
    }
  }
  return ops.empty() ? Ok() : store.Transact(ops);
}

}  // namespace

Result<bool> HoldsState(KvStore& store) {
  EDM_TRY(const auto epoch, store.Get(kEpochKey));
  return epoch.has_value();
}

Status RestoreState(const fs::path& folder, KvStore& store, bool replace) {
  EDM_TRY(const auto before, store.Get(kEpochKey));
  std::uint32_t epoch = before ? NumberOf(before->value) : 0;
  std::set<std::string> put{kEpochKey};
  EDM_TRY(const auto chunks, Chunks(folder));
  for (const auto& path : chunks) {
    EDM_TRY(const auto chunk, ReadChunk(path));
    std::vector<KvOp> ops;
    for (const auto& entry : chunk.entries()) {
      if (entry.key() == kEpochKey) {
        epoch = std::max(epoch, NumberOf(entry.value()));
        continue;
      }
      put.insert(entry.key());
      ops.push_back({KvOp::Kind::kPut, entry.key(), entry.value(), {}});
    }
    if (!ops.empty()) EDM_CHECK(store.Transact(ops));
  }
  if (replace) EDM_CHECK(RemoveOthers(store, put));
  const auto raised = std::min<std::uint64_t>(std::uint64_t{epoch} + kEpochLeap,
                                              std::numeric_limits<std::uint32_t>::max() - 1);
  return store.Transact({{KvOp::Kind::kPut, kEpochKey, std::to_string(raised), {}}});
}

}  // namespace edm::ctl
