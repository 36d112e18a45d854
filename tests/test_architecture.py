"""The conventions of the house, as far as a machine can check them."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect
from werkzeug.routing import Rule

from accounts.erasing import ERASED, KEPT
from app import create_app
from blueprints import access
from extensions import db
from filings.kind import Kind
from filings.kinds import KINDS
from forms.fields import FilingField
from models.base import Base
from tests.conftest import demo_settings

ROOT = Path(__file__).parent.parent
# fmt: off
PACKAGES = (
    "accounts", "adapters", "blueprints", "demo", "files", "filings", "forms", "jobs", "materials", "models", "ops",
)
# fmt: on
MODULES = ("app", "assets", "clock", "config", "extensions", "failpoints", "keys", "policies", "turns")
# What the single modules may import of ours; import-linter sees packages only.
ALLOWED_IMPORTS = {
    "assets": set(),
    "clock": set(),
    "config": set(),
    "extensions": {"clock", "keys", "turns"},
    "failpoints": set(),
    "keys": {"config"},
    "policies": {"models"},
}
# Names of tabs, tables and slots are identifiers, a 版本号 is typed from paper: plain text by nature.
TEXT_PARAMETERS = {"slot", "version_no"}
MAY_COMMIT = ("blueprints", "jobs", "ops")
# Columns that no form may reach.
PROTECTED = {
    "id", "filing_id", "place", "version", "error_count", "missing_count", "removed_at", "kind", "serial",
    "batch_id", "unit_id", "carrier_id", "status", "current_level", "receiving_office_id", "submitted_at",
    "submitted_version_no", "submitted_values", "created_at", "updated_at", "updated_by",
}  # fmt: skip
# The desk of a unit shows its register data under the same words as the form of an enterprise.
EVERYDAY_WORDS = {"统一社会信用代码"}


# Views that need no key, by what comes of sending the same form twice.
ACTS_ONCE_ANYWAY = {
    "stores nothing": """
        filing.preview_row filing.preview_new_row review.check_sending grant.find verify.compare
        """,
    "sends a file, or shows a number, each time: and each time is written down": """
        account.download_data_copy account.recovery_codes_text appeal.show_number verification.show_number
        """,
    "says what is so already": """
        account.read_notification account.read_all_notifications account.choose_unit account.sign_out
        filing.choose_place filing.discard_evidence review.upload_scan account.register_prove_mobile
        """,
    "is done once: what was made of it says so": """
        filing.upload_evidence filing.confirm_import filing.undo_import
        filing.print_comparison review.print_comparison review.print_recommendation notice.print_certificate
        """,
    "is one sign-in each time: what proves who one is counts once": """
        account.sign_in account.take_second_step account.confirm_first_enrolment account.enter_by_qr
        account.federated_sign_in account.federated_link
        """,
    "asks for a new code of the authenticator, or has recovery codes to show, which nobody keeps": """
        account.reset_factor_proved account.confirm_factor account.renew_codes
        """,
    "begins anew: only what is finished counts": """
        account.federated_registration account.follow_invitation account.prove_by_password
        """,
    "is there in a demo only": "pages.move_clock",
}


def owners() -> dict[str, tuple[Any, type[Any]]]:
    """Map `kind tab` and `kind.table` to the declaration and the model that stores its answers."""
    places: dict[str, tuple[Any, type[Any]]] = {}
    for kind in KINDS.values():
        places |= {f"{kind.name} {tab.name}": (tab, kind.model) for tab in kind.tabs}
        places |= {f"{kind.name}.{table.name}": (table, table.model) for table in kind.tables}
    return places


# Forms that may be sent twice without a key, and why.
NEEDS_NO_KEY = {
    "base.html": "/logout",  # nothing is left to end
    "account/sign_out.html": "/logout",
    "account/carried.html": "{{ carried.path }}",  # carries the key of the form it brings back
    "account/_sign_in_again.html": "/login",
    "account/sign_in.html": "/login",  # each needs a captcha of its own, and nobody is known yet
    "account/qr_sign_in.html": "{{ url_for('account.enter_by_qr') }}",  # a confirmation works once
    "errors/page.html": "{{ request.full_path }}",  # sends the same form again, with the key it had
}


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


def test_patterns_name_the_digits_they_mean() -> None:
    """The short way to write a digit means those of every script, so that one number would be many texts."""
    anywhere = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in PACKAGES
        if package != "ops"
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\\[dD]", node.value)
    ]
    assert anywhere == []


def test_the_day_of_a_moment_is_the_one_it_is_here() -> None:
    """Moments are kept in UTC, where it is still yesterday until eight in the morning: `clock.shanghai_day`."""
    there = re.compile(
        r"\b(?:at|now|now\(\)|\w+_at)(?:\.(?:date|strftime)\(|\.(?:year|month|day|weekday)\b|:%)"
    )
    packages = [package for package in PACKAGES if package != "ops"]  # logs and commands tell UTC, and say so
    files = [path for package in packages for path in (ROOT / package).rglob("*.py")]
    files += (ROOT / "templates").rglob("*.html")
    found = {path.relative_to(ROOT).as_posix() for path in files if there.search(path.read_text("utf-8"))}
    assert found == set()


def test_fragments_never_extend_a_page() -> None:
    fragments = list((ROOT / "templates").rglob("_*.html"))
    assert fragments
    assert [path.name for path in fragments if "{% extends" in path.read_text("utf-8")] == []


def test_every_form_that_changes_something_carries_a_key() -> None:
    """So that a request that arrives twice acts once; the macro `csrf` writes token and key."""
    without = {
        path.relative_to(ROOT / "templates").as_posix(): form[0]
        for path in (ROOT / "templates").rglob("*.html")
        for form in re.finditer(r"<form\b[^>]*method=\"post\".*?</form>", path.read_text("utf-8"), re.DOTALL)
        if not re.search(r"\{\{ csrf\(", form[0])
    }
    assert set(without) <= set(NEEDS_NO_KEY)
    assert [path for path, form in without.items() if f'action="{NEEDS_NO_KEY[path]}"' not in form] == []


def test_every_view_that_changes_something_acts_once(app: Flask) -> None:
    """It asks whether the very same request was carried out and remembers it, or stands in ACTS_ONCE_ANYWAY."""
    excused = [name for names in ACTS_ONCE_ANYWAY.values() for name in names.split()]
    assert len(set(excused)) == len(excused)
    keyed, unkeyed = set(), set()
    for rule in rules(app):
        if "POST" in (rule.methods or set()):
            (keyed if uses_a_key(app.view_functions[rule.endpoint]) else unkeyed).add(rule.endpoint)
    assert unkeyed - set(excused) == set()
    assert set(excused) - unkeyed == set(), "these have a key, or are gone"
    assert {"filing.add_row", "notice.object_to", "appeal.judge"} <= keyed


def test_a_view_uses_a_key_if_what_it_calls_does(tmp_path: Path) -> None:
    (tmp_path / "blueprints").mkdir()
    (tmp_path / "blueprints" / "helper.py").write_text(
        "def carry_out(): was_done(); remember()\ndef asks(): was_done()\n"
    )
    (tmp_path / "blueprints" / "views.py").write_text(
        "from blueprints.helper import asks, carry_out\n"
        "def by_a_helper(): _done()\ndef _done(): carry_out()\n"
        "def asks_only(): asks()\ndef carry_on(): elsewhere.carry_out()\n"
    )
    views = functions_of(tmp_path / "blueprints" / "views.py")
    found = {name: called_names(view, views, tmp_path) for name, view in views.items()}
    assert [name for name, names in found.items() if {"was_done", "remember"} <= names] == [
        "by_a_helper", "_done"
    ]  # fmt: skip


@pytest.mark.parametrize("owner", sorted(owners()))
def test_every_question_has_a_column_of_its_name(owner: str) -> None:
    part, model = owners()[owner]
    columns = set(inspect(model).columns.keys())
    assert set(part.fields) - columns == set()
    assert set(part.fields) & PROTECTED == set()


@pytest.mark.parametrize("owner", sorted(owners()))
def test_questions_and_slots_of_a_place_have_different_names(owner: str) -> None:
    part, _ = owners()[owner]
    names = [*part.fields, *(slot.name for slot in part.slots)]
    assert len(names) == len(set(names))
    assert not getattr(part, "columns", ()) or sorted(part.columns) == sorted(names)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_slots_of_a_filing_have_different_names(kind: Kind) -> None:
    names = [slot.name for tab in kind.tabs for slot in tab.slots]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("owner", sorted(owners()))
def test_every_check_points_at_a_cell_that_exists(owner: str) -> None:
    part, _ = owners()[owner]
    cells = {*part.fields, *(slot.name for slot in part.slots)}
    assert {name for check in part.checks for name in check.fields} - cells == set()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_check_reads_answers_that_exist(kind: Kind) -> None:
    answers = {name for tab in kind.tabs for name in tab.fields}
    checks = [check for part in (*kind.tabs, *kind.tables) for check in part.checks]
    assert {name for check in checks for name in check.reads} - answers == set()
    tables = {table.name: table for table in kind.tables}
    for check in kind.cross_checks:
        assert set(check.fields) <= set(check.tables) <= set(tables)
        for name, fields in check.fields.items():
            assert set(fields) <= set(tables[name].fields)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_everything_a_kind_refers_to_exists(kind: Kind) -> None:
    tabs, tables = {tab.name for tab in kind.tabs}, {table.name for table in kind.tables}
    answers = {name for tab in kind.tabs for name in tab.fields}
    assert {condition.tab for condition in kind.conditions} <= tabs
    assert {derived.table for derived in kind.derived if derived.table} <= tables
    assert {kind.named_by, *kind.prefilled_from} <= answers
    for table in kind.tables:
        columns = set(inspect(table.model).columns.keys())
        assert {table.named_by} <= set(table.fields)
        assert {*table.totals, *table.judged} <= columns


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_name_says_one_thing_in_a_kind(kind: Kind) -> None:
    names = [derived.name for derived in kind.derived]
    names += [part.name for tab in kind.tabs for part in (*tab.fields.values(), *tab.automatic)]
    assert len(names) == len(set(names))
    assert len({condition.code for condition in kind.conditions}) == len(kind.conditions)


@pytest.mark.parametrize("owner", [name for name in sorted(owners()) if "." in name])
def test_closed_cells_exist_whatever_decides_them(owner: str) -> None:
    table, _ = owners()[owner]
    cells = {*table.fields, *(slot.name for slot in table.slots)}
    deciding = [field for field in table.fields.values() if field.decides]
    for answers in product(*(possible_answers(field) for field in deciding)):
        row = table.model(**dict(zip((field.name for field in deciding), answers, strict=True)))
        closed = table.closed(row)
        assert set(closed) <= cells
        assert not set(closed) & {field.name for field in deciding}
        assert all(closed.values())


def test_names_of_tabs_and_tables_are_no_fixed_words_of_addresses(app: Flask) -> None:
    fixed = {
        match[1]
        for rule in rules(app)
        if (match := re.match(r"/filings/<uuid:filing_id>/([a-z-]+)", rule.rule))
    }
    assert {
        "materials",
        "submission",
        "preview",
        "files",
        "removal",
        "problems",
        "receipt",
        "evidence",
    } <= fixed
    tabs = {tab.name for kind in KINDS.values() for tab in kind.tabs}
    tables = {table.name for kind in KINDS.values() for table in kind.tables}
    assert fixed & tabs == fixed & tables == tabs & tables == set()
    assert all(name.isidentifier() for name in tabs | tables)


def test_one_table_name_means_one_kind_of_row() -> None:
    models: dict[str, set[type]] = {}
    for kind in KINDS.values():
        for table in kind.tables:
            models.setdefault(table.name, set()).add(table.model)
    assert {name: found for name, found in models.items() if len(found) > 1} == {}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_label_of_a_field_is_typed_a_second_time(kind: Kind) -> None:
    parts = [part for place in (*kind.tabs, *kind.tables) for part in place.fields.values()]
    labels = {part.label.text for part in parts} | {derived.label for derived in kind.derived}
    labels |= {slot.label for place in (*kind.tabs, *kind.tables) for slot in place.slots}
    repeated = [
        (path.name, label)
        for path in sorted((ROOT / "templates" / "filing").glob("*.html"))
        for label in labels - EVERYDAY_WORDS
        if re.search(rf">{re.escape(label)}[<（]", path.read_text("utf-8"))
    ]
    assert repeated == []


@pytest.mark.parametrize("name", sorted(ALLOWED_IMPORTS))
def test_a_single_module_imports_downwards_only(name: str) -> None:
    imported = set(our_imports(ROOT / f"{name}.py"))
    assert imported - ALLOWED_IMPORTS[name] == set()


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "ops"])
def test_only_the_commands_import_the_application(package: str) -> None:
    importing = [path for path in (ROOT / package).rglob("*.py") if {"app", "ops"} & set(our_imports(path))]
    assert importing == []


def possible_answers(field: FilingField) -> list[Any]:
    if field.kind == "yesno":
        return [None, False, True]
    values = [value for value, _ in field.choices]
    return [None, *([value] for value in values)] if field.kind == "choices" else [None, *values]


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


def uses_a_key(view: Callable[..., Any]) -> bool:
    """Say whether a view asks for an earlier attempt at the same request and remembers its own."""
    path = Path(view.__code__.co_filename)
    own = functions_of(path)
    names = called_names(own[view.__name__], own, ROOT)
    return "remember" in names and bool(names & {"was_done", "made_before", "earlier_attempt"})


def called_names(
    function: ast.FunctionDef, own: dict[str, ast.FunctionDef], root: Path, seen: frozenset[int] = frozenset()
) -> set[str]:
    """Return what a function names, itself or in functions of blueprints/ that it names; methods are not followed."""
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    found = set(names)
    for name in names & own.keys():
        called, home = own[name], own
        if isinstance(called, ast.ImportFrom):
            path = root / f"{(called.module or '').replace('.', '/')}.py"
            home = functions_of(path) if path.is_file() else {}
            called = home.get(name)
        if isinstance(called, ast.FunctionDef) and id(called) not in seen:
            seen |= {id(called)}
            found |= called_names(called, home, root, seen)
    return found


@cache
def functions_of(path: Path) -> dict[str, Any]:
    """Map names in a module of blueprints/ to the function, or to the import it comes from."""
    found: dict[str, Any] = {}
    for node in parsed(path).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("blueprints"):
            found |= {alias.asname or alias.name: node for alias in node.names}
    return found


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


def test_every_table_that_names_an_account_is_decided_about() -> None:
    """A new one belongs into accounts/erasing.py: what becomes of it when the account is closed?"""
    named = {
        table.name for table in Base.metadata.tables.values()
        for key in table.foreign_keys if key.column.table.name == "account"
    }  # fmt: skip
    assert named == ERASED | KEPT
    assert not ERASED & KEPT
