#include "common/adapters/kv/transaction.h"

#include <algorithm>

#include "common/base/text.h"

namespace edm {
namespace {

std::string Named(KvRevision revision) {
  return revision == 0 ? "does not exist" : "has revision " + std::to_string(revision);
}

}  // namespace

Status CheckKey(const std::string& key) {
  const bool printable = std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  // Consul answers such paths with a redirect.
  const auto segments = Split(key, '/');
  const bool plain = std::none_of(segments.begin(), segments.end(), [&](const std::string& segment) {
    return segment == "." || segment == ".." || (segment.empty() && &segment != &segments.back());
  });
  if (!key.empty() && key.size() <= kKvKeyBytesMax && printable && plain) return Ok();
  return Error{
      Code::kInvalidArgument,
      "key",
      "a key has 1 to 512 printable ASCII characters, and no empty, '.' or '..' part between slashes",
      {},
      ""};
}

Status CheckTransaction(const std::vector<KvOp>& ops, const KvLimits& limits) {
  if (ops.size() > limits.ops) {
    return Error{Code::kResourceExhausted,
                 "transaction",
                 std::to_string(ops.size()) + " operations, " + std::to_string(limits.ops) + " at most",
                 {},
                 "write in several transactions"};
  }
  std::size_t bytes = 0;
  for (const auto& op : ops) {
    EDM_CHECK(CheckKey(op.key));
    if (op.kind == KvOp::Kind::kCheck && !op.expected) {
      return Error{Code::kInvalidArgument, "key " + op.key, "a check must expect a revision", {}, ""};
    }
    bytes += op.key.size() + op.value.size();
  }
  if (bytes > limits.bytes) {
    return Error{Code::kResourceExhausted,
                 "transaction",
                 std::to_string(bytes) + " bytes, " + std::to_string(limits.bytes) + " at most",
                 {},
                 "write in several transactions, or store less"};
  }
  return Ok();
}

Error KvConflict(const std::string& key, std::optional<KvRevision> expected, KvRevision found) {
  return Error{
      Code::kAborted,
      "key " + key,
      "it " + Named(found) + (expected ? ", but was expected to be at " + std::to_string(*expected) : ""),
      {},
      "read again, then write again"};
}

Status CheckExpected(const KvOp& op, KvRevision found) {
  if (!op.expected || *op.expected == found) return Ok();
  return KvConflict(op.key, op.expected, found);
}

std::optional<std::string> PrefixEnd(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace edm
