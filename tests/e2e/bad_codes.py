"""The codes that bad input is answered with: what the caller should do next decides which."""

INVALID = "INVALID_ARGUMENT"    # mend the request
LIMIT = "RESOURCE_EXHAUSTED"    # a named limit was met
BROKEN = "FAILED_PRECONDITION"  # the state must change first: the workload's, the instance's
MISSING = "NOT_FOUND"
TAKEN = "ALREADY_EXISTS"
MOVED = "ABORTED"               # read again, then write again
AWAY = "UNAVAILABLE"            # the same may succeed a little later
LATE = "DEADLINE_EXCEEDED"
UNKNOWN_CALLER = "UNAUTHENTICATED"
