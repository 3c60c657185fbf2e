#pragma once

#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/base/result.h"
#include "common/model/order.h"
#include "common/model/worker.h"

// What became known: from workers, from the git server, from the clock.
namespace edm::master {

struct WorkerRegistered {
  WorkerFacts facts;
  std::uint32_t protocol = 0;
  std::string session;                    // fresh
  std::vector<Observation> observations;  // all that is there
  std::string enrolment = {};             // that its certificate carries; "" in those from before
};

struct CertificateRenewed {
  std::string worker;
  std::string enrolment;
  WallTime ends;
};

struct WorkerBeat {
  std::string worker;
  std::string session;
  Load load;
  std::vector<Observation> changed;
};

struct AttemptReported {
  std::string operation;
  std::uint32_t attempt = 0;
  AttemptEvent event;
};

// The worker refused the order, or the order could not be made.
struct OrderRefused {
  std::string operation;
  std::uint32_t attempt = 0;
  Error error;
};

struct SourceTaken {
  std::string operation;
  Result<Source> source;
};

struct BranchMoved {
  std::string operation;
  Status outcome;
};

struct RepoDeleted {
  std::string operation;
  Status outcome;
};

// Repos that the git server, being away, has left as they should not be (core/left_repos.h), or none.
struct ReposLeft {
  std::set<std::string> instances;
};

// The worker that holds an instance says where it is (a cluster without Consul).
struct AddressPublished {
  std::string worker;
  std::string instance;
  std::string address;  // "": gone
};

// The clock went on: deadlines, beats, retention.
struct Tick {};

// A master started with the state it found; whatever was under way goes on.
struct Recovered {};

using Report =
    std::variant<WorkerRegistered, CertificateRenewed, WorkerBeat, AttemptReported, OrderRefused, SourceTaken,
                 BranchMoved, RepoDeleted, ReposLeft, AddressPublished, Tick, Recovered>;

}  // namespace edm::master
