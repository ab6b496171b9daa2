"""`python -m flows` is `fanzha`."""

from flows.cli import main

main()
