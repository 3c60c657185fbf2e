#include "worker/app/certificate.h"

#include <algorithm>

#include "worker/adapters/master/registry.h"
#include "worker/app/identity.h"
#include "worker/core/renewal.h"

namespace edm::worker {

Millis Certificate::Turn(const MasterClock& master) {
  const auto now = [&] { return master.At(peers_.clock.Steady()).value_or(peers_.clock.Now()); };
  const auto look_every = std::min(kLookEvery, Millis(valid_.until - valid_.from) / kLooksInALife);
  const auto wait = [&] { return UntilRenewal({valid_.from, valid_.until, now(), failures_}); };
  if (wait() > Millis(0) && failures_ == 0) return std::min(wait(), look_every);
  if (const auto renewed = Renew(); renewed.ok()) {
    failures_ = 0;
    trouble_.clear();
  } else {
    ++failures_;
    const auto ends = FormatRfc3339(valid_.until);
    trouble_ = now() < valid_.until
                   ? "it ends at " + ends + " and was not renewed: " + ToString(renewed.error())
                   : "it ended at " + ends + "; join again: edmctl token create " + id_ + " --worker";
  }
  return std::min(wait(), look_every);
}

Status Certificate::Renew() {
  EDM_TRY(const auto made, rpc::MakeKeyAndRequest(id_));
  v1::RenewRequest request;
  request.set_certificate_request(made.request);
  EDM_TRY(const auto renewed, peers_.registry->Call(&v1::Registry::Stub::Renew, request));
  EDM_TRY(const auto valid, rpc::ValidityOf(renewed.certificate()));
  EDM_TRY(const auto before, LoadIdentity(options_));
  const rpc::Identity identity{renewed.certificate(), made.key, before.ca};
  EDM_CHECK(SaveIdentity(options_, identity));
  EDM_CHECK(peers_.registry->Redial(identity));
  peers_.taken(identity);
  valid_ = valid;
  return Ok();
}

}  // namespace edm::worker
