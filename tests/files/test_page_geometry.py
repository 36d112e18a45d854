"""Pages that say odd things of themselves come out as every viewer shows them, or not at all."""

import io

import pikepdf
import pytest
from pikepdf import Array, Name, String

from files.refusals import Refused
from tests.files.odd_pdfs import long_name, on_page


def clean_page(storage, admitted):
    with pikepdf.open(storage.path(admitted.clean_sha256)) as pdf:
        return dict(pdf.pages[0].obj.items())


@pytest.mark.parametrize(
    ("entries", "name"),
    [
        ({"Rotate": String("left")}, "/Rotate"),
        ({"Rotate": 45}, "/Rotate"),
        ({"UserUnit": Name.Big}, "/UserUnit"),
        ({"UserUnit": -2}, "/UserUnit"),
        ({"CropBox": Array([0, Name.a, 9, 9])}, "/CropBox"),
        ({"Group": Name.Odd}, "/Group"),
    ],
)
def test_what_has_no_meaning_is_left_out(upload, storage, entries, name):
    assert name not in clean_page(storage, upload(on_page(**entries)()))


@pytest.mark.parametrize(("written", "turned"), [(-90, 270), (450, 90), (90 * 10**15, 0), (180, 180)])
def test_a_rotation_is_written_the_plain_way(upload, storage, written, turned):
    assert clean_page(storage, upload(on_page(Rotate=written)()))["/Rotate"] == turned


def test_a_page_of_five_metres_comes_in_and_a_larger_one_does_not(upload):
    assert upload(on_page(MediaBox=Array([0, 0, 14_400, 14_400]))()).pages == 1
    for entries in (
        {"MediaBox": Array([0, 0, 14_401, 9])},
        {"MediaBox": Array([0, 0, 9, 999]), "UserUnit": 20},
    ):
        with pytest.raises(Refused) as caught:
            upload(on_page(**entries)())
        assert caught.value.code == "E_FILE_DAMAGED"
        assert "页面尺寸异常" in caught.value.message


def test_a_name_no_program_can_merge_is_refused_here_and_not_when_the_material_is_made(upload):
    with pytest.raises(Refused) as caught:
        upload(long_name())
    assert "无法合并" in caught.value.message


def test_texts_in_other_encodings_can_be_merged(upload):
    """Their codecs are loaded before the child may open nothing any more."""

    def layer(pdf):
        names = ("中文图层", "Ebene", "layer")
        layers = [pdf.make_indirect(pikepdf.Dictionary(Type=Name.OCG, Name=String(name))) for name in names]
        pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=Array(layers), D=pikepdf.Dictionary(OFF=Array([])))

    with pikepdf.open(io.BytesIO(on_page(Rotate=0)())) as pdf:
        layer(pdf)
        out = io.BytesIO()
        pdf.save(out)
    assert upload(out.getvalue()).pages == 1
