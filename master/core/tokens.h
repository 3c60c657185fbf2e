#pragma once

#include "master/core/draft.h"

namespace edm::master {

Result<Accepted> AddToken(Draft& draft, const CreateToken& command);

// The last one of a person stays: without it nobody could get in.
Result<Accepted> Revoke(Draft& draft, const RevokeToken& command);

// kUnauthenticated unless it is a worker token that nobody has used; what CheckEnrolment says.
Result<Accepted> Use(Draft& draft, const UseToken& command);

// Whether a token opens anything now.
Status CheckToken(const TokenRecord& token, WallTime now);

}  // namespace edm::master
