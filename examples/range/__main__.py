"""Practice range as a process: `python -m examples.range folder DIR`; see `process`."""

import sys

from examples.range.process import main

sys.exit(main(sys.argv[1:]))
