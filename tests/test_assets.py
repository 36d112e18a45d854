"""Static files: hashed names, compressed twins, and budgets that are bytes."""

import gzip
import hashlib
import json
import os
import re
import tomllib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import brotli
import pytest

import assets

STATIC = Path(__file__).parent.parent / "static"


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "static"
    (folder / "vendor").mkdir(parents=True)
    (folder / "app.css").write_text("a { color: red; }  /* why */\n", "utf-8")
    (folder / "vendor" / "htmx.min.js").write_text("var htmx=(function(){}())\n" * 50, "utf-8")
    for name in (*assets.SOURCES[1:], *assets.LATER_SOURCES):
        (folder / name).write_text(f"'use strict';\n// why\nvar {name[:2]}  =  'http://x';\n", "utf-8")
    (folder / "viewer.js").write_text("var c  =  2;", "utf-8")
    (folder / "icon.png").write_bytes(b"\x89PNG")
    (folder / "manifest.webmanifest").write_text(
        '{"name": "孵化", "icons": [{"src": "/static/icon.png"}]}', "utf-8"
    )
    (folder / "sw_off.js").write_text("goes", "utf-8")
    (folder / "sw.js").write_text("const BUILD = '__BUILD__', ASSETS = __ASSETS__;", "utf-8")
    (folder / "vendor" / "vendor.lock").write_text("", "utf-8")
    return folder


def all_files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_name_carries_the_digest_of_what_is_served(source, tmp_path):
    names = assets.build(source, tmp_path / "out")
    served = (tmp_path / "out" / names["app.css"]).read_bytes()
    assert names["app.css"] == f"app.{hashlib.sha256(served).hexdigest()[:12]}.css"
    assert re.fullmatch(r"hatchery\.[0-9a-f]{12}\.js", names["hatchery.js"])


def test_text_has_compressed_twins_and_pictures_have_none(source, tmp_path):
    out = tmp_path / "out"
    names = assets.build(source, out)
    plain = (out / names["hatchery.js"]).read_bytes()
    assert brotli.decompress((out / (names["hatchery.js"] + ".br")).read_bytes()) == plain
    assert gzip.decompress((out / (names["hatchery.js"] + ".gz")).read_bytes()) == plain
    assert not (out / (names["icon.png"] + ".gz")).exists()


def test_only_what_browsers_need_is_published(source, tmp_path):
    assert set(assets.build(source, tmp_path / "out")) == {
        "app.css", "hatchery.js", "later.js", "viewer.js", "icon.png", "manifest.webmanifest",
    }  # fmt: skip


def test_what_every_page_needs_is_one_script_and_the_others_stand_alone(source, tmp_path):
    names = assets.build(source, tmp_path / "out")
    bundle = (tmp_path / "out" / names["hatchery.js"]).read_text("utf-8")
    own = "\n".join(f"'use strict';var {name[:2]}='http://x';" for name in assets.SOURCES[1:])
    assert bundle.endswith(own)
    assert bundle.startswith("var htmx=(function(){}())\n" * 50)
    assert (tmp_path / "out" / names["viewer.js"]).read_text("utf-8") == "var c=2;"


def test_the_manifest_names_the_hashed_icons(source, tmp_path):
    names = assets.build(source, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / names["manifest.webmanifest"]).read_text("utf-8"))
    assert manifest == {"name": "孵化", "icons": [{"src": "/static/" + names["icon.png"]}]}


def test_a_second_build_writes_nothing(source, tmp_path, monkeypatch):
    first = assets.build(source, tmp_path / "out")
    monkeypatch.setattr(assets, "_write_whole", lambda path, content: pytest.fail(f"wrote {path} again"))
    assert assets.build(source, tmp_path / "out") == first


def test_a_changed_file_gets_a_new_name_and_the_old_one_stays(source, tmp_path):
    before = assets.build(source, tmp_path / "out")
    (source / "app.css").write_text("a { color: blue; }", "utf-8")
    after = assets.build(source, tmp_path / "out")
    assert after["app.css"] != before["app.css"]
    assert (tmp_path / "out" / before["app.css"]).exists()
    assert after["icon.png"] == before["icon.png"]


def test_a_build_is_another_one_when_a_file_or_a_template_changed(tmp_path):
    names, folders = {"app.css": "app.0.css"}, [tmp_path / name for name in ("first", "same", "other")]
    for folder, text in zip(folders, ("<p>", "<p>", "<b>"), strict=True):
        folder.mkdir()
        (folder / "page.html").write_text(text)
    first, same, other = (assets.build_id(names, folder) for folder in folders)
    assert first == same
    assert len({first, other, assets.build_id({"app.css": "app.1.css"}, folders[0])}) == 3


