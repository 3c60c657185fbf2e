#include "master/core/draft.h"

#include "common/model/member_name.h"
#include "master/core/members.h"

namespace edm::master {

Placer& Draft::placer() {
  auto& made = state_.placer.made;
  if (!made) made = std::make_shared<Placer>(state_);
  return *made;
}

void Draft::PutInstance(std::shared_ptr<const InstanceRecord> kept) {
  if (state_.placer.made) state_.placer.made->InstanceChanged(*kept);
  const auto& id = kept->instance.id;
  state_.instances.Put(id, std::move(kept));
}

void Draft::PutWorker(std::shared_ptr<const WorkerRecord> kept) {
  if (state_.placer.made) state_.placer.made->WorkerChanged(kept);
  const auto& id = kept->facts.id;
  state_.workers.Put(id, std::move(kept));
}

void Draft::SumUpFor(const std::string& member) {
  if (!IsMember(member)) return;
  const auto set = state_.instances.Find(SetOf(member));
  if (set == nullptr) return;
  const auto& known = set->instance.status;
  auto sum = SumOf(known, MembersOf(state_, set->instance.id));
  const bool same = sum.phase == known.phase && sum.health == known.health && sum.address == known.address &&
                    sum.release == known.release && sum.endpoints == known.endpoints &&
                    sum.keeps_data == known.keeps_data && sum.members == known.members;
  if (same) return;
  if (sum.address != known.address)
    decision_.changes.emplace_back(StoredAddress{set->instance.id, sum.address});
  auto changed = *set;
  changed.instance.status = std::move(sum);
  PutStatus(std::move(changed));
}

void Draft::PutSpec(InstanceRecord record) {
  ++record.instance.revision;
  record.instance.updated_at = now_.wall;
  const auto id = record.instance.id;
  auto kept = std::make_shared<const InstanceRecord>(std::move(record));
  PutInstance(kept);
  decision_.changes.emplace_back(StoredSpec{{id, kept}});
}

void Draft::PutStatus(InstanceRecord record) {
  const auto id = record.instance.id;
  auto kept = std::make_shared<const InstanceRecord>(std::move(record));
  PutInstance(kept);
  decision_.changes.emplace_back(StoredStatus{{id, kept}});
  SumUpFor(id);
}

void Draft::RemoveInstance(const std::string& id) {
  for (const auto& release : ReleasesOf(state_, id)) RemoveRelease(id, release->number);
  if (state_.placer.made) state_.placer.made->InstanceGone(id);
  state_.instances.Erase(id);
  // Once there are too many none is added: a copy of one that is not known stays, which loses nothing.
  if (state_.watch.deleted.size() < kDeletedKnownMax) state_.watch.deleted.insert(id);
  decision_.changes.emplace_back(StoredSpec{{id, nullptr}});
  decision_.changes.emplace_back(StoredStatus{{id, nullptr}});
  decision_.changes.emplace_back(StoredAddress{id, ""});
  SumUpFor(id);
}

void Draft::Put(OperationRecord record) {
  const auto id = record.operation.id;
  if (IsTerminal(record.operation.state)) {
    state_.open.Erase(id);
  } else {
    state_.open.Insert(id, record.operation.instance);
  }
  auto kept = std::make_shared<const OperationRecord>(std::move(record));
  state_.operations.Put(id, kept);
  decision_.changes.emplace_back(Stored<OperationRecord>{id, kept});
}

void Draft::RemoveOperation(const std::string& id) {
  state_.operations.Erase(id);
  state_.open.Erase(id);
  decision_.changes.emplace_back(Stored<OperationRecord>{id, nullptr});
  Do(ForgetEvents{id});
}

void Draft::Put(Release release) {
  const auto key = ReleaseKey(release.instance, release.number);
  auto kept = std::make_shared<const Release>(std::move(release));
  state_.releases.Put(key, kept);
  decision_.changes.emplace_back(Stored<Release>{key, kept});
}

void Draft::RemoveRelease(const std::string& instance, std::uint32_t number) {
  const auto key = ReleaseKey(instance, number);
  state_.releases.Erase(key);
  decision_.changes.emplace_back(Stored<Release>{key, nullptr});
}

void Draft::Put(WorkerRecord record) {
  const auto id = record.facts.id;
  auto kept = std::make_shared<const WorkerRecord>(std::move(record));
  PutWorker(kept);
  decision_.changes.emplace_back(Stored<WorkerRecord>{id, kept});
}

void Draft::RemoveWorker(const std::string& id) {
  if (state_.placer.made) state_.placer.made->WorkerGone(id);
  state_.workers.Erase(id);
  decision_.changes.emplace_back(Stored<WorkerRecord>{id, nullptr});
}

void Draft::PutVolatile(WorkerRecord record) {
  PutWorker(std::make_shared<const WorkerRecord>(std::move(record)));
}

void Draft::Put(TokenRecord record) {
  const auto id = record.id;
  auto kept = std::make_shared<const TokenRecord>(std::move(record));
  state_.tokens.Put(id, kept);
  decision_.changes.emplace_back(Stored<TokenRecord>{id, kept});
}

void Draft::RemoveToken(const std::string& id) {
  state_.tokens.Erase(id);
  decision_.changes.emplace_back(Stored<TokenRecord>{id, nullptr});
}

void Draft::PutRequest(const std::string& key, RequestRecord record) {
  auto kept = std::make_shared<const RequestRecord>(std::move(record));
  state_.requests.Put(key, kept);
  decision_.changes.emplace_back(Stored<RequestRecord>{key, kept});
}

void Draft::RemoveRequest(const std::string& key) {
  state_.requests.Erase(key);
  decision_.changes.emplace_back(Stored<RequestRecord>{key, nullptr});
}

void Draft::PutLook(SteadyTime wall_trusted_from) {
  state_.last_look = now_;
  state_.wall_trusted_from = wall_trusted_from;
}

void Draft::Event(ClusterNote note) {
  note.time = now_.wall;
  decision_.events.push_back(std::move(note));
}

}  // namespace edm::master
