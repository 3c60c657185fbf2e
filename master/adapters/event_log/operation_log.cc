#include "master/adapters/event_log/operation_log.h"

#include <algorithm>

#include "master/adapters/event_log/note_codec.h"

namespace edm::master {

Result<OperationLog> OperationLog::Open(const std::filesystem::path& path) {
  OperationLog log(path);
  std::error_code failed;
  if (std::filesystem::exists(path, failed) || failed) EDM_CHECK(log.OpenFile());
  return log;
}

Status OperationLog::OpenFile() {
  EDM_TRY(auto file, RecordFile::Open(path_, [&](std::string_view record) {
            if (auto note = DecodeNote(record); note.ok()) Learn(*note);
          }));
  file_ = std::move(file);
  return Ok();
}

void OperationLog::Learn(const OperationNote& note) {
  if (note.worker_cursor != 0) {
    attempt_ = note.attempt;
    worker_cursor_ = note.worker_cursor;
  }
  if (const auto* step = std::get_if<Step>(&note.what)) steps_[step->name] = *step;
  if (std::holds_alternative<Operation>(note.what)) closed_ = true;
}

bool OperationLog::IsKnown(const OperationNote& note) const {
  if (closed_) return true;
  if (note.worker_cursor == 0) return false;
  return note.attempt < attempt_ || (note.attempt == attempt_ && note.worker_cursor <= worker_cursor_);
}

Status OperationLog::Append(const std::vector<const OperationNote*>& notes) {
  std::vector<std::string> records;
  if (!file_) EDM_CHECK(OpenFile());
  for (const auto* note : notes) {
    if (IsKnown(*note)) continue;
    Learn(*note);
    if (!std::holds_alternative<BuildLine>(note->what) || file_->bytes() < kOutputBytesMax) {
      records.push_back(EncodeNote(*note));
    } else if (!warned_) {
      warned_ = true;
      auto warning = *note;
      warning.what = Warning{"build output beyond 32 MiB is not kept"};
      records.push_back(EncodeNote(warning));
    }
  }
  if (records.empty()) return Ok();
  return file_->Append(records);
}

Result<std::vector<NumberedNote>> OperationLog::Read(std::uint64_t cursor, std::size_t most) const {
  std::vector<NumberedNote> notes;
  if (!file_) return notes;
  const auto end = std::min<std::uint64_t>(file_->count(), cursor + most);
  for (auto index = cursor; index < end; ++index) {
    EDM_TRY(const auto record, file_->Read(index));
    EDM_TRY(auto note, DecodeNote(record));
    notes.push_back({index + 1, std::move(note)});
  }
  return notes;
}

std::vector<Step> OperationLog::Steps() const {
  std::vector<Step> steps;
  for (const auto& [name, step] : steps_) steps.push_back(step);
  return steps;
}

}  // namespace edm::master
