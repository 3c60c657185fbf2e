#include "common/rpc/mapping/order.h"

#include <algorithm>

#include "common/model/names.h"
#include "common/rpc/mapping/attempt.h"
#include "common/rpc/mapping/repeated.h"
#include "common/rpc/mapping/time.h"

namespace edm::rpc {
namespace {

v1::RepoAccess RepoToProto(const RepoAccess& access) {
  v1::RepoAccess message;
  message.set_url(access.url);
  message.set_user(access.user);
  message.set_password(access.password);
  message.set_commit(access.commit);
  return message;
}

v1::ImageRepository RepositoryToProto(const ImageRepository& repository) {
  v1::ImageRepository message;
  message.set_registry(repository.registry);
  message.set_name(repository.name);
  message.set_user(repository.user);
  message.set_password(repository.password);
  message.set_token(repository.token);
  message.set_ca(repository.ca);
  return message;
}

ImageRepository RepositoryFromProto(const v1::ImageRepository& message) {
  return {.registry = message.registry(),
          .name = message.name(),
          .user = message.user(),
          .password = message.password(),
          .token = message.token(),
          .ca = message.ca()};
}

Result<RepoAccess> RepoFromProto(const v1::RepoAccess& message, std::string_view field) {
  const auto& commit = message.commit();
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (commit.size() != 40 || !std::all_of(commit.begin(), commit.end(), is_hex)) {
    return Error{.code = Code::kInvalidArgument,
                 .object = "order." + std::string(field) + ".commit",
                 .cause = "'" + Shown(commit) + "' is no commit of 40 hex digits",
                 .hint = "send the id that the git server answered with"};
  }
  return RepoAccess{message.url(), message.user(), message.password(), commit};
}

Status CheckEnvironment(const v1::Order& message) {
  for (const auto& [name, value] : message.environment()) {
    EDM_CHECK(CheckVariable(name));
    if (value.find('\0') != std::string::npos) {
      return Error{.code = Code::kInvalidArgument,
                   .object = "variable " + Shown(name),
                   .cause = "its value has a NUL byte",
                   .hint = "give binary content in a file"};
    }
  }
  return Ok();
}

Status CheckOrder(const v1::Order& message) {
  EDM_CHECK(CheckInstanceName(message.instance()));
  EDM_CHECK(CheckEnvironment(message));
  if (message.attempt() == 0 || message.epoch() == 0) {
    return Error{.code = Code::kInvalidArgument,
                 .object = "order for " + message.instance(),
                 .cause = "epoch and attempt start at 1",
                 .hint = "number the order"};
  }
  if (!v1::Order::Target_IsValid(message.target()) || message.target() == v1::Order::NOTHING) {
    return Error{.code = Code::kInvalidArgument,
                 .object = "order for " + message.instance(),
                 .cause = "it has no target",
                 .hint = "set target to BUILT, RUNNING, STOPPED or DELETED"};
  }
  if (message.build() && !message.has_source()) {
    return Error{.code = Code::kInvalidArgument,
                 .object = "order for " + message.instance(),
                 .cause = "it says build but has no source",
                 .hint = "set source"};
  }
  return Ok();
}

}  // namespace

v1::Order ToProto(const Order& order) {
  v1::Order message;
  message.set_epoch(order.epoch);
  message.set_instance(order.instance);
  message.set_attempt(order.attempt);
  message.set_operation(order.operation);
  message.set_target(static_cast<v1::Order::Target>(order.target));
  message.set_owner(order.owner);
  message.set_project(order.project);
  message.set_release(order.release);
  message.set_build(order.build);
  message.set_restart(order.restart);
  message.set_no_cache(order.no_cache);
  if (order.source) *message.mutable_source() = RepoToProto(*order.source);
  if (order.template_source) *message.mutable_template_() = RepoToProto(*order.template_source);
  message.set_template_name(order.template_name);
  message.mutable_environment()->insert(order.environment.begin(), order.environment.end());
  message.set_keep_volumes(order.keep_volumes);
  message.set_good_release(order.good_release);
  message.mutable_kept_releases()->Add(order.kept_releases.begin(), order.kept_releases.end());
  *message.mutable_deadline() = ToProto(order.deadline);
  message.set_holds_address(order.holds_address);
  if (order.time_left) *message.mutable_time_left() = ToProto(*order.time_left);
  message.set_singleton(order.singleton);
  message.set_leave_address(order.leave_address);
  if (order.repository) *message.mutable_repository() = RepositoryToProto(*order.repository);
  MapInto(order.images, message.mutable_images(), [](const ReleaseImage& one) { return ToProto(one); });
  return message;
}

Result<Order> FromProto(const v1::Order& message) {
  EDM_CHECK(CheckOrder(message));
  Order order{.epoch = message.epoch(),
              .instance = message.instance(),
              .attempt = message.attempt(),
              .operation = message.operation(),
              .target = static_cast<Target>(message.target()),
              .owner = message.owner(),
              .project = message.project(),
              .release = message.release(),
              .build = message.build(),
              .restart = message.restart(),
              .no_cache = message.no_cache(),
              .template_name = message.template_name(),
              .environment = {message.environment().begin(), message.environment().end()},
              .keep_volumes = message.keep_volumes(),
              .good_release = message.good_release(),
              .kept_releases = {message.kept_releases().begin(), message.kept_releases().end()},
              .deadline = FromProto(message.deadline()),
              .holds_address = message.holds_address(),
              .singleton = message.singleton(),
              .leave_address = message.leave_address()};
  order.images =
      MapAll<ReleaseImage>(message.images(), [](const v1::Release::Image& one) { return FromProto(one); });
  if (message.has_repository()) order.repository = RepositoryFromProto(message.repository());
  if (message.has_time_left()) order.time_left = FromProto(message.time_left());
  if (message.has_source()) {
    EDM_TRY(order.source, RepoFromProto(message.source(), "source"));
  }
  if (message.has_template_()) {
    EDM_TRY(order.template_source, RepoFromProto(message.template_(), "template"));
  }
  return order;
}

Order WithoutCredentials(Order order) {
  for (auto* access : {&order.source, &order.template_source}) {
    if (!*access) continue;
    (*access)->user.clear();
    (*access)->password.clear();
  }
  order.repository.reset();
  order.environment.clear();
  return order;
}

}  // namespace edm::rpc
