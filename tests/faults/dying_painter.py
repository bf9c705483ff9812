"""`python -m tests.faults.dying_painter ...`: `ws-worker`, killed -9 between a provider's answer and its delivery."""

import sys

from app import main
from icons.adapters.files.disk import DiskFiles
from tests.faults.dying_worker import around

if __name__ == "__main__":
    sys.argv.insert(1, "ws-worker")
    around(DiskFiles, "put", when=lambda _, name, __: name.endswith(".json"))
    main()
