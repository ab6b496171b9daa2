"""What can never be listed, whatever anybody decided: the guard between decisions and lists.

`load(settings)` puts together the shipped list (`pipeline/data/protected.toml`), the analyst's own
file and imported lists; `Protected.refusal(indicator)` says why an indicator may not be listed, or
nothing where it may. Policy asks before it decides, and the lists ask again before they are written.
"""

from pipeline.protected.load import load
from pipeline.protected.rules import Protected, Reach, Refusal, Shield

__all__ = ["Protected", "Reach", "Refusal", "Shield", "load"]
