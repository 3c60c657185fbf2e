#include "master/adapters/loop/batch_writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "master/adapters/loop/carry.h"

namespace edm::master {
namespace {

Error NotStoredYet(const Error& trouble) {
  return {Code::kDeadlineExceeded, trouble.object, "the change is not stored yet: " + trouble.cause,
          trouble.evidence, "it is made once the store takes it; ask again then, with the same request id"};
}

Error Deposed(const Error& refusal) {
  return {Code::kUnavailable,
          "master",
          "another one leads now: " + ToString(refusal),
          {},
          "ask again, with the same request id: it may have been stored or not"};
}

}  // namespace

Error MasterStops() {
  return {
      Code::kUnavailable, "master", "it is stopping", {}, "try again in a moment, with the same request id"};
}

BatchWriter::BatchWriter(Parts parts) : parts_(std::move(parts)), thread_([this] { Run(); }) {}

BatchWriter::~BatchWriter() { Stop(); }

void BatchWriter::Add(Batch batch) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return pending_.entries.size() < kPendingMax || stopping_ || given_up_; });
  std::move(batch.entries.begin(), batch.entries.end(), std::back_inserter(pending_.entries));
  if (batch.view) pending_.view = std::move(batch.view);
  wake_.notify_one();
}

std::optional<Error> BatchWriter::Trouble() const {
  const std::lock_guard lock(mutex_);
  return given_up_ ? given_up_ : trouble_;
}

std::optional<Error> BatchWriter::GivenUp() const {
  const std::lock_guard lock(mutex_);
  return given_up_;
}

void BatchWriter::GiveUp(Error why) {
  {
    const std::lock_guard lock(mutex_);
    if (!given_up_) given_up_ = std::move(why);
  }
  wake_.notify_all();
  room_.notify_all();
}

void BatchWriter::Depose(const Error& refusal) {
  auto why = Deposed(refusal);
  GiveUp(why);
  if (parts_.on_deposed) parts_.on_deposed(std::move(why));
}

std::size_t BatchWriter::pending() const {
  const std::lock_guard lock(mutex_);
  return pending_.entries.size();
}

void BatchWriter::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  room_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void BatchWriter::Run() {
  while (true) {
    Batch batch;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return !pending_.empty() || stopping_; });
      if (pending_.empty()) return;
      batch = std::exchange(pending_, {});
    }
    room_.notify_all();
    CarryBatch(std::move(batch), {parts_.log, parts_.effects, parts_.publish, parts_.witness},
               [this](Batch& it) { return Store(it) ? Ok() : Status(GivenUp().value_or(MasterStops())); });
  }
}

bool BatchWriter::Store(Batch& batch) {
  if (GivenUp()) return false;
  std::uint32_t tries = 0;
  auto away_since = std::chrono::steady_clock::now();
  for (const auto& ops :
       PackTransactions(batch.entries, parts_.sealer, parts_.store.limits(), parts_.fence)) {
    for (auto outcome = Try(ops); outcome != Outcome::kStored; outcome = Try(ops)) {
      if (outcome == Outcome::kRefused || !PauseBeforeRetry(++tries)) return false;
      if (std::chrono::steady_clock::now() - away_since >= parts_.answer_wait) AnswerThatItWaits(batch);
    }
    tries = 0;
    away_since = std::chrono::steady_clock::now();
  }
  return true;
}

// Of this batch and of those behind it: they were taken in before anybody knew.
void BatchWriter::AnswerThatItWaits(Batch& batch) {
  std::vector<Cluster::Answer> answers;
  Error why;
  {
    const std::lock_guard lock(mutex_);
    if (!trouble_) return;
    why = NotStoredYet(*trouble_);
    for (auto* entries : {&batch.entries, &pending_.entries}) {
      for (auto& entry : *entries) {
        if (entry.answer) answers.push_back(std::exchange(entry.answer, nullptr));
      }
    }
  }
  for (const auto& answer : answers) answer(why);
}

BatchWriter::Outcome BatchWriter::Try(const std::vector<KvOp>& ops) {
  const auto outcome = parts_.store.Transact(ops);
  if (outcome.ok()) {
    SetTrouble({});
    return Outcome::kStored;
  }
  auto trouble = outcome.error();
  // Nothing but the fence expects a revision.
  if (parts_.fence && trouble.code == Code::kAborted) {
    Depose(trouble);
    return Outcome::kRefused;
  }
  trouble.code = Code::kUnavailable;
  if (trouble.object.empty()) trouble.object = "state store";
  if (trouble.hint.empty()) trouble.hint = "reads go on; try again when the store is back";
  SetTrouble(std::move(trouble));
  return Outcome::kAway;
}

void BatchWriter::SetTrouble(std::optional<Error> trouble) {
  const std::lock_guard lock(mutex_);
  trouble_ = std::move(trouble);
}

bool BatchWriter::PauseBeforeRetry(std::uint32_t tries) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, kRetry.After(tries), [this] { return stopping_ || given_up_; });
  return !stopping_ && !given_up_;
}

}  // namespace edm::master
