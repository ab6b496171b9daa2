"""Everything that is kept, in one database: the only package that speaks SQL.

`open_store(url)` gives a `Store`; its `read()` and `write()` give a connection, which the functions
of the modules beside this one take as their first argument. One module per noun owns that noun's
tables and is their only writer.
"""

from pipeline.store.engine import Connection, Store, open_store

__all__ = ["Connection", "Store", "open_store"]
