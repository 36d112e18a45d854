"""Static files under names that change with their content, compressed once, cached for a year."""

import gzip
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import brotli
import rjsmin

# What every page loads, as one file in this order. A new source of static/ that all pages need is one more name
# here; a script that only some pages need stays out, is published alone, and those pages load it by `asset(…)`.
BUNDLE = "hatchery.js"
SOURCES = ("vendor/htmx.min.js", "app.js", "saving.js", "sheet.js", "fields.js", "waiting.js")
# What a page fetches once somebody types on a computer of his own, or while something waits to be uploaded.
LATER = "later.js"
LATER_SOURCES = ("drafts_store.js", "drafts.js", "drafts_list.js", "outbox.js")

TEXT = {".css", ".js", ".svg", ".webmanifest"}
PUBLISHED = TEXT | {".png", ".ico"}
# The service worker lives at a fixed address and is filled in by the server; or the other one, which removes it.
WORKERS = SERVICE_WORKER, NO_SERVICE_WORKER = "sw.js", "sw_off.js"


def build(source: Path, target: Path) -> dict[str, str]:
    """Publish every static file to its hashed name, with ``.br`` and ``.gz`` twins for text.

    The scripts that every page needs are published as one file: they compress better together, and one answer
    on a bad line comes sooner than four.

    Return name → hashed name, as in ``{"app.css": "app.0123456789ab.css"}``. What is already there is not
    written again, so a second start costs only the hashing. Safe in several processes at once: each file
    appears whole or not at all. Files of former builds stay for pages that are still open.
    """
    names: dict[str, str] = {}
    for name, content in _contents(source, names):
        names[name] = _hashed_name(name, content)
        for twin, encoded in _encodings(target / names[name], content):
            if not twin.exists():
                _write_whole(twin, encoded())
    return names


def build_id(names: dict[str, str], templates: Path) -> str:
    """Name a build by all that pages are made of; a page of another build is told that a new version waits."""
    return hashlib.sha256("\n".join([*sorted(names.values()), _digest(templates)]).encode()).hexdigest()[:12]


@cache
def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def service_worker(source: Path, names: dict[str, str], build: str, prefix: str = "/static/") -> str:
    """Fill the build and the addresses of the files it may keep (styles, scripts, shapes) into the worker."""
    kept = [prefix + hashed for name, hashed in names.items() if Path(name).suffix in {".css", ".js", ".svg"}]
    kept += [prefix + hashed for name, hashed in names.items() if name.endswith(".webmanifest")]
    body = (source / SERVICE_WORKER).read_text("utf-8")
    return body.replace("__BUILD__", build).replace("__ASSETS__", json.dumps(kept))


def _contents(source: Path, names: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """Pairs of name and content. The manifest comes last, as it names other files."""
    for bundle, sources in ((BUNDLE, SOURCES), (LATER, LATER_SOURCES)):
        yield bundle, "\n".join(_script(source / name) for name in sources).encode()
    files = (path for path in source.rglob("*") if path.suffix in PUBLISHED and path.name not in WORKERS)
    for path in sorted(files, key=lambda path: (path.suffix == ".webmanifest", path.as_posix())):
        name = path.relative_to(source).as_posix()
        if name not in SOURCES + LATER_SOURCES:
            yield name, _content(path, names)


def _content(path: Path, names: dict[str, str]) -> bytes:
    if path.suffix == ".css":
        return _slim(path.read_text("utf-8")).encode()
    if path.suffix == ".js":
        return _script(path).encode()
    if path.suffix == ".webmanifest":
        return re.sub(r'(?<="/static/)[^"]+', lambda m: names[m[0]], path.read_text("utf-8")).encode()
    return path.read_bytes()


def _script(path: Path) -> str:
    """Return a script without what only people need; a vendored one as its lock file knows it."""
    text = path.read_text("utf-8")
    return text.strip() if path.parent.name == "vendor" else str(rjsmin.jsmin(text))


def _slim(css: str) -> str:
    """Drop comments and the spaces that only people need. Strings in our style sheet hold neither."""
    bare = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    return re.sub(r" ?([{};,>]) ?|(?<=:) ", lambda m: m[1] or "", bare).replace(";}", "}").strip()


def _hashed_name(name: str, content: bytes) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}{dot}{suffix}"


def _encodings(path: Path, content: bytes) -> Iterator[tuple[Path, Callable[[], bytes]]]:
    """Pairs of path and a function that makes the bytes: the twins first, so that no file lacks them."""
    if path.suffix in TEXT:
        yield path.with_name(path.name + ".br"), lambda: brotli.compress(content, quality=11)
        yield path.with_name(path.name + ".gz"), lambda: gzip.compress(content, 9, mtime=0)
    yield path, lambda: content


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as unfinished:
        unfinished.write(content)
    os.chmod(unfinished.name, 0o644)
    os.replace(unfinished.name, path)
