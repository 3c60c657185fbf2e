#include "common/adapters/kv/consul_kv_store.h"

#include <charconv>
#include <thread>

#include "common/adapters/kv/consul_wire.h"
#include "common/adapters/kv/transaction.h"
#include "common/base/backoff.h"
#include "common/rpc/http/client.h"
#include "common/rpc/http/target.h"

namespace edm {
namespace {

// Beyond the wait itself: Consul adds up to a sixteenth of it at random.
constexpr Millis kWatchGrace{5'000};
constexpr Millis kWatchMax{600'000};  // Consul's own limit
constexpr Backoff kReadBackoff{Millis(50), Millis(500)};

rpc::HttpClientOptions ClientOptions(const ConsulKvOptions& options) {
  rpc::HttpClientOptions client{.url = options.url, .tls = {.ca = options.ca}};
  if (!options.token.empty()) client.headers.Set("X-Consul-Token", options.token);
  return client;
}

KvRevision IndexOf(const rpc::HttpReply& reply) {
  const auto text = reply.headers.Get("X-Consul-Index");
  KvRevision index = 0;
  std::from_chars(text.data(), text.data() + text.size(), index);
  return index;
}

}  // namespace

class ConsulKvStore::Api {
 public:
  explicit Api(ConsulKvOptions options) : options_(std::move(options)), client_(ClientOptions(options_)) {}

  Result<std::optional<KvEntry>> Get(const std::string& key) {
    EDM_TRY(const auto reply, Read(KeyTarget(key) + "?consistent", options_.call_timeout));
    if (reply.status == 404) return std::optional<KvEntry>();
    EDM_TRY(auto entries, Parse(reply));
    if (entries.empty()) return std::optional<KvEntry>();
    return std::optional(std::move(entries.front()));
  }

  Result<KvSnapshot> List(const std::string& prefix) {
    return Snapshot(KeyTarget(prefix) + "?recurse&consistent", options_.call_timeout);
  }

  Result<KvSnapshot> Watch(const std::string& prefix, KvRevision since, Millis wait) {
    const auto until = std::chrono::steady_clock::now() + wait;
    while (true) {
      const auto left = std::chrono::ceil<Millis>(until - std::chrono::steady_clock::now());
      if (since == 0 || left <= Millis(0)) return List(prefix);
      const auto asked = std::min(left, kWatchMax);
      EDM_TRY(auto snapshot,
              Snapshot(KeyTarget(prefix) + "?recurse&consistent&index=" + std::to_string(since) +
                           "&wait=" + std::to_string(asked.count()) + "ms",
                       asked + asked / 16 + kWatchGrace));
      // An index that went back means that Consul was restored: what we knew is void. The same one: the time
      // is over.
      if (snapshot.revision != since) return snapshot;
    }
  }

  Status Transact(const std::vector<KvOp>& ops) {
    if (ops.empty()) return Ok();
    auto reply = client_.Call({.method = "PUT",
                               .target = "/v1/txn",
                               .body = ConsulTransactionBody(ops, options_.prefix),
                               .deadline = options_.call_timeout});
    if (!reply.ok()) return Away(std::move(reply).error());
    if (reply->status == 200) return Ok();
    if (reply->status == 409) return ParseConsulConflict(reply->body, ops);
    return Refused(*reply);
  }

 private:
  std::string KeyTarget(const std::string& key) const {
    return "/v1/kv/" + rpc::PercentEncode(options_.prefix + key, "/");
  }

  // A write that timed out may have happened, as with any connection that broke.
  static Error Away(Error error) {
    if (error.code == Code::kDeadlineExceeded) error.code = Code::kUnavailable;
    if (error.hint.empty()) error.hint = "check that consul runs and has a leader";
    return error;
  }

  Error Refused(const rpc::HttpReply& reply) const {
    const auto error = [&](Code code, std::string hint) {
      return Error{code,
                   "consul at " + options_.url,
                   "answered " + std::to_string(reply.status) + ": " + reply.body.substr(0, 200),
                   {},
                   std::move(hint)};
    };
    switch (reply.status) {
      case 401:
      case 403:
        return error(Code::kPermissionDenied, "give a token that may write under the prefix");
      case 413:
        return error(Code::kResourceExhausted, "write in several transactions, or store less");
      case 429:
      case 500:
      case 502:
      case 503:
      case 504:
        return error(Code::kUnavailable, "check that consul has a leader");
      default:
        return error(Code::kInternal, "");
    }
  }

  Result<std::vector<KvEntry>> Parse(const rpc::HttpReply& reply) const {
    auto entries = ParseConsulEntries(reply.body, options_.prefix);
    if (!entries.ok()) return About(std::move(entries).error(), "consul at " + options_.url);
    return entries;
  }

  Result<KvSnapshot> Snapshot(const std::string& target, Millis deadline) {
    EDM_TRY(const auto reply, Read(target, deadline));
    KvSnapshot snapshot{.revision = IndexOf(reply)};
    if (reply.status != 404) {
      EDM_TRY(snapshot.entries, Parse(reply));
    }
    return snapshot;
  }

  // 200 or 404; anything else is tried again, and then an error.
  Result<rpc::HttpReply> Read(const std::string& target, Millis deadline) {
    for (std::uint32_t failures = 0;; ++failures) {
      std::this_thread::sleep_for(kReadBackoff.After(failures));
      auto reply = client_.Call({.target = target, .deadline = deadline, .stall = deadline});
      if (reply.ok() && (reply->status == 200 || reply->status == 404)) return reply;
      auto error = reply.ok() ? Refused(*reply) : Away(std::move(reply).error());
      if (error.code != Code::kUnavailable || failures + 1 >= options_.read_tries_max) return error;
    }
  }

  const ConsulKvOptions options_;
  rpc::HttpClient client_;
};

ConsulKvStore::ConsulKvStore(ConsulKvOptions options) : api_(std::make_unique<Api>(std::move(options))) {}
ConsulKvStore::~ConsulKvStore() = default;

Result<std::optional<KvEntry>> ConsulKvStore::Get(const std::string& key) {
  EDM_CHECK(CheckKey(key));
  return api_->Get(key);
}

Result<KvSnapshot> ConsulKvStore::List(const std::string& prefix) { return api_->List(prefix); }

Status ConsulKvStore::Transact(const std::vector<KvOp>& ops) {
  EDM_CHECK(CheckTransaction(ops, limits()));
  return api_->Transact(ops);
}

Result<KvSnapshot> ConsulKvStore::Watch(const std::string& prefix, KvRevision since, Millis wait) {
  return api_->Watch(prefix, since, wait);
}

}  // namespace edm
