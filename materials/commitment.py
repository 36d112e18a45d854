"""The template of the 承诺书: filled in by us, signed and sealed by the unit, uploaded as a scan."""

import io

from pypdf import PdfWriter

from materials.typeset import typeset


def commitment_template(
    unit_name: str, carrier_name: str, batch_name: str, legal_representative: str
) -> bytes:
    """One A4 page as PDF. Raises TypesettingFailed."""
    page = typeset(
        "commitment.html",
        unit_name=unit_name,
        carrier_name=carrier_name,
        batch_name=batch_name,
        legal_representative=legal_representative,
    )
    writer = PdfWriter()
    for sheet in page.pages:
        writer.add_page(sheet)
    writer.add_metadata({"/Title": f"承诺书 · {carrier_name}", "/Producer": "Hatchery"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
