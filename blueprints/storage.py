"""The stored bytes as views need them."""

from flask import Response, current_app, send_file

from files.names import content_disposition
from files.storage import FolderStorage, storage_from_url


def storage() -> FolderStorage:
    """Return the storage of the settings, made on first use."""
    if "storage" not in current_app.extensions:
        current_app.extensions["storage"] = storage_from_url(current_app.config["SETTINGS"].storage_url)
    storage_here: FolderStorage = current_app.extensions["storage"]
    return storage_here


def send_pdf(sha256: str, name: str, *, inline: bool = True) -> Response:
    """Send stored bytes as a PDF that can do nothing in the browser but be read."""
    answer = send_file(storage().path(sha256), mimetype="application/pdf", conditional=True, etag=sha256)
    answer.headers["Content-Disposition"] = content_disposition(name, inline)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
