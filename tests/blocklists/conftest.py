"""What the tests of the lists share."""

from hypothesis import settings

# Examples are small; a busy machine is no failure.
settings.register_profile("lists", deadline=None)
settings.load_profile("lists")
