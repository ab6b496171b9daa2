"""Locks of review items and the analysts' saved views: who works on what, and how they look."""

from datetime import datetime

from sqlalchemy import Column, Connection, Index, Table, Text, delete, select, update

from pipeline.nouns import Indicator
from pipeline.store.schema import IndicatorKey, UtcTime, insert_new, metadata, upsert

locks = Table(
    "review_locks",
    metadata,
    Column("subject", IndicatorKey, primary_key=True),
    Column("login", Text, nullable=False),
    Column("until", UtcTime, nullable=False),
    Index("ix_review_locks_login", "login"),
)

views = Table(
    "saved_views",
    metadata,
    Column("login", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("query", Text, nullable=False),
)


def take(
    connection: Connection, subject: Indicator, login: str, *, at: datetime, until: datetime
) -> str:
    """Take or prolong the lock of an item; returns the login that holds it afterwards.

    Another's lock stands until its time is over.
    """
    insert_new(connection, locks, [{"subject": subject, "login": login, "until": until}])
    connection.execute(
        update(locks)
        .where(locks.c.subject == subject, (locks.c.login == login) | (locks.c.until <= at))
        .values(login=login, until=until)
    )
    return str(connection.scalar(select(locks.c.login).where(locks.c.subject == subject)))


def holder(connection: Connection, subject: Indicator, *, at: datetime) -> str | None:
    """Who holds the lock of an item now."""
    query = select(locks.c.login).where(locks.c.subject == subject, locks.c.until > at)
    return connection.scalar(query)


def held(connection: Connection, *, at: datetime) -> dict[Indicator, str]:
    """Every item that is locked now, and by whom."""
    query = select(locks.c.subject, locks.c.login).where(locks.c.until > at)
    return {row.subject: row.login for row in connection.execute(query)}


def release(connection: Connection, subject: Indicator, login: str) -> None:
    """Give a lock back; another's is left alone."""
    connection.execute(delete(locks).where(locks.c.subject == subject, locks.c.login == login))


def save_view(connection: Connection, login: str, name: str, query: str) -> None:
    """Keep a query string of the queue under a name; the same name again replaces it."""
    row = {"login": login, "name": name, "query": query}
    upsert(connection, views, [row], update=lambda new: {"query": new.query})


def views_of(connection: Connection, login: str) -> list[tuple[str, str]]:
    """The saved views of a login as (name, query string), by name."""
    query = select(views.c.name, views.c.query).where(views.c.login == login).order_by(views.c.name)
    return [(row.name, row.query) for row in connection.execute(query)]


def drop_view(connection: Connection, login: str, name: str) -> None:
    """Forget a saved view."""
    connection.execute(delete(views).where(views.c.login == login, views.c.name == name))
