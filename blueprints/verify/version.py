"""What is publicly said of a 版本号: submitted, superseded, not submitted or unknown."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from blueprints.access import public, sees_filing, streams, takes_up_to
from blueprints.identity import who
from blueprints.limits import at_most
from blueprints.verify import blueprint
from extensions import db
from filings.version_no import read_version_no
from models.filing import Filing
from models.material_version import MaterialVersion

LARGEST_MATERIAL = 512 * 1024 * 1024  # some 170 attachments of 3 MB; a proxy passes as much
TOO_LARGE = "用来核对的 PDF 不得超过 512 MB。请选择从本系统下载的那一份，不要压缩、拆分或另存：改动过的文件与系统里的不会一致。"


@dataclass(frozen=True)
class Verdict:
    """state: submitted, superseded, unsubmitted or unknown. `filing` is shown for submitted versions only."""

    state: str
    version: MaterialVersion | None = None
    filing: Filing | None = None


@blueprint.get("")
@public
def ask() -> ResponseReturnValue:
    """Ask for a 版本号."""
    typed = request.args.get("version_no", "").strip()
    if version_no := read_version_no(typed):
        return redirect(url_for("verify.version", version_no=version_no), 303)
    if typed:
        return _page(typed)
    return render_template("verify/version.html", version_no="", verdict=None, compared=None)


@blueprint.get("/<version_no>")
@public
def version(version_no: str) -> ResponseReturnValue:
    """Say what is known of a 版本号."""
    return _page(version_no)


@blueprint.post("/<version_no>")
@public
@streams
@takes_up_to(LARGEST_MATERIAL, TOO_LARGE)
@at_most(30, timedelta(minutes=10))
def compare(version_no: str) -> ResponseReturnValue:
    """Compare an uploaded PDF with the version by digest; the bytes are not kept."""
    posted = request.files.get("file")
    if posted is None or not posted.filename:
        return _page(version_no, "missing"), 422
    digest = hashlib.sha256()
    while chunk := posted.stream.read(65_536):
        digest.update(chunk)
    posted.close()
    return _page(version_no, digest.hexdigest())


def _page(version_no: str, digest: str | None = None) -> str:
    verdict = verdict_on(read_version_no(version_no))
    known = verdict.version.pdf_sha256 if verdict.version else None
    compared = digest if digest in (None, "missing") else "same" if digest == known else "different"
    return render_template(
        "verify/version.html", version_no=read_version_no(version_no), verdict=verdict, compared=compared,
        paper_url=_paper_url(verdict),
    )  # fmt: skip


def _paper_url(verdict: Verdict) -> str:
    """Return where a reviewer whose office has the filing takes its paper in; empty for everybody else."""
    if verdict.version is None:
        return ""
    person, filing = who(), verdict.filing or db.session.get_one(Filing, verdict.version.filing_id)
    if person is None or not filing.is_submitted or not sees_filing(filing, person):
        return ""
    return url_for("review.paper", filing_id=filing.id, version_no=verdict.version.version_no)


def verdict_on(version_no: str) -> Verdict:
    """Find the version and how it stands to its filing."""
    found = db.session.scalars(
        select(MaterialVersion).where(MaterialVersion.version_no == version_no)
    ).one_or_none()
    if found is None:
        return Verdict("unknown")
    filing = db.session.get_one(Filing, found.filing_id)
    if filing.is_submitted and filing.submitted_version_no == found.version_no:
        return Verdict("submitted", found, filing)
    return Verdict("superseded" if filing.was_submitted else "unsubmitted", found)
