"""The conventions of the house, as far as a machine can check them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app import create_app
from blueprints import access
from extensions import db
from tests.conftest import demo_settings

ROOT = Path(__file__).parent.parent
PACKAGES = ("blueprints", "demo", "files", "filings", "forms", "jobs", "materials", "models", "ops")
MODULES = ("app", "assets", "clock", "config", "extensions", "policies")
# What the single modules may import of ours; import-linter sees packages only.
ALLOWED_IMPORTS = {
    "assets": set(),
    "clock": set(),
    "config": set(),
    "extensions": {"clock"},
    "policies": {"models"},
}
# Names of tabs, tables and slots are identifiers, a 版本号 is typed from paper: plain text by nature.
TEXT_PARAMETERS = {"slot", "version_no"}
MAY_COMMIT = ("blueprints", "jobs", "ops")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application, without a database: these tests only look at its shape."""
    yield create_app(demo_settings("sqlite://", tmp_path_factory.mktemp("shape")))
    db.engine.dispose()


def test_every_endpoint_says_who_may_call_it(app: Flask) -> None:
    undeclared = [
        rule.rule for rule in rules(app) if not hasattr(app.view_functions[rule.endpoint], "access")
    ]
    assert undeclared == []


def test_an_endpoint_that_does_not_say_so_stops_the_start(app: Flask) -> None:
    fresh = Flask("fresh", static_folder=None)
    fresh.add_url_rule("/open", view_func=lambda: "")
    with pytest.raises(access.UndeclaredAccess, match="/open"):
        access.init_app(fresh)


def test_a_view_either_reads_or_writes(app: Flask) -> None:
    both = [rule.rule for rule in rules(app) if {"GET", "POST"} <= (rule.methods or set())]
    assert both == []


def test_static_parts_of_addresses_are_kebab_case(app: Flask) -> None:
    assert [rule.rule for rule in rules(app) if not is_kebab_case(rule.rule)] == []


@pytest.mark.parametrize(
    ("address", "is_right"),
    [
        ("/", True),
        ("/filings/<uuid:filing_id>/materials/<version_no>.pdf", True),
        ("/manifest.webmanifest", True),
        ("/account/end-all", True),
        ("/account/end_all", False),
        ("/Account", False),
        ("/filings//edit", False),
    ],
)
def test_kebab_case_is_recognised(address: str, is_right: bool) -> None:
    assert is_kebab_case(address) is is_right


def test_parameters_of_addresses_have_a_type(app: Flask) -> None:
    untyped = {
        (rule.rule, name)
        for rule in rules(app)
        for name in re.findall(r"<([a-z_]+)>", rule.rule)
        if name not in TEXT_PARAMETERS
    }
    assert untyped == set()


def test_no_get_view_commits() -> None:
    assert committing_get_views(ROOT / "blueprints") == []


def test_a_get_view_that_commits_is_found(tmp_path: Path) -> None:
    (tmp_path / "views.py").write_text(
        "from elsewhere import store\n"
        "@blueprint.get('/a')\ndef direct(): db.session.commit()\n"
        "@blueprint.get('/b')\ndef by_a_helper(): helper()\n"
        "def helper(): store()\n"
        "@blueprint.post('/c')\ndef allowed(): db.session.commit()\n"
        "@blueprint.get('/d')\ndef harmless(): render()\n"
    )
    (tmp_path / "elsewhere.py").write_text("def store(): db.session.commit()\n")
    assert committing_get_views(tmp_path) == ["by_a_helper", "direct"]


def test_only_views_jobs_and_commands_commit() -> None:
    elsewhere = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        if package not in MAY_COMMIT
        for path in (ROOT / package).rglob("*.py")
        if any(calls(node, "commit") for node in ast.walk(parsed(path)))
    ]
    assert elsewhere == []


def test_only_the_filing_changes_its_status() -> None:
    elsewhere = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if path != ROOT / "models" / "filing.py"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and assigns(node, "status")
    ]
    assert elsewhere == []


def test_fragments_never_extend_a_page() -> None:
    fragments = list((ROOT / "templates").rglob("_*.html"))
    assert fragments
    assert [path.name for path in fragments if "{% extends" in path.read_text("utf-8")] == []


@pytest.mark.parametrize("name", sorted(ALLOWED_IMPORTS))
def test_a_single_module_imports_downwards_only(name: str) -> None:
    imported = set(our_imports(ROOT / f"{name}.py"))
    assert imported - ALLOWED_IMPORTS[name] == set()


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "ops"])
def test_only_the_commands_import_the_application(package: str) -> None:
    importing = [path for path in (ROOT / package).rglob("*.py") if {"app", "ops"} & set(our_imports(path))]
    assert importing == []


def rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def is_kebab_case(address: str) -> bool:
    static = re.sub(r"<[^>]+>", "x", address)
    return static == "/" or re.fullmatch(r"(/[a-z0-9]+([-.][a-z0-9]+)*)+", static) is not None


def committing_get_views(folder: Path) -> list[str]:
    """Return the GET views below `folder` that commit, themselves or in a function of the folder they call.

    Functions are told apart by their names only, which may find too much but never too little; methods are
    not followed.
    """
    functions: dict[str, list[ast.FunctionDef]] = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef):
                functions.setdefault(node.name, []).append(node)
    found = {
        view.name for namesakes in functions.values() for view in namesakes
        if is_get_view(view) and commits(view, functions, set())
    }  # fmt: skip
    return sorted(found)


def is_get_view(function: ast.FunctionDef) -> bool:
    return any(calls(decorator, "get") for decorator in function.decorator_list)


def commits(function: ast.FunctionDef, functions: dict[str, list[ast.FunctionDef]], seen: set[str]) -> bool:
    for node in ast.walk(function):
        if calls(node, "commit"):
            return True
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id in seen:
            continue
        seen.add(node.func.id)
        if any(commits(called, functions, seen) for called in functions.get(node.func.id, [])):
            return True
    return False


def calls(node: ast.AST, method: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method


def assigns(node: ast.Assign | ast.AugAssign | ast.AnnAssign, attribute: str) -> bool:
    """Say whether an attribute of something else than `self` is assigned."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    parts = [part for target in targets for part in ast.walk(target) if isinstance(part, ast.Attribute)]
    return any(
        part.attr == attribute and not (isinstance(part.value, ast.Name) and part.value.id == "self")
        for part in parts
    )


def our_imports(path: Path) -> Iterator[str]:
    """Yield the top-level names of ours that a module imports."""
    for node in ast.walk(parsed(path)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        for name in names:
            if name.split(".")[0] in PACKAGES + MODULES:
                yield name.split(".")[0]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))