def test_a_missing_twin_is_made_again(source, tmp_path):
    names = assets.build(source, tmp_path / "out")
    twin = tmp_path / "out" / (names["app.css"] + ".br")
    twin.unlink()
    assets.build(source, tmp_path / "out")
    assert twin.exists()


def test_processes_that_build_at_once_agree_and_leave_no_rubbish(source, tmp_path):
    out = tmp_path / "out"
    with ProcessPoolExecutor(2) as pool:
        results = [job.result() for job in [pool.submit(assets.build, source, out) for _ in range(6)]]
    assert all(result == results[0] for result in results)
    assert not [name for name in all_files(out) if os.path.basename(name).startswith(".")]


def test_the_style_sheet_loses_spaces_but_no_meaning():
    css = "/* c */\na:hover, .b :focus > i { top: calc(1vh - 4px); }\n@media (max-width: 9px) { b { c: d; } }"
    assert assets._slim(css) == ("a:hover,.b :focus>i{top:calc(1vh - 4px)}@media (max-width:9px){b{c:d}}")


def test_the_service_worker_keeps_styles_scripts_shapes_and_the_manifest_only(source, tmp_path):
    names = assets.build(source, tmp_path / "out")
    body = assets.service_worker(source, names, "a-build")
    kept = json.loads(re.search(r"ASSETS = (\[.*?\]);", body)[1])
    assert "'a-build'" in body
    assert sorted(kept) == sorted(
        "/static/" + names[name]
        for name in ("app.css", "hatchery.js", "later.js", "viewer.js", "manifest.webmanifest")
    )


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    return {name: out / hashed for name, hashed in assets.build(STATIC, out).items()}


def packed(content):
    """The size on the line: browsers are sent brotli over https and on this machine itself."""
    return len(brotli.compress(content, quality=11))


def test_style_and_scripts_keep_their_budgets(shipped, print_figure):
    scripts, style = shipped["hatchery.js"].read_bytes(), shipped["app.css"].read_bytes()
    print_figure(f"scripts {packed(scripts):,} of 22,528 bytes, style {packed(style):,} of 10,240; gzip: "
                 f"{len(gzip.compress(scripts, 9)):,} and {len(gzip.compress(style, 9)):,}")  # fmt: skip
    assert packed(scripts) <= 22 * 1024
    assert packed(shipped["later.js"].read_bytes()) <= 6_400  # after somebody typed, on his own computer
    assert packed(style) <= 10_240


def test_what_only_the_desks_load_stays_small(shipped):
    assert packed(shipped["review.js"].read_bytes()) <= 1_536
    assert packed(shipped["review.css"].read_bytes()) <= 4_096


def test_vendored_files_are_those_of_the_lock_file():
    lock = tomllib.loads((STATIC / "vendor" / "vendor.lock").read_text("utf-8"))
    scripts = {path.name for path in (STATIC / "vendor").glob("*.js")}
    assert scripts == set(lock)
    for name, entry in lock.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == entry["sha256"]


def test_every_shape_that_pages_use_is_in_the_sprite():
    sprite = (STATIC / "icons.svg").read_text("utf-8")
    shapes = set(re.findall(r'<symbol id="([a-z-]+)"', sprite))
    used = set(
        re.findall(
            r"say\('\w+', '([a-z-]+)'", "".join(path.read_text("utf-8") for path in STATIC.glob("*.js"))
        )
    )
    assert used
    assert used <= shapes
    assert {
        "done",
        "half",
        "open",
        "warn",
        "bad",
        "insufficient",
        "manual",
        "clock",
        "back",
        "lock",
    } <= shapes


@pytest.mark.parametrize("name", sorted(path.name for path in STATIC.glob("*.js")))
def test_scripts_stay_small_and_speak_the_language_of_old_browsers(name):
    text = (STATIC / name).read_text("utf-8")
    assert len(text.splitlines()) < 200
    assert not re.search(
        r"\?\.[a-z(\[]|\?\?|\.replaceAll\(|\.at\(|requestSubmit|replaceChildren|\beval\b", text
    )


@pytest.mark.parametrize("name", sorted(path.name for path in STATIC.glob("*.css")))
def test_a_style_sheet_avoids_what_old_browsers_drop(name):
    css = re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text("utf-8"), flags=re.DOTALL)
    assert not re.search(
        r"clamp\(|(?<!-)\bmin\(|\binset\s*:|aspect-ratio|:has\(|:is\(|:where\(|accent-color", css
    )
    assert not re.search(r"(?<![-\w])gap\s*:", css)
    for selectors in re.findall(r"([^{}]*):focus-visible", css):
        assert "," not in selectors
