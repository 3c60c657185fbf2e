#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/model/instance.h"
#include "common/model/operation.h"
#include "common/model/order.h"
#include "common/model/worker.h"
#include "master/model/move.h"
#include "master/model/rollout.h"
#include "master/model/stage.h"

namespace edm::master {

// How far an operation is to go; the numbers are those of Until.Value.
enum class Until : std::uint8_t { kDefault = 0, kSource = 1, kBuilt = 2, kRunning = 3 };

struct InstanceRecord {
  Instance instance;
  std::uint32_t attempts = 0;       // the last attempt number that was given away
  std::uint32_t releases = 0;       // the last release number that was given away
  std::uint32_t tried_release = 0;  // the highest that was ever ordered to start
};

// A branch that moves to `to` once its deploy has succeeded.
struct PendingPush {
  std::string branch;
  std::string from;
  std::string to;
};

// What an operation still has to do, beside what people see of it.
struct OperationPlan {
  Stage stage = Stage::kSource;
  Until until = Until::kRunning;
  bool no_cache = false;
  bool keep_volumes = false;
  std::string ref;      // to resolve in the instance's own repo, or in `git_url`
  std::string git_url;  // fetched from, when not empty
  Source source;        // once it is known
  std::optional<PendingPush> push;
  bool cancel_requested = false;
  bool made_instance = false;  // its instance came into being with it
  // Its source does not come, and the instance that it made goes with it: how it ends once that is done.
  std::optional<OperationState> undoes_as;
  std::map<std::string, std::string> rejected_by;  // workers that could not try it, and why
  std::optional<MovePlan> move;                    // of kind MOVE
  std::string plan_revision;                       // "" : it was not planned
  bool require_plan = false;
  std::optional<Rollout> rollout;  // of a set, once its source is there
};

struct OperationRecord {
  Operation operation;
  OperationPlan plan;
  std::string request_digest;
  std::uint32_t attempt = 0;  // 0: no order yet
  std::string worker;
  Order order;                      // without credentials and environment
  std::uint32_t worker_cursor = 0;  // how far the attempt's events were taken into account
  std::string placement_note;

  // In memory only; set anew when a master starts.
  SteadyTime expires;  // the operation's deadline
  SteadyTime stage_began;
  SteadyTime cancelled_at;
  std::optional<Placement> placement;  // of a move, until it has arrived
  std::string waits_for;               // in the place stage: what was last told about why
};

// What an open operation was promised on a worker, whether or not a sample shows it yet.
struct Reservation {
  std::string operation;
  std::uint32_t memory_mib = 0;
  std::uint32_t disk_mib = 0;
  bool new_network = false;               // until a sample counts it as taken
  std::optional<WallTime> network_taken;  // by the worker's clock, as its samples are
};

// A worker as the master knows it. What stands before `own_labels` is stored.
struct WorkerRecord {
  WorkerFacts facts;
  WorkerState state = WorkerState::kJoining;
  Availability availability = Availability::kActive;
  WallTime joined_at;
  // Which of its joins its certificates must be of: who joins anew as this worker locks out who was it
  // before.
  // "": it joined before there was such a thing.
  std::string enrolment;
  std::optional<WallTime> certificate_ends;  // of the newest one
  std::uint32_t revision = 0;
  std::map<std::string, std::string> given_labels;  // by people, over its own; `facts` has both

  std::map<std::string, std::string> own_labels;  // as it registered last
  std::uint32_t protocol = 0;
  std::string session;
  std::optional<Load> load;            // the last one that made sense
  double background = 0;               // share of its CPU in use apart from what its own orders explain
  std::uint32_t samples_refused = 0;   // not finite, negative, out of range, or of another time
  std::uint32_t refused_in_a_row = 0;  // of them, since the last that made sense
  std::string refused_why;             // of the last of them
  WallTime seen_at;
  SteadyTime seen;  // the last beat, or the master's start
  SteadyTime lost_at;
  SteadyTime back_at;       // it registered again after it was lost
  std::uint32_t flaps = 0;  // losses shortly after it was back
  std::vector<Reservation> reservations;
  double settling = 0;    // orders that ended lately, each with a weight that fades
  SteadyTime echo_until;  // samples may show what its own orders did
};

enum class TokenKind : std::uint8_t { kPerson = 0, kWorker = 1 };

struct TokenRecord {
  std::string id;
  std::string name;
  TokenKind kind = TokenKind::kPerson;
  WallTime created_at;
  std::optional<WallTime> expires_at;
  std::optional<WallTime> used_at;  // of a worker token: it joined, and is worth nothing now
  std::string hash;                 // BLAKE2b-256 of the secret
};

// What a request id was used for, so that the same call again gets the same answer.
struct RequestRecord {
  std::string digest;
  std::string operation;
  std::string instance;
  std::string token;
  WallTime expires_at;
  std::string commit;  // of a template
};

}  // namespace edm::master
