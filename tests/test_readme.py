"""What the README says is what is there."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh.md")
DOCUMENTS = [*READMES, *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").rglob("*.md")))]
MAP, GLOSSARY, SETTINGS, COMMANDS = "| `app.py`", "| `Filing`", "| `HATCHERY_ENV`", "\n| `serve`"


@pytest.mark.parametrize("readme", READMES)
def test_the_map_names_every_folder_and_file(readme: str) -> None:
    named = {word.rstrip("/") for row in table(readme, MAP) for word in code(row[0])}
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split()]
    there = {path.name for path in ROOT.iterdir() if not any(fnmatch(path.name, one) for one in ignored)}
    assert named == there - {".git", ".gitignore"}
    parts = {row[0].strip(" `/"): {word.rstrip("/") for word in code(row[1])} for row in table(readme, MAP)}
    for folder in ("accounts", "blueprints", "filings"):
        there = {path.parent.name for path in (ROOT / folder).glob("*/__init__.py")}
        assert there - parts[folder] == set(), folder


@pytest.mark.parametrize("readme", READMES)
def test_the_glossary_names_what_is_in_the_code(readme: str) -> None:
    source = "\n".join(path.read_text("utf-8") for path in python_files())
    words = [word for row in table(readme, GLOSSARY) for word in code(row[1])]
    example = re.compile(r"[A-Z]{4}-\d{4}-")  # a version number
    unknown = [
        word for word in words
        if not (re.search(rf"\b{word}\b", source) or (ROOT / word).exists() or example.match(word))
    ]  # fmt: skip
    assert unknown == []


@pytest.mark.parametrize("readme", READMES)
def test_every_setting_is_listed(readme: str) -> None:
    listed = {word for row in table(readme, SETTINGS) for word in code(row[0])}
    assert listed == set(re.findall(r'"(HATCHERY_[A-Z_]+)"', (ROOT / "config.py").read_text()))


@pytest.mark.parametrize("readme", READMES)
def test_every_command_is_listed(readme: str) -> None:
    listed = {
        " ".join(word.split(" <")[0].split()) for row in table(readme, COMMANDS) for word in code(row[0])
    }
    offered = re.findall(r'_command\((commands|admin), "([\w-]+)"', (ROOT / "ops/cli.py").read_text("utf-8"))
    assert listed == {f"admin {name}" if group == "admin" else name for group, name in offered}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_and_pictures_lead_somewhere(document: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / document).read_text("utf-8"))
    assert [one for one in targets if not ((ROOT / document).parent / one).exists()] == []


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if "decisions" not in one])
def test_commands_settings_and_files_that_are_named_are_there(document: str) -> None:
    """A decision may speak of what was there in its time."""
    said, cli, make = (text(name) for name in (document, "ops/cli.py", "Makefile"))
    codes = [block or word for block, word in re.findall(r"```\w*\n(.*?)```|`([^`\n]+)`", said, re.DOTALL)]
    lines = "\n".join(codes)
    commands = re.findall(r"(?:bin/|^)hatchery ([a-z][a-z-]+)", lines, re.MULTILINE)
    assert [one for one in commands if f'"{one}"' not in cli] == []
    targets = re.findall(r"^make ([\w./-]+)", lines, re.MULTILINE)
    assert [one for one in targets if f"\n{one.replace('.venv', '$(VENV)')}:" not in make] == []
    settings = set(re.findall(r"HATCHERY_[A-Z_]*[A-Z]", said))
    assert settings <= set(re.findall(r'"(HATCHERY_[A-Z_]+)"', text("config.py")))
    examples = {"models/patent.py", "forms/patent.py", "files/tmp/"}  # the last is in the data folder
    paths = {one for one in codes if re.fullmatch(r"[a-z_]+/[a-z_]+[\w./-]*", one)} - examples
    assert [one for one in paths if not (ROOT / one).exists()] == []


def test_both_readmes_say_the_same() -> None:
    commands = [re.findall(r"```(?:sh|ini|nginx)\n(.*?)```", text(name), re.DOTALL) for name in READMES]
    without_words = [[re.sub(r"\s*#.*|<[^>]+>", "", block) for block in blocks] for blocks in commands]
    assert without_words[0] == without_words[1]
    assert [len(re.findall(r"^\|", text(name), re.MULTILINE)) for name in READMES] == [
        len(re.findall(r"^\|", text(READMES[0]), re.MULTILINE))
    ] * 2


def text(readme: str) -> str:
    return (ROOT / readme).read_text("utf-8")


def table(readme: str, with_cell: str) -> list[list[str]]:
    """Read the rows of the table that has a cell, without its head."""
    tables = re.findall(r"(?:^\|.*\n)+", text(readme), re.MULTILINE)
    found = next(one for one in tables if with_cell in one)
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in found.splitlines()[2:]]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def python_files() -> list[Path]:
    folders = ("blueprints", "models", "forms", "filings", "jobs", "materials")
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
