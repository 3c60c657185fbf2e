#pragma once

#include "common/rpc/method_table.h"
#include "master/api/relay/leader_relay.h"
#include "master/ports/helm.h"

namespace edm::master {

// While there is no leader, an order waits that long for one.
inline constexpr Millis kLeaderWaitMax{5'000};

// Makes the handlers of a table fit for a master that may follow: what can be answered from what is stored,
// or by a worker, is answered here; the rest goes to the leader, and comes back. What was lost on the way is
// asked again of the next leader where that cannot do it twice: it reads only, or has a request id.
// All must outlive the table.
void ForwardToLeader(rpc::MethodTable& table, Helm& helm, LeaderRelay& relay);

// For the port on which masters ask each other: refuses what is asked of one that does not lead.
void RefuseUnlessLeading(rpc::MethodTable& table, const Helm& helm);

}  // namespace edm::master
