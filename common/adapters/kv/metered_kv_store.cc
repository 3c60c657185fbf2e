#include "common/adapters/kv/metered_kv_store.h"

namespace edm {
namespace {

using Steady = std::chrono::steady_clock;

template <class Call>
auto Timed(const MeteredKvStore::Report& report, std::string_view name, Call call) {
  const auto begin = Steady::now();
  auto result = call();
  report(name, result.ok() ? Code::kOk : result.error().code,
         std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - begin));
  return result;
}

}  // namespace

Result<std::optional<KvEntry>> MeteredKvStore::Get(const std::string& key) {
  return Timed(report_, "get", [&] { return inner_.Get(key); });
}

Result<KvSnapshot> MeteredKvStore::List(const std::string& prefix) {
  return Timed(report_, "list", [&] { return inner_.List(prefix); });
}

Status MeteredKvStore::Transact(const std::vector<KvOp>& ops) {
  return Timed(report_, "transact", [&] { return inner_.Transact(ops); });
}

Result<KvSnapshot> MeteredKvStore::Watch(const std::string& prefix, KvRevision since, Millis wait) {
  auto result = inner_.Watch(prefix, since, wait);
  report_("watch", result.ok() ? Code::kOk : result.error().code, std::chrono::microseconds(0));
  return result;
}

}  // namespace edm
