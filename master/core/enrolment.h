#pragma once

#include <optional>
#include <string>

#include "master/core/draft.h"
#include "master/model/report.h"
#include "master/ports/git_server.h"

namespace edm::master {

// Whether a token opens the cluster to a machine that wants to be `worker`. One that was at work here before
// is only followed by a machine with a token of its name: with any other, a stolen token would be given its
// instances. Errors: kAlreadyExists (it is at work), kPermissionDenied (the token is made for another one).
Status CheckEnrolment(const State& state, const TokenRecord& token, const std::string& worker);

// The token was used: from now on only certificates of this enrolment are the worker's.
void Enrol(Draft& draft, const UseToken& command);

// Whether a certificate is still worth anything. Errors: kPermissionDenied (the worker was removed, or
// another machine has joined as it since), kUnauthenticated (its time is over).
Status CheckCertificate(const State& state, const std::string& worker, const std::string& enrolment,
                        WallTime now);

// None: it is no worker of this cluster.
std::optional<std::string> EnrolmentIn(const State& state, const std::string& worker);

// Whether some worker has an order under way that may need this repo: a password for reading it is worth
// nothing before and after. Of templates any order may need any.
bool MayReadRepo(const State& state, const RepoName& repo);

// kPermissionDenied when it was removed or joined anew meanwhile.
Result<Accepted> OnRenewed(Draft& draft, const CertificateRenewed& report);

// Of two machines with one identity (a copied disk) the later is refused while the other one beats:
// kAlreadyExists.
Status CheckOnlyOne(const State& state, const WorkerRegistered& report, SteadyTime now);

}  // namespace edm::master
