"""Time as it would pass were the machine ours alone: others who take its cores stretch every limit alike.

On a machine without other work a second is a second; the report says how far that was from so.
"""
import time

BURN = 0.02  # s of one core: what a look at the machine costs
STRETCH_MAX = 4  # times: more than so is no excuse, for most of a recovery waits instead of working


def slowness():
    """How many times longer than alone a piece of work takes now, 1 or more."""
    began, used = time.monotonic(), time.thread_time()
    while time.thread_time() - used < BURN:
        pass
    return max(1.0, (time.monotonic() - began) / BURN)


class Pace:
    """A clock that begins at 0 and is asked now and then."""

    def __init__(self):
        self.began = self.asked = time.monotonic()
        self.calm = 0.0

    def wall(self):
        return time.monotonic() - self.began

    def spent(self):
        """Seconds of a calm machine."""
        factor, now = min(slowness(), STRETCH_MAX), time.monotonic()
        self.calm += (now - self.asked) / factor
        self.asked = now
        return self.calm
