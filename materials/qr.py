"""An address as a QR code, as the print templates take pictures."""

import base64
import io

import segno


def qr_picture(url: str) -> str:
    """Return the code as a data URI of a PNG."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="png", scale=10, border=2)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
