#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/time.h"
#include "master/model/records.h"

// What people ask for. Names in here were checked at the door.
namespace edm::master {

// Who asks, and what makes a repeat of this call recognisable.
struct Origin {
  std::string actor;  // token name
  std::string token_id;
  std::string request_id;      // "" : no idempotency wanted
  std::string request_key;     // digest of token id and request id
  std::string request_digest;  // of the whole request
};

struct CreateInstance {
  Origin origin;
  Instance instance;  // id, owner, project, description, annotations, spec
};

// Only what is present is changed.
struct UpdateInstance {
  Origin origin;
  std::string id;
  std::optional<std::string> description;
  std::map<std::string, std::string> environment;
  bool replace_environment = false;
  std::optional<std::string> template_name;
  std::optional<std::string> branch;
  std::map<std::string, std::string> annotations;
  std::optional<std::uint32_t> memory_mib;
  std::optional<double> cpus;
  std::map<std::string, std::string> worker_labels;  // "" takes the label away
  std::optional<Requirements> requirements;          // as a whole
  std::optional<std::uint32_t> revision;             // the one it was based on
};

// Begins an operation.
struct Begin {
  Origin origin;
  std::string operation;  // its id, fresh
  std::string instance;
  OperationKind kind = OperationKind::kUnknown;
  std::optional<Millis> timeout;
  Until until = Until::kDefault;
  bool no_cache = false;
  bool keep_volumes = false;
  std::uint32_t release = 0;  // of a rollback, or of a part
  std::string plan_revision;  // "" : it was not planned
  bool require_plan = false;
  std::string git_url;
  std::string ref;
  // An upload on its way into git: its outcome arrives as SourceTaken.
  std::optional<Source> upload;
  std::optional<Instance> create;  // made when the instance is not there
  std::optional<PendingPush> push;
  std::string to;              // of a move: the only worker that will do; "": any other
  bool give_up_data = false;   // likewise: it begins with empty volumes there
  bool only_if_lost = false;   // likewise: refused while its worker is there
  std::uint32_t replicas = 0;  // of a scale; of a push: what its edm.yaml says
  // Of a step of a set's operation: that one, and the release that it is about, with its source.
  std::string part_of;
  std::optional<Source> source;
};

struct CancelOperation {
  Origin origin;
  std::string id;
};

struct CreateToken {
  Origin origin;
  TokenRecord token;
  std::optional<Millis> lifetime;
};

struct RevokeToken {
  Origin origin;
  std::string id;
};

// Only what is present is changed.
struct ChangeWorker {
  Origin origin;
  std::string id;
  std::optional<Availability> availability;
  std::map<std::string, std::string> labels;
  std::vector<std::string> remove_labels;
  std::optional<std::uint32_t> revision;  // the one it was based on
};

struct RemoveWorker {
  Origin origin;
  std::string id;
  bool force = false;  // whatever it holds
};

// What vanished at once is lost indeed.
struct ResumeMoves {
  Origin origin;
};

// A worker gave this token for its certificate; afterwards it is worth nothing.
struct UseToken {
  std::string id;
  std::string worker;
  std::string enrolment;  // fresh; the certificate carries it
  WallTime certificate_ends;
};

// What git alone keeps was changed: a template came (`commit`) or went (""). Only the request id is to be
// kept.
struct TemplateChanged {
  Origin origin;
  std::string name;
  std::string commit;
};

using Command = std::variant<CreateInstance, UpdateInstance, Begin, CancelOperation, CreateToken, RevokeToken,
                             UseToken, TemplateChanged, ChangeWorker, RemoveWorker, ResumeMoves>;

// The answer to a command that was accepted: ids to look up in the view, which holds the change by then.
struct Accepted {
  std::string instance;
  std::string operation;
  std::string token;
  bool repeated = false;  // the same request id was answered before
  std::string commit;     // of a template
};

}  // namespace edm::master
