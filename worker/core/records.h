#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/order.h"
#include "worker/core/course.h"
#include "worker/ports/address_reserver.h"
#include "worker/ports/readiness_probe.h"

namespace edm::worker {

// What starting a release needs beside its final compose file.
struct RunSpec {
  std::vector<WantedService> services;
  std::vector<WantedPort> ports;  // published ones
  std::vector<Endpoint> endpoints;
  std::map<std::string, std::string> catalog_names;  // service to its name in the catalog, where it has one
  Millis ready_timeout{60'000};
  Millis ready_least{0};  // its folder asks for that much time; see ready_window.h
  Seconds stop_grace{10};
  bool keeps_data = true;  // in volumes or folders of this machine; true too where it is not known
};

// A release whose images are on this worker.
struct ReleaseRecord {
  std::uint32_t number = 0;
  std::vector<ReleaseImage> images;
  std::string template_name;
  std::string template_commit;
  std::vector<std::string> grants;
  std::string commit;  // "": its source names what may change without a new commit
  // Images that its builds and services start from: their ids when it was made, "" where the engine had none.
  std::map<std::string, std::string> inputs;
  // Of everything that went into the final compose file besides the checkout; "": none was written yet.
  std::string final_digest;
  RunSpec run;
  Millis ready_took{0};  // from its start until it was ready, the last time; 0: it never was
  // Services that ran on when it took the place of another one, to the release that their containers were
  // made for.
  std::map<std::string, std::uint32_t> kept;
};

// What this worker holds of one instance beyond its attempts. Lives from the first reservation to the
// deletion.
struct Holding {
  std::string instance;
  std::string owner;
  std::string project;
  std::uint32_t running_release = 0;             // is meant to run now; 0: nothing
  bool address_published = false;                // instance/<id>/ip
  std::map<std::string, std::uint16_t> ports;    // by PortName
  std::map<std::string, std::string> subnets;    // network to subnet
  std::map<std::string, std::string> generated;  // values made once; sealed at rest
  std::map<std::uint32_t, ReleaseRecord> releases;
  std::optional<WallTime> inspect_until;  // failed containers stay until then
  std::optional<WallTime> trial_until;    // and those of a failed trial, whatever runs
};

// Whether nothing of the instance is on this worker but what was reserved for it.
bool IsBare(const Holding& holding);

// Whether one of its releases has written to this machine what another worker would not have.
bool KeepsData(const Holding& holding);

// One attempt, as the journal keeps it: written before each effect and after.
struct AttemptRecord {
  Order order;                         // with its credentials and environment, which are sealed at rest
  SteadyTime due = SteadyTime::max();  // when it is to end at the latest; never stored
  Course course = Course::kAbandon;
  Effect done = Effect::kNone;  // the last one of `course` that was performed
  Phase phase = Phase::kPending;
  std::optional<Error> failure;  // what sent it to another course
  Phase failed_as = Phase::kPending;
  std::uint32_t restored_release = 0;
  std::optional<Millis> trial_took;  // until the trial was ready; absent: there was none
  Built built;
  std::vector<ServiceStatus> services;  // as they were when it failed
  std::optional<AttemptEnd> end;
  std::optional<WallTime> ended_at;

  bool ended() const { return end.has_value(); }
};

// What a host port is reserved under: "web/80/tcp" where edm chooses it, "web/80/tcp=8080" where it is fixed.
// So a release that names another host port takes nothing from the release before it.
std::string PortName(const WantedPort& port);
bool IsFixedPort(std::string_view port_name);

// Whether the good release of an order is another one than its own, and here to be put back.
bool CanGoBack(const Order& order, const Holding& holding);

AttemptRecord NewAttempt(Order order);

// What the end of an attempt tells its master.
AttemptEnd EndOf(const AttemptRecord& attempt, const Holding& holding);

}  // namespace edm::worker
