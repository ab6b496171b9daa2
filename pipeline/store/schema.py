"""What all tables share: the metadata, the column types, and the bulk insert of both databases."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    select,
    types,
)
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.nouns import Indicator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Sequence = BigInteger().with_variant(Integer, "sqlite")
"""An id that the database counts up; SQLite counts only INTEGER primary keys."""

MAX_ID = 2**63 - 1
"""The greatest id that either database can be asked for."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UtcTime(types.TypeDecorator[datetime]):
    """An aware datetime, kept as whole microseconds since 1970 in UTC: equal on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class IndicatorKey(types.TypeDecorator[Any]):
    """An `Indicator`, kept as `kind:value`, sorted by its bytes on every database."""

    impl = Text().with_variant(Text(collation="C"), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        return None if value is None else Indicator.from_key(value)


class Turn(IntEnum):
    """What only one transaction at a time may do on PostgreSQL; on SQLite only one ever writes."""

    SCHEMA = 0x46_5A_01
    REPORTS = 0x46_5A_02


def take_turn(connection: Connection, turn: Turn) -> None:
    """Wait until no other transaction has this turn, and keep it until this one ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(turn.value)))


def insert_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert the rows whose key is not there yet, and say how many that were."""
    values = list(rows)
    if not values:
        return 0
    return _bulk(connection, _insert(connection, table).on_conflict_do_nothing(), table, values)


def upsert(
    connection: Connection,
    table: Table,
    rows: Iterable[Mapping[str, Any]],
    *,
    update: Callable[[Any], Mapping[str, Any]],
) -> None:
    """Insert rows; where the primary key is there already, set what `update` says.

    `update` takes the row that came (its columns by name) and gives column → value or expression.
    """
    values = list(rows)
    if not values:
        return
    statement = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    statement = statement.on_conflict_do_update(
        index_elements=keys, set_=update(statement.excluded)
    )
    _bulk(connection, statement, table, values)


def _bulk(
    connection: Connection, statement: Any, table: Table, values: list[Mapping[str, Any]]
) -> int:
    """Run one statement for many rows of the same columns, and say how many rows it changed.

    SQLAlchemy's own way costs twice the time of the database: it works out each row's parameters
    anew. Here the statement is compiled once and the driver gets all rows at a time.
    """
    dialect = connection.dialect
    compiled = statement.compile(dialect=dialect, column_keys=list(values[0]))
    if compiled.insert_prefetch:
        raise TypeError(f"rows must give every column that has a default: {values[0].keys()}")
    columns = []
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    names = compiled.positiontup if compiled.positional else list(binds)
    for name in names:
        kind = binds[name].type.dialect_impl(dialect)
        process = kind.bind_processor(dialect)
        given = name in values[0]
        held = [row[name] for row in values] if given else [compiled.params[name]]
        ready = held if process is None else [process(value) for value in held]
        columns.append(ready if given else ready * len(values))
    parameters: Any = list(zip(*columns, strict=True))
    if not compiled.positional:
        parameters = [dict(zip(names, row, strict=True)) for row in parameters]
        keys = [column.name for column in table.primary_key]
        if set(keys) <= set(names):
            # Writers that lock the same rows in the same order wait, and never for each other.
            parameters.sort(key=itemgetter(*keys))
    return int(connection.exec_driver_sql(str(compiled), parameters).rowcount)


def _insert(connection: Connection, table: Table) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
