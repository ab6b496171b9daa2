"""The practice range: a small internet on loopback, with its own DNS, sites and registry.

`serve()` starts the one that comes with the project, or any folder in the format of docs/range.md.
"""

from examples.range.manifest import INTERNET, Expectation, Host, Manifest, read_manifest
from examples.range.process import serve
from examples.range.running import Running

__all__ = ["INTERNET", "Expectation", "Host", "Manifest", "Running", "read_manifest", "serve"]
