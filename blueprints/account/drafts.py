"""What a browser may keep until the server has it: whose it is, and the key that opens it.

The key lives in the memory of the pages only. What lies on the disk of the computer is ciphertext.
"""

import base64
import hashlib
import hmac
import uuid

from flask import current_app, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from blueprints.access import me, open_while_closing, signed_in
from blueprints.account import blueprint
from blueprints.idempotency import was_carried_out
from blueprints.identity import SignedIn


@blueprint.get("/account/drafts")
@signed_in
@open_while_closing
def drafts() -> ResponseReturnValue:
    """Say whose session this is and give a form token; what waits in a browser is sent for nobody else.

    Asked with `path` and `key` of a form that was sent: also whether it came, `done` or `open`.
    """
    state = "done" if was_carried_out(request.args.get("path", ""), request.args.get("key", "")) else "open"
    words = f"{drafts_owner(me())} {generate_csrf()} {state}"
    return words, {"Content-Type": "text/plain; charset=utf-8"}


def drafts_owner(person: SignedIn) -> str:
    """Return the name under which the browser keeps what this person typed; it tells nothing of him."""
    return _derived("owner", person.account_id).hex()[:16]


def drafts_key(person: SignedIn) -> str:
    """Return the key of what this person's browsers keep: 256 bits in base64, the same at every sign-in."""
    return base64.b64encode(_derived("key", person.account_id)).decode()


def _derived(purpose: str, account_id: uuid.UUID) -> bytes:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.digest(secret, f"drafts {purpose}:".encode() + account_id.bytes, hashlib.sha256)
