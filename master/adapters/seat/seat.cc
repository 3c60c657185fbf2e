#include "master/adapters/seat/seat.h"

#include <pthread.h>

#include <utility>

#include "common/rpc/redirect.h"
#include "master/adapters/seat/place_text.h"

namespace edm::master {

Seat::Seat(Parts parts)
    : parts_(std::move(parts)),
      followed_(parts_.term.store, parts_.term.sealer, parts_.pool, parts_.term.settings),
      election_(Election::Parts{
          .lock = parts_.lock,
          .clock = parts_.term.clock,
          .record = ToText(parts_.self),
          .ttl = parts_.ttl,
          .on_won =
              [this] {
                const std::lock_guard lock(mutex_);
                wants_ = true;
                wake_.notify_all();
              },
          .on_lost =
              [this](Error why) {
                const std::lock_guard lock(mutex_);
                wants_ = false;
                lost_ = std::move(why);
                wake_.notify_all();
              },
          .on_holder = [this](const std::optional<LockHolder>& holder) { OnHolder(holder); }}) {}

Seat::~Seat() { Stop(); }

Status Seat::Start(Millis patience) {
  if (!parts_.alone) {
    EDM_CHECK(followed_.ReadNow());
    followed_.Start();
  }
  thread_ = std::thread([this] { Run(); });
  election_.Start();
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, patience, [this] { return term_ || leader_ || (parts_.alone && failed_); });
  if (!parts_.alone || term_) return Ok();
  const auto failed = failed_;
  lock.unlock();
  return failed ? *failed : WhyNone();
}

void Seat::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  std::shared_ptr<Term> term;
  {
    const std::lock_guard lock(mutex_);
    term = term_;
  }
  if (term) term->Finish();
  election_.Stop();
  followed_.Stop();
}

void Seat::Run() {
  ::pthread_setname_np(::pthread_self(), "edm-seat");
  while (true) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || wants_ != (term_ != nullptr) || (term_ && lost_); });
    if (stopping_) return;
    const auto why = std::exchange(lost_, std::nullopt);
    const bool leads = term_ != nullptr;
    lock.unlock();
    // Lost and won again before this thread looked: that term is over all the same.
    if (leads) {
      StepDown(why.value_or(WhyNone()));
    } else {
      Lead();
    }
  }
}

void Seat::Lead() {
  const auto on_deposed = [this](Error why) { election_.Lose(std::move(why)); };
  auto term = Term::Begin(parts_.term, {on_deposed, [this] { return election_.is_sure(); }});
  const auto begun = term.ok() ? parts_.on_lead((*term)->loop()) : Status(term.error());
  if (!begun.ok()) {
    parts_.tell("this master cannot lead: " + ToString(begun.error()));
    if (term.ok()) (*term)->End(begun.error());
    {
      const std::lock_guard lock(mutex_);
      failed_ = begun.error();
      wants_ = false;
    }
    wake_.notify_all();
    return election_.Resign(begun.error());
  }
  followed_.Follow(false);
  {
    const std::lock_guard lock(mutex_);
    term_ = std::move(term).value();
    failed_.reset();
    leader_.reset();
  }
  wake_.notify_all();
  if (!parts_.alone) Announce();
  parts_.on_change();
}

void Seat::Announce() {
  const auto text = parts_.self.name + " leads, epoch " + std::to_string(View()->epoch);
  parts_.tell(text);
  {
    const std::lock_guard lock(mutex_);
    history_from_ = parts_.term.log.NewestCluster();
  }
  const ClusterNote note{parts_.term.clock.Now(), "master.leads", "", "", "", text};
  parts_.term.log.Append(std::vector<ClusterNote>{note});
}

void Seat::StepDown(const Error& why) {
  parts_.tell(parts_.self.name + " leads no more: " + ToString(why));
  std::shared_ptr<Term> term;
  {
    const std::lock_guard lock(mutex_);
    term = std::exchange(term_, nullptr);
  }
  const auto last = term->loop().View();
  followed_.Follow(true, last);
  term->End(WhyNone());
  parts_.term.log.WakeAll();
  parts_.on_change();
  // Its end waits for the network; the next term may begin meanwhile.
  (void)parts_.pool.Post([ended = std::move(term)]() mutable { ended.reset(); });
}

void Seat::OnHolder(const std::optional<LockHolder>& holder) {
  {
    const std::lock_guard lock(mutex_);
    leader_ = holder && !holder->ours ? PlaceFrom(holder->record) : std::nullopt;
  }
  wake_.notify_all();
  parts_.on_change();
}

std::shared_ptr<Term> Seat::CurrentTerm() const {
  const std::lock_guard lock(mutex_);
  return term_;
}

Error Seat::WhyNone() const {
  const auto unknown = election_.trouble();
  const std::lock_guard lock(mutex_);
  const std::string again = "ask again in a moment, with the same request id";
  // What is known of a leader is worth nothing while nobody can say that it still leads.
  if (unknown) {
    return {Code::kUnavailable,
            "master",
            "nobody can say who leads: " + ToString(*unknown),
            {},
            "reads go on; " + again};
  }
  if (leader_) {
    return rpc::WithLeader({Code::kUnavailable,
                            "master",
                            parts_.self.name + " follows " + leader_->name + " and changes nothing itself",
                            {},
                            again},
                           leader_->cluster_address);
  }
  auto cause = failed_ ? "none leads now: " + ToString(*failed_) : std::string("none leads now");
  return {Code::kUnavailable, "master", std::move(cause), {}, again};
}

void Seat::Submit(Command command, Answer answer) {
  const auto term = CurrentTerm();
  if (!term) return answer(WhyNone());
  term->loop().Submit(std::move(command), std::move(answer));
}

void Seat::Report(master::Report report, Answer answer) {
  const auto term = CurrentTerm();
  if (term) return term->loop().Report(std::move(report), std::move(answer));
  if (answer) answer(WhyNone());
}

std::shared_ptr<const State> Seat::View() const {
  const auto term = CurrentTerm();
  return term ? term->loop().View() : followed_.View();
}

bool Seat::leads() const { return CurrentTerm() != nullptr; }

bool Seat::electing() const {
  if (election_.trouble()) return false;
  const std::lock_guard lock(mutex_);
  return !term_ && !leader_;
}

Standing Seat::Now() const {
  Standing standing{.self = parts_.self, .epoch = View()->epoch};
  const bool unknown = election_.trouble().has_value();
  const std::lock_guard lock(mutex_);
  if (parts_.alone) {
    standing.role = Standing::Role::kAlone;
  } else if (term_) {
    standing.role = Standing::Role::kLeader;
  }
  if (term_) {
    standing.leader = parts_.self;
    standing.history_from = history_from_;
  } else if (!unknown) {
    standing.leader = leader_;
  }
  return standing;
}

std::optional<Error> Seat::trouble() const {
  if (const auto term = CurrentTerm()) return term->loop().Trouble();
  const auto standing = Now();
  if (!standing.leader) return WhyNone();
  return followed_.trouble();
}

std::size_t Seat::queued() const {
  const auto term = CurrentTerm();
  return term ? term->loop().queued() : 0;
}

std::size_t Seat::pending() const {
  const auto term = CurrentTerm();
  return term ? term->loop().pending() : 0;
}

}  // namespace edm::master
