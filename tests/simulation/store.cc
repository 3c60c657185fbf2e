#include "tests/simulation/store.h"

namespace edm::simulation {

Result<std::optional<KvEntry>> StoreClient::Get(const std::string& key) {
  return path_.Ask<std::optional<KvEntry>>([key](StoreServer& server) { return server.entries.Get(key); });
}

Result<KvSnapshot> StoreClient::List(const std::string& prefix) {
  return path_.Ask<KvSnapshot>([prefix](StoreServer& server) { return server.entries.List(prefix); });
}

Status StoreClient::Transact(const std::vector<KvOp>& ops) {
  return path_.Ask<Unit>([ops, on_write = on_write_](StoreServer& server) {
    const auto status = server.entries.Transact(ops);
    on_write(ops, status);
    return status;
  });
}

}  // namespace edm::simulation
