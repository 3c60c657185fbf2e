#include "master/adapters/seat/term.h"

#include <utility>

#include "master/core/enrolment.h"

namespace edm::master {

Term::Term(const Parts& parts, std::function<bool()> is_sure)
    : channel_(std::make_unique<GrpcWorkerChannel>(
          parts.identity,
          // Nobody is called before the loop is there: it is what calls.
          [this](const std::string& worker) { return EnrolmentIn(*loop_->View(), worker); })),
      git_({parts.git, parts.clock, [this, is_sure = std::move(is_sure)] { return !is_over_ && is_sure(); }}),
      effects_(EffectRunner::Parts{git_, *channel_, parts.log, parts.pool, parts.clock, parts.images}) {}

// Its callbacks go to the loop: it ends first.
Term::~Term() { channel_.reset(); }

Result<std::shared_ptr<Term>> Term::Begin(const Parts& parts, Mandated seat) {
  EDM_TRY(const auto mandate, TakeEpoch(parts.store));
  EDM_TRY(auto state, ReadState(parts.store, parts.sealer));
  state.epoch = mandate.epoch;
  state.settings = parts.settings;
  RepairLogs(state, parts.log);
  std::shared_ptr<Term> term(new Term(parts, std::move(seat.is_sure)));
  term->loop_ = std::make_unique<ClusterLoop>(std::move(state),
                                              ClusterLoop::Parts{.store = parts.store,
                                                                 .sealer = parts.sealer,
                                                                 .log = parts.log,
                                                                 .effects = term->effects_,
                                                                 .clock = parts.clock,
                                                                 .check_room = parts.check_room,
                                                                 .fence = mandate.fence,
                                                                 .on_deposed = std::move(seat.on_deposed),
                                                                 .witness = parts.witness,
                                                                 .pulse = parts.pulse});
  term->effects_.KeepAlive(term);
  term->effects_.Connect(*term->loop_);
  term->loop_->Start();
  return term;
}

void Term::End(const Error& why) {
  is_over_ = true;
  effects_.StopAll();
  channel_->LetGo();
  loop_->GiveUp(why);
}

void Term::Finish() {
  loop_->Stop();
  is_over_ = true;
  effects_.StopAll();
  channel_->LetGo();
}

}  // namespace edm::master
