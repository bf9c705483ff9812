"""A worker from outside in a process of its own: it says what it was given, and does nothing until it is killed."""

import sys
import time

from tests.web.live.hands import hired

if __name__ == "__main__":
    with hired(sys.argv[1], sys.argv[2]) as hand:
        print(hand.hear("generate_image")["requestId"], flush=True)  # noqa: T201 - what its parent waits for
        hand.beat(1.0)
        time.sleep(60)
