"""Fixtures of all tests. Whatever takes `session`, `app` or `client` runs on SQLite and on PostgreSQL."""

import gc
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment, FileSystemBytecodeCache
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import assets
import extensions
import models  # noqa: F401  (maps every table)
from app import create_app
from config import Settings
from extensions import clock, db, keyring
from files.storage import FolderStorage, storage_from_url
from models.reference import load_reference
from ops.database import migrate
from tests import postgres, served

ROOT = Path(__file__).parent.parent
NOW = datetime.fromisoformat("2021-11-10T10:00+08:00")
keyring.load([("test", "a secret that only tests may use 0123456789")])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of an expensive installation together on one process of `pytest -n`."""
    for item in items:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        if folder in ("browser", "demo"):
            item.add_marker(pytest.mark.xdist_group(folder))


def pytest_collection_finish() -> None:
    """Spare the collector the thousands of tests that stay: a fifth of the time of all of them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _build_when_needed(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    made: list[Callable[..., tuple[str, str]]] = []

    def build(*args: object, **values: object) -> tuple[str, str]:
        if not made:
            made.append(_compile_builder(rule, append_unknown))
        return made[0](*args, **values)

    return build


# Every test has an application of its own; most build few of its two hundred addresses.
_compile_builder = Rule._compile_builder
Rule._compile_builder = _build_when_needed  # type: ignore[method-assign]


_engines: dict[str, Engine] = {}


def _create_engine(url: str, **options: Any) -> Engine:
    engine = create_engine(url, **options)
    first = _engines.get(engine.dialect.name)
    if first and getattr(first.dialect, "server_version_info", None):  # it has been connected
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    else:
        _engines[engine.dialect.name] = engine
    return engine


# Every test has a database of its own, and its statements were built for an earlier one already.
extensions.create_engine = _create_engine


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests measured, under the name of the test."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, [])]
    figures = [
        (one.nodeid, text) for one in reports for name, text in one.user_properties if name == "figure"
    ]
    if figures:
        terminalreporter.section("figures")
    for test, text in sorted(figures):
        terminalreporter.line(f"{test}: {text}")


@pytest.fixture
def print_figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say a figure that was measured; it is printed at the end of the run, also by `pytest -n`."""
    return lambda text: record_property("figure", text)


@pytest.fixture
def now() -> datetime:
    """The business time at which a test starts: the 2021 batch is open."""
    return NOW


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the reference data, to be copied for every test."""
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    _prepare(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    """A cluster with a migrated database `template` that holds the reference data."""
    if not postgres.is_installed():
        pytest.skip("PostgreSQL is not installed")
    with postgres.cluster() as cluster:
        cluster.create("template")
        _prepare(cluster.url("template"))
        yield cluster


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: postgres.Cluster) -> Callable[[str], str]:
    """Tell the URL of a database of the cluster."""
    return postgres_cluster.url


@pytest.fixture(scope="session")
def built_static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static files, hashed and compressed once for all tests."""
    folder = tmp_path_factory.mktemp("static")
    assets.build(ROOT / "static", folder)
    return folder


@pytest.fixture(scope="session")
def demo_installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demo before its first start, to be copied."""
    folder = tmp_path_factory.mktemp("demo") / "var"
    subprocess.run([*served.COMMAND, "demo"], cwd=ROOT, env=served.environment(folder), check=True)
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An own, migrated database with the regions and offices, and nothing else."""
    if request.param == "sqlite":
        file = tmp_path / "hatchery.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        url = f"sqlite:///{file}"
    else:
        url = request.getfixturevalue("postgres_cluster").fresh("test", "template")
    db.connect(url)
    engine = db.engine
    yield url
    db.close()
    engine.dispose()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, built_static: Path) -> Settings:
    (tmp_path / "static").symlink_to(built_static)
    return demo_settings(database_url, tmp_path)


def demo_settings(database_url: str, data_dir: Path) -> Settings:
    """Settings of a demo that keeps everything in `data_dir`."""
    return Settings(
        env="demo",
        data_dir=data_dir,
        database_url=database_url,
        redis_url="",
        storage_url=f"file://{data_dir / 'files'}",
        secret_key="a key that only tests may use 0123456789",
        host="127.0.0.1",
        port=8000,
        public_url="http://localhost",
        web_workers=1,
        now=NOW,
        testing=True,
    )


@pytest.fixture
def storage(settings: Settings) -> FolderStorage:
    return storage_from_url(settings.storage_url)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session of the test's own, besides those of the requests."""
    with Session(db.engine) as session:
        yield session


@pytest.fixture
def app(settings: Settings, bytecode: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The application, its business clock at NOW."""
    app = create_app(settings)
    if settings == demo_settings(settings.database_url, settings.data_dir):
        _share_templates(app)
    app.jinja_env.bytecode_cache = bytecode
    clock.move_to(NOW)
    yield app
    db.close()
    db.engine.dispose()
    clock.offset_file = None


_environments: list[Environment] = []


def _share_templates(app: Flask) -> None:
    """Let applications that differ in nothing but their folder have one set of loaded templates."""
    own = app.jinja_env
    shared = (_environments or [own])[0]
    shared.globals.update(own.globals)
    app.jinja_env = shared  # type: ignore[misc]
    _environments[:] = [shared]


@pytest.fixture(scope="session")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Compiled templates, shared by the applications of all tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("bytecode")))


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    """A browser without JavaScript that sends no CSRF token by itself. See `build.sign_in`."""
    app.test_client_class = _client_class(session)
    return app.test_client()


def _client_class(session: Session) -> type[FlaskClient]:
    class Client(FlaskClient):
        def open(self, *args: object, **kwargs: object) -> TestResponse:
            # What the test changed is in the database before the request, and read anew after it.
            session.commit()
            return super().open(*args, **kwargs)

    return Client


def _prepare(url: str) -> None:
    db.connect(url)
    migrate()
    db.start_writing()
    load_reference(db.session())
    db.session.commit()
    db.close()
    db.engine.dispose()
