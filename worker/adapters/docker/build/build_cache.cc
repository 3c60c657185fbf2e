#include "worker/adapters/docker/build/build_cache.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <chrono>
#include <span>

#include "buildkit_control.grpc.pb.h"
#include "worker/adapters/docker/build/builder_channel.h"

namespace edm::worker {
namespace {

namespace moby_control = moby::buildkit::v1;

constexpr const char* kObject = "build cache of the container engine";
Error Failed(const grpc::Status& status) {
  const bool is_late = status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
  return {is_late ? Code::kDeadlineExceeded : Code::kUnavailable,
          kObject,
          status.error_message(),
          {},
          "see whether the engine is well"};
}

void SetDeadline(grpc::ClientContext& context, Millis deadline) {
  context.set_deadline(std::chrono::system_clock::now() + deadline);
}

std::uint64_t BytesOf(const moby_control::UsageRecord& record) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, record.size()));
}

CacheRecord Read(const moby_control::UsageRecord& from) {
  CacheRecord record{.id = from.id(),
                     .parents = {from.parents().begin(), from.parents().end()},
                     .kind = from.recordtype(),
                     .description = from.description(),
                     .bytes = BytesOf(from),
                     .is_shared = from.shared(),
                     .is_in_use = from.inuse(),
                     .uses = static_cast<std::uint64_t>(std::max<std::int64_t>(0, from.usagecount())),
                     .used_at = {}};
  if (record.parents.empty() && !from.parent().empty()) record.parents.push_back(from.parent());
  const auto& used = from.has_lastusedat() ? from.lastusedat() : from.createdat();
  record.used_at = WallTime(Seconds(used.seconds()));
  return record;
}

Result<std::uint64_t> DropSome(const std::string& endpoint, std::span<const std::string> ids) {
  EDM_TRY(const auto channel, DialBuilder(endpoint, BuildCache::kListDeadline));
  grpc::ClientContext context;
  SetDeadline(context, BuildCache::kDropDeadline);
  moby_control::PruneRequest request;
  request.set_all(true);  // also what images share: the image keeps its layers
  for (const auto& id : ids) request.add_filter("id==" + id);
  const auto stub = moby_control::Control::NewStub(channel);
  const auto reader = stub->Prune(&context, request);
  std::uint64_t bytes = 0;
  moby_control::UsageRecord gone;
  while (reader->Read(&gone)) bytes += gone.shared() ? 0 : BytesOf(gone);
  if (const auto status = reader->Finish(); !status.ok()) return Failed(status);
  return bytes;
}

}  // namespace

Result<std::vector<CacheRecord>> BuildCache::List() const {
  EDM_TRY(const auto channel, DialBuilder(endpoint_, kListDeadline));
  grpc::ClientContext context;
  SetDeadline(context, kListDeadline);
  moby_control::DiskUsageResponse answer;
  const auto stub = moby_control::Control::NewStub(channel);
  if (const auto status = stub->DiskUsage(&context, {}, &answer); !status.ok()) return Failed(status);
  std::vector<CacheRecord> records;
  for (const auto& one : answer.record()) records.push_back(Read(one));
  return records;
}

Result<std::uint64_t> BuildCache::Drop(const std::vector<std::string>& ids) const {
  std::uint64_t bytes = 0;
  const std::span<const std::string> all(ids);
  for (std::size_t at = 0; at < all.size(); at += kDroppedAtOnceMax) {
    EDM_TRY(const auto went,
            DropSome(endpoint_, all.subspan(at, std::min(kDroppedAtOnceMax, all.size() - at))));
    bytes += went;
  }
  return bytes;
}

}  // namespace edm::worker
