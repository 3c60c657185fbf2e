#include "common/adapters/kv/consul_wire.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/adapters/kv/transaction.h"
#include "common/base/bytes.h"

namespace edm {
namespace {

using Json = nlohmann::json;

const char* Verb(const KvOp& op) {
  switch (op.kind) {
    case KvOp::Kind::kPut:
      return op.expected ? "cas" : "set";
    case KvOp::Kind::kDelete:
      if (!op.expected) return "delete";
      return *op.expected == 0 ? "check-not-exists" : "delete-cas";
    case KvOp::Kind::kCheck:
      return op.expected.value_or(0) == 0 ? "check-not-exists" : "check-index";
  }
  return "";
}

}  // namespace

std::string ConsulTransactionBody(const std::vector<KvOp>& ops, const std::string& prefix) {
  auto body = Json::array();
  for (const auto& op : ops) {
    Json one{{"Verb", Verb(op)}, {"Key", prefix + op.key}};
    if (op.kind == KvOp::Kind::kPut) one["Value"] = ToBase64(op.value);
    if (op.expected) one["Index"] = *op.expected;
    body.push_back(Json{{"KV", std::move(one)}});
  }
  return body.dump();
}

Result<std::vector<KvEntry>> ParseConsulEntries(std::string_view json, const std::string& prefix) {
  const auto damaged = [](std::string cause) {
    return Error{Code::kDataLoss, "", "consul's answer: " + cause, {}, ""};
  };
  const auto body = Json::parse(json, nullptr, false);
  if (!body.is_array()) return damaged("not an array");
  std::vector<KvEntry> entries;
  entries.reserve(body.size());
  for (const auto& one : body) {
    if (!one.is_object() || !one.contains("Key") || !one["Key"].is_string() || !one.contains("ModifyIndex") ||
        !one["ModifyIndex"].is_number_unsigned()) {
      return damaged("not an entry");
    }
    KvEntry entry{.key = one["Key"].get<std::string>(), .revision = one["ModifyIndex"].get<KvRevision>()};
    if (entry.key.size() < prefix.size()) return damaged("a key without our prefix");
    entry.key.erase(0, prefix.size());
    if (const auto value = one.find("Value"); value != one.end() && value->is_string()) {
      auto bytes = FromBase64(value->get<std::string>());
      if (!bytes) return damaged("a value that is not base64");
      entry.value = std::move(*bytes);
    }
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(), [](const KvEntry& a, const KvEntry& b) { return a.key < b.key; });
  return entries;
}

Error ParseConsulConflict(std::string_view json, const std::vector<KvOp>& ops) {
  Error conflict{Code::kAborted, "transaction", "consul refused it", {}, "read again, then write again"};
  const auto body = Json::parse(json, nullptr, false);
  if (!body.is_object() || !body.contains("Errors") || !body["Errors"].is_array()) return conflict;
  for (const auto& one : body["Errors"]) {
    const auto index = one.value("OpIndex", ops.size());
    if (index < ops.size()) conflict.object = "key " + ops[index].key;
    conflict.cause = one.value("What", conflict.cause);
    return conflict;
  }
  return conflict;
}

}  // namespace edm
