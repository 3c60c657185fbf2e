#include "common/rpc/mapping/attempt.h"

#include "common/base/text.h"
#include "common/rpc/mapping/failure.h"
#include "common/rpc/mapping/observation.h"
#include "common/rpc/mapping/repeated.h"
#include "common/rpc/mapping/time.h"

namespace edm::rpc {
namespace {

// Sets the member of the oneof that belongs to each kind of event.
struct Fill {
  v1::AttemptEvent* message;
  WallTime time;

  void operator()(Phase phase) const { message->set_phase(ToProto(phase)); }
  void operator()(const Step& step) const { *message->mutable_step() = ToProto(step); }
  void operator()(const BuildLine& line) const { *message->mutable_log() = ToProto(line, time); }
  void operator()(const Warning& warning) const { message->set_warning(ToUtf8(warning.text)); }
  void operator()(const Built& built) const { *message->mutable_built() = ToProto(built); }
  void operator()(const AttemptEnd& end) const { *message->mutable_end() = ToProto(end); }
};

}  // namespace

v1::Step ToProto(const Step& step) {
  v1::Step message;
  message.set_name(step.name);
  message.set_state(static_cast<v1::Step::State>(step.state));
  message.set_detail(ToUtf8(step.detail));
  if (step.started_at) *message.mutable_started_at() = ToProto(*step.started_at);
  if (step.ended_at) *message.mutable_ended_at() = ToProto(*step.ended_at);
  return message;
}

Step FromProto(const v1::Step& message) {
  Step step{.name = message.name(), .detail = message.detail()};
  if (v1::Step::State_IsValid(message.state())) step.state = static_cast<StepState>(message.state());
  if (message.has_started_at()) step.started_at = FromProto(message.started_at());
  if (message.has_ended_at()) step.ended_at = FromProto(message.ended_at());
  return step;
}

v1::LogLine ToProto(const BuildLine& line, WallTime time) {
  v1::LogLine message;
  message.set_service(line.service);
  message.set_is_stderr(line.is_stderr);
  message.set_text(ToUtf8(line.text));
  *message.mutable_time() = ToProto(time);
  return message;
}

BuildLine FromProto(const v1::LogLine& message) {
  return {.service = message.service(), .is_stderr = message.is_stderr(), .text = message.text()};
}

v1::Release::Image ToProto(const ReleaseImage& image) {
  v1::Release::Image message;
  message.set_service(image.service);
  message.set_id(image.id);
  message.set_digest(image.digest);
  return message;
}

ReleaseImage FromProto(const v1::Release::Image& message) {
  return {message.service(), message.id(), message.digest()};
}

v1::Built ToProto(const Built& built) {
  v1::Built message;
  MapInto(built.images, message.mutable_images(), [](const ReleaseImage& i) { return ToProto(i); });
  message.set_template_commit(built.template_commit);
  for (const auto& grant : built.grants) message.add_grants(grant);
  message.set_template_name(built.template_name);
  return message;
}

Built FromProto(const v1::Built& message) {
  return {.images = MapAll<ReleaseImage>(message.images(),
                                         [](const v1::Release::Image& i) { return FromProto(i); }),
          .template_commit = message.template_commit(),
          .grants = {message.grants().begin(), message.grants().end()},
          .template_name = message.template_name()};
}

v1::AttemptEnd ToProto(const AttemptEnd& end) {
  v1::AttemptEnd message;
  message.set_phase(ToProto(end.phase));
  if (end.failure) *message.mutable_failure() = ToProto(*end.failure);
  message.set_running_release(end.running_release);
  message.set_restored_release(end.restored_release);
  message.set_still_serves(end.still_serves);
  message.set_keeps_data(end.keeps_data);
  MapInto(end.endpoints, message.mutable_endpoints(), [](const Endpoint& e) { return ToProto(e); });
  MapInto(end.services, message.mutable_services(), [](const ServiceStatus& s) { return ToProto(s); });
  return message;
}

AttemptEnd FromProto(const v1::AttemptEnd& message) {
  AttemptEnd end{
      .phase = FromProto(message.phase()),
      .running_release = message.running_release(),
      .restored_release = message.restored_release(),
      .still_serves = message.still_serves(),
      .endpoints = MapAll<Endpoint>(message.endpoints(), [](const v1::Endpoint& e) { return FromProto(e); }),
      .services =
          MapAll<ServiceStatus>(message.services(), [](const v1::ServiceStatus& s) { return FromProto(s); }),
      .keeps_data = !message.has_keeps_data() || message.keeps_data()};
  if (message.has_failure()) end.failure = FromProto(message.failure());
  return end;
}

v1::AttemptEvent ToProto(const AttemptEvent& event) {
  v1::AttemptEvent message;
  message.set_cursor(event.cursor);
  *message.mutable_time() = ToProto(event.time);
  std::visit(Fill{&message, event.time}, event.what);
  return message;
}

AttemptEvent FromProto(const v1::AttemptEvent& message) {
  AttemptEvent event{.cursor = message.cursor(), .time = FromProto(message.time())};
  switch (message.what_case()) {
    case v1::AttemptEvent::kPhase:
      event.what = FromProto(message.phase());
      break;
    case v1::AttemptEvent::kStep:
      event.what = FromProto(message.step());
      break;
    case v1::AttemptEvent::kLog:
      event.what = FromProto(message.log());
      break;
    case v1::AttemptEvent::kWarning:
      event.what = Warning{message.warning()};
      break;
    case v1::AttemptEvent::kBuilt:
      event.what = FromProto(message.built());
      break;
    case v1::AttemptEvent::kEnd:
      event.what = FromProto(message.end());
      break;
    case v1::AttemptEvent::WHAT_NOT_SET:
      event.what = Warning{"an event of a kind that is not known here"};
      break;
  }
  return event;
}

}  // namespace edm::rpc
