"""What the stages of the features share: a table, how a step is computed, how columns are attached."""

from collections.abc import Callable
from typing import Any

Table = Any
"""An ibis table expression."""
Stage = Callable[[str, Table], Table]
"""Materialises an expression under a name and gives the table back: what an engine does its way."""


def attach(table: Table, other: Table) -> Table:
    """The columns of `other`, one row per number, beside those of `table`; null where it has no row."""
    return table.left_join(other, "number").drop("number_right")
