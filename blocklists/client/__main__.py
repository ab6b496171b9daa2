"""`python -m fanzha_pull`."""

import sys

from .command import main

sys.exit(main())
