"""The pull client: fetches releases, trusts nothing it cannot verify, keeps the last good copy.

It stands alone: it imports the standard library, PyNaCl and, where it is there, zstandard, and
nothing of the rest of the project, so that a carrier can install this folder and no more.
"""
