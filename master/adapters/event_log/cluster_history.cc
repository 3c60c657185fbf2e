#include "master/adapters/event_log/cluster_history.h"

#include <algorithm>
#include <charconv>

#include "master/rpc/event.h"

namespace edm::master {
namespace {

std::string EncodeEvent(const NumberedEvent& event) {
  auto message = ToProto(event.note);
  message.set_cursor(std::to_string(event.cursor));
  return message.SerializeAsString();
}

}  // namespace

Result<ClusterHistory> ClusterHistory::Open(std::filesystem::path path) {
  ClusterHistory history;
  history.path_ = std::move(path);
  auto file = RecordFile::Open(history.path_, [&](std::string_view record) {
    v1::ClusterEvent event;
    if (!event.ParseFromArray(record.data(), static_cast<int>(record.size()))) return;
    std::uint64_t cursor = 0;
    std::from_chars(event.cursor().data(), event.cursor().data() + event.cursor().size(), cursor);
    history.events_.push_back({cursor, FromProto(event)});
    history.newest_ = std::max(history.newest_, cursor);
  });
  if (!file.ok()) return std::move(file).error();
  history.file_ = std::move(file).value();
  while (history.events_.size() > EventLog::kClusterEventsMax) history.events_.pop_front();
  return history;
}

void ClusterHistory::Append(const std::vector<ClusterNote>& notes) {
  std::vector<std::string> records;
  for (const auto& note : notes) {
    events_.push_back({++newest_, note});
    records.push_back(EncodeEvent(events_.back()));
    if (events_.size() > EventLog::kClusterEventsMax) events_.pop_front();
  }
  // A full disk loses history, never an operation.
  const auto written = file_->Append(records);
  if (written.ok() && file_->count() > 2 * EventLog::kClusterEventsMax) (void)Compact();
}

Status ClusterHistory::Compact() {
  auto fresh = path_;
  fresh += ".new";
  std::error_code ignored;
  std::filesystem::remove(fresh, ignored);
  EDM_TRY(auto file, RecordFile::Open(fresh, [](std::string_view) {}));
  std::vector<std::string> records;
  for (const auto& event : events_) records.push_back(EncodeEvent(event));
  EDM_CHECK(file.Append(records));
  std::filesystem::rename(fresh, path_, ignored);
  if (!ignored) file_ = std::move(file);
  return Ok();
}

Result<std::vector<NumberedEvent>> ClusterHistory::Read(std::uint64_t cursor, std::size_t most) const {
  const auto oldest = events_.empty() ? newest_ + 1 : events_.front().cursor;
  if (cursor + 1 < oldest) {
    return Error{Code::kOutOfRange,
                 "cursor " + std::to_string(cursor),
                 "the events after it are no longer kept",
                 {},
                 "begin after " + std::to_string(oldest - 1)};
  }
  std::vector<NumberedEvent> events;
  auto at =
      std::lower_bound(events_.begin(), events_.end(), cursor + 1,
                       [](const NumberedEvent& one, std::uint64_t wanted) { return one.cursor < wanted; });
  for (; at != events_.end() && events.size() < most; ++at) events.push_back(*at);
  return events;
}

}  // namespace edm::master
