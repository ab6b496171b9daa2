"""What all tests share: which programs are there, and stores to test on."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine

from pipeline.store import Store, open_store

DATA = next(
    (p / "shared/data" for p in Path(__file__).parents[2:] if (p / "shared/data").is_dir()), None
)
"""Data for measuring, beside or above the project; tests that need it skip where it is absent."""

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
"""No example fails for taking long: a machine may be slow, and what is read on first use is read then."""


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are no name: what is packed holds the time, and every worker must know the same tests."""
    return argname if isinstance(val, bytes) else None


def require_program(name: str) -> str:
    """The path of a Debian program; without it the test is skipped, or fails where none may be."""
    extra = "/usr/sbin:/sbin:" + ":".join(str(p) for p in Path("/usr/lib/postgresql").glob("*/bin"))
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{extra}")
    if path is None:
        message = f"{name} is not installed (tests/debian-packages.txt names its package)"
        if os.environ.get("FANZHA_REQUIRE_PROGRAMS"):
            pytest.fail(message)
        pytest.skip(message)
    return path


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of shared data."""
    if DATA is None:
        pytest.skip("the shared data folder is not beside the project")
    return DATA


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a real PostgreSQL server on a Unix socket, without the name of a database."""
    server, initdb = require_program("pg_ctl"), require_program("initdb")
    folder = Path(tempfile.mkdtemp(prefix="fanzha-pg-"))
    user: list[str] = []
    if os.getuid() == 0:
        # PostgreSQL refuses to run as root; Debian's package makes this user.
        shutil.chown(folder, "postgres", "postgres")
        user = [require_program("runuser"), "-u", "postgres", "--"]

    def run(*command: str) -> None:
        # Its output must not be a pipe: the server would inherit it and hold it open.
        with (folder.parent / f"{folder.name}.log").open("ab") as log:
            done = subprocess.run([*user, *command], stdout=log, stderr=log, cwd="/", check=False)
        assert done.returncode == 0, Path(log.name).read_text()

    options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=40"
    try:
        run(
            initdb, "-D", f"{folder}/data", "-U", "fanzha", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        run(server, "-D", f"{folder}/data", "-w", "-t", "120", "-o", options, "start")
        yield f"postgresql+psycopg://fanzha@/{{database}}?host={folder}"
    finally:
        if (folder / "data/postmaster.pid").exists():
            run(server, "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
        (folder.parent / f"{folder.name}.log").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """A database in the newest schema, of which each test gets a copy."""
    _on_server(postgres_url, "CREATE DATABASE fanzha_template")
    open_store(postgres_url.format(database="fanzha_template")).close()
    return "fanzha_template"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database in the newest schema, of which each test gets a copy."""
    path = tmp_path_factory.mktemp("sqlite") / "fanzha.db"
    open_store(f"sqlite:///{path}").close()
    return path


def _on_server(url: str, statement: str) -> None:
    engine = create_engine(url.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        migrated: Path = request.getfixturevalue("sqlite_template")
        shutil.copy(migrated, tmp_path / "fanzha.db")
        yield f"sqlite:///{tmp_path / 'fanzha.db'}"
        return
    server: str = request.getfixturevalue("postgres_url")
    template: str = request.getfixturevalue("postgres_template")
    name = f"fanzha_{uuid.uuid4().hex}"
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.format(database=name)
    _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store: a test that takes it runs on SQLite and on PostgreSQL."""
    opened = open_store(store_url)
    yield opened
    opened.close()
