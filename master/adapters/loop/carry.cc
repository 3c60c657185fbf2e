#include "master/adapters/loop/carry.h"

#include <utility>
#include <vector>

namespace edm::master {
namespace {

std::vector<OperationNote> NotesOf(const Batch& batch, bool from_worker) {
  std::vector<OperationNote> notes;
  for (const auto& entry : batch.entries) {
    for (const auto& note : entry.decision.notes) {
      if ((note.worker_cursor != 0) == from_worker) notes.push_back(note);
    }
  }
  return notes;
}

void LetOut(Batch batch, const Outlets& outlets) {
  if (outlets.witness) {
    for (const auto& entry : batch.entries) outlets.witness(entry.decision);
  }
  if (batch.view) outlets.publish(std::move(batch.view));
  (void)outlets.log.Append(NotesOf(batch, false));
  std::vector<ClusterNote> events;
  for (auto& entry : batch.entries) {
    for (auto& event : entry.decision.events) events.push_back(std::move(event));
  }
  outlets.log.Append(events);
  for (auto& entry : batch.entries) {
    for (auto& effect : entry.decision.effects) outlets.effects.Do(std::move(effect));
  }
  for (auto& entry : batch.entries) {
    if (entry.answer) entry.answer(std::move(entry.decision.reply));
  }
}

}  // namespace

void CarryBatch(Batch batch, const Outlets& outlets, const std::function<Status(Batch&)>& store) {
  // Lines that a worker wrote are facts already: they go ahead of the store, which so never knows of more
  // than the log does, and asks the worker again for what it has not seen.
  (void)outlets.log.Append(NotesOf(batch, true));
  const auto stored = store(batch);
  if (stored.ok()) return LetOut(std::move(batch), outlets);
  for (auto& entry : batch.entries) {
    if (entry.answer) entry.answer(stored.error());
  }
}

}  // namespace edm::master
