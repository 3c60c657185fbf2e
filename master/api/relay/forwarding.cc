#include "master/api/relay/forwarding.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string_view>
#include <utility>

#include "common/rpc/alarm.h"
#include "edm/v1/http.pb.h"

namespace edm::master {
namespace {

using google::protobuf::Message;
using Method = rpc::MethodTable::Method;
using Call = std::shared_ptr<rpc::ServerCall>;

constexpr Millis kLookAgain{100};

// What any master can answer as well as the leader.
constexpr std::array<std::string_view, 12> kAnsweredHere = {
    "GetInstance", "ListInstances", "ListReleases",  "GetOperation", "ListOperations", "WaitOperation",
    "GetVersion",  "ListTokens",    "ListTemplates", "GetFootprint", "RunCommand",     "Exec"};
// What only the leader's log tells: waiting for it elsewhere would never end.
constexpr std::array<std::string_view, 2> kOnlyLeader = {"WatchOperation", "WatchEvents"};

template <class Names>
bool IsAmong(const Names& names, const Method& method) {
  return std::find(names.begin(), names.end(), method.descriptor->name()) != names.end();
}

bool OnlyReads(const Method& method) {
  return !method.descriptor->options().GetExtension(v1::http).get().empty();
}

// May be asked of another leader after one that was lost may have taken it.
bool MayRepeat(const Method& method, const Message& first) {
  if (method.descriptor->client_streaming()) return false;
  if (OnlyReads(method)) return true;
  const auto* field = first.GetDescriptor()->FindFieldByName("request_id");
  return field != nullptr && !first.GetReflection()->GetString(first, field).empty();
}

// One call, until somebody has taken it.
class Errand : public std::enable_shared_from_this<Errand> {
 public:
  Errand(Helm& helm, LeaderRelay& relay, std::shared_ptr<const Method> method, Call call,
         const Message& first)
      : helm_(helm), relay_(relay), method_(std::move(method)), call_(std::move(call)), first_(Copy(first)) {}

  void Run() {
    if (gone_) return call_->Finish(Gone());
    if (helm_.leads()) return Here();
    if (IsAmong(kAnsweredHere, *method_))
      return helm_.WhenFresh([self = shared_from_this()] { self->Here(); });
    const auto standing = helm_.Now();
    if (standing.leader && standing.leader->name != standing.self.name)
      return Pass(standing.leader->cluster_address);
    NoLeader();
  }

 private:
  static std::shared_ptr<const Message> Copy(const Message& message) {
    std::shared_ptr<Message> copy(message.New());
    copy->CopyFrom(message);
    return copy;
  }
  static Error Gone() { return {Code::kCancelled, "call", "the client is gone", {}, ""}; }

  void Here() { method_->handler(call_, *first_); }

  void Pass(const std::string& leader) {
    relay_.Pass(
        leader, call_, *method_, *first_, [&helm = helm_] { helm.Passed(); },
        [self = shared_from_this()](Error lost) {
          if (!MayRepeat(*self->method_, *self->first_)) return self->call_->Finish(std::move(lost));
          self->Later(std::move(lost));
        });
  }

  void NoLeader() {
    if (OnlyReads(*method_) && !IsAmong(kOnlyLeader, *method_)) return Here();
    auto why = helm_.WhyNone();
    if (!helm_.electing()) return call_->Finish(std::move(why));
    Later(std::move(why));
  }

  void Later(Error why) {
    waited_ += kLookAgain;
    if (waited_ > kLeaderWaitMax) return call_->Finish(std::move(why));
    call_->OnCancel([weak = weak_from_this()] {
      if (const auto held = weak.lock()) held->gone_ = true;
    });
    rpc::After(kLookAgain, [self = shared_from_this()] { self->Run(); });
  }

  Helm& helm_;
  LeaderRelay& relay_;
  const std::shared_ptr<const Method> method_;
  const Call call_;
  const std::shared_ptr<const Message> first_;
  Millis waited_{0};
  std::atomic<bool> gone_ = false;
};

}  // namespace

void ForwardToLeader(rpc::MethodTable& table, Helm& helm, LeaderRelay& relay) {
  table.Wrap([&](const Method& method) -> rpc::MethodTable::Handler {
    const auto own = std::make_shared<const Method>(method);
    return [own, &helm, &relay](Call call, const Message& first) {
      if (helm.leads()) return own->handler(std::move(call), first);
      std::make_shared<Errand>(helm, relay, own, std::move(call), first)->Run();
    };
  });
}

void RefuseUnlessLeading(rpc::MethodTable& table, const Helm& helm) {
  table.Wrap([&](const Method& method) -> rpc::MethodTable::Handler {
    return [handler = method.handler, &helm](Call call, const Message& first) {
      if (helm.leads()) return handler(std::move(call), first);
      call->Finish(helm.WhyNone());
    };
  });
}

}  // namespace edm::master
