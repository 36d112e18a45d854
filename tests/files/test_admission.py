import hashlib
import io
import subprocess
import sys
import threading
import time

import pikepdf
import pytest
from pypdf import PdfReader

from files import admission, child_process
from files.admission import AdmissionBroken, Refused, network_isolation
from files.refusals import SIZE_LIMIT
from tests.files import pdfs

FORBIDDEN_KEYS = {
    "/AA", "/AF", "/JS", "/JavaScript", "/OpenAction", "/EmbeddedFiles", "/EF", "/XFA", "/AcroForm",
    "/Names", "/Outlines", "/Metadata", "/RichMediaContent", "/3DD", "/Ref",
}  # fmt: skip
FORBIDDEN_ACTIONS = {
    "/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Rendition",
    "/Movie", "/Sound",
}  # fmt: skip


def refusal(upload, data):
    with pytest.raises(Refused) as caught:
        upload(data)
    return caught.value.code, caught.value.message


def clean_bytes(storage, admitted):
    return storage.path(admitted.clean_sha256).read_bytes()


def page_text(data):
    return PdfReader(io.BytesIO(data)).pages[0].extract_text()


def test_a_good_file_comes_in_as_original_and_clean_copy(upload, storage):
    data = pdfs.plain(pages=3)
    admitted = upload(data)
    clean = clean_bytes(storage, admitted)
    assert admitted.sha256 == hashlib.sha256(data).hexdigest()
    assert storage.path(admitted.sha256).read_bytes() == data
    assert (admitted.size, admitted.clean_size) == (len(data), len(clean))
    assert (admitted.pages, admitted.notes) == (3, ())
    assert len(PdfReader(io.BytesIO(clean)).pages) == 3
    assert page_text(clean).strip() == "lease 1"


def test_equal_files_give_equal_copies(upload):
    assert upload(pdfs.plain()).clean_sha256 == upload(pdfs.plain()).clean_sha256


def test_f01_3145728_bytes_come_in_and_one_more_does_not(upload, storage):
    data = pdfs.padded(SIZE_LIMIT)
    assert len(data) == 3_145_728
    assert upload(data).size == 3_145_728
    assert refusal(upload, pdfs.padded(SIZE_LIMIT + 1))[0] == "E_FILE_SIZE"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (pdfs.zipped(), "Word、Excel 或压缩文件"),
        (b"\x89PNG\r\n\x1a\n" + bytes(2000), "图片"),
        (b"<html>hello</html>", "不是 PDF"),
        (bytes(1024) + pdfs.plain(), "不是 PDF"),
    ],
    ids=["an archive", "a picture", "a page", "a PDF that begins late"],  # bytes may differ each time
)
def test_f02_another_kind_of_file_renamed_to_pdf_is_refused(upload, data, what):
    code, message = refusal(upload, data)
    assert code == "E_FILE_TYPE"
    assert what in message


def test_f02_an_empty_file_is_refused(upload, storage):
    assert refusal(upload, b"")[0] == "E_FILE_EMPTY"
    with pytest.raises(Refused) as caught:
        admission.admit(storage.new_temp(), storage)
    assert caught.value.code == "E_FILE_EMPTY"


def test_a_refused_file_leaves_nothing_in_the_storage(upload, storage):
    refusal(upload, pdfs.encrypted(user="secret"))
    assert [path for path in storage.root.rglob("*") if path.is_file()] == []


def test_a_password_to_open_is_refused_with_the_cure(upload):
    assert refusal(upload, pdfs.encrypted(user="secret")) == (
        "E_FILE_ENCRYPTED",
        "文件有打开密码，请去除密码后再上传。",
    )


def test_a_password_only_against_editing_is_taken_off_the_copy(upload, storage):
    admitted = upload(pdfs.encrypted())
    assert not PdfReader(io.BytesIO(clean_bytes(storage, admitted))).is_encrypted
    assert "编辑限制" in admitted.notes[0]


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7\n" + b"junk " * 500,
        pdfs.plain()[:200],
        pdfs.zipped() + b"%PDF-",
        pdfs.changed(lambda pdf: pdf.pages.__delitem__(0)),
    ],
    ids=["header only", "junk", "cut", "zip", "no pages"],
)
def test_what_cannot_be_read_is_refused_as_damaged_or_not_a_pdf(upload, data):
    assert refusal(upload, data)[0] in ("E_FILE_DAMAGED", "E_FILE_TYPE")


def test_a_file_that_lost_its_end_is_repaired(upload, storage):
    admitted = upload(pdfs.plain()[:-60])
    assert admitted.pages == 1
    assert "修复" in admitted.notes[0]
    assert page_text(clean_bytes(storage, admitted)).strip() == "lease 1"


def test_300_pages_come_in_and_301_do_not(upload):
    assert upload(pdfs.plain(pages=300)).pages == 300
    code, message = refusal(upload, pdfs.plain(pages=301))
    assert code == "E_FILE_PAGES"
    assert "共 301 页" in message
    assert "300 页" in message


def test_an_image_of_25_million_pixels_comes_in_and_a_larger_one_does_not(upload):
    assert upload(pdfs.with_image(5000, 5000)).pages == 1
    code, message = refusal(upload, pdfs.with_image(5001, 5000))
    assert code == "E_FILE_IMAGE"
    assert "第 1 页" in message
    assert "5001 × 5000" in message


def test_a_giant_image_among_the_drawing_commands_is_found(upload):
    drawn = b"q 9 0 0 9 0 0 cm BI /W %d /H 9000 /BPC 1 /CS /G /F /RL ID \x80 EI Q"
    assert upload(pdfs.with_content(drawn % 9)).pages == 1
    assert refusal(upload, pdfs.with_content(drawn % 9000))[0] == "E_FILE_IMAGE"


def test_active_content_is_removed_and_said(upload, storage):
    data = pdfs.everything_active()
    armed = pdfs.dictionaries(data)
    admitted = upload(data)
    cleaned = pdfs.dictionaries(clean_bytes(storage, admitted))

    # The file itself holds what is looked for, else finding none of it would prove nothing.
    assert set().union(*armed) >= FORBIDDEN_KEYS - {"/XFA", "/AcroForm", "/Metadata"}
    assert {one.get("/S") for one in armed} >= FORBIDDEN_ACTIONS - {"/Movie", "/Sound"}

    # A drawing may be called /AF; only there the name is left.
    assert any({"/AF", "/Far"} <= set(one) for one in cleaned)
    found = set().union(*(one for one in cleaned if "/Far" not in one))
    assert found & FORBIDDEN_KEYS == set()
    assert {one.get("/S") for one in cleaned} & FORBIDDEN_ACTIONS == set()
    assert not any("/F" in one for one in cleaned)
    assert b"evil" not in clean_bytes(storage, admitted)
    assert "脚本" in admitted.notes[0]
    assert storage.path(admitted.sha256).read_bytes() == data


def test_a_link_to_the_web_stays_and_only_that(upload, storage):
    clean = clean_bytes(storage, upload(pdfs.everything_active()))
    cleaned = pdfs.dictionaries(clean)
    actions = [one for one in cleaned if "/URI" in one]
    assert actions == [{"/S": "/URI", "/URI": "https://example.com/a"}]
    assert [one["/Subtype"] for one in cleaned if "/Rect" in one] == ["/Link"]


def test_a_font_called_like_a_forbidden_key_is_still_a_font(upload, storage):
    def rename(pdf):
        fonts = pdf.pages[0].Resources.Font
        fonts["/AA"] = fonts["/F1"]
        fonts["/JS"] = fonts["/F1"]
        pdf.pages[0].contents_add(b"BT /AA 12 Tf 72 600 Td (second) Tj ET")

    admitted = upload(pdfs.changed(rename))
    assert "second" in page_text(clean_bytes(storage, admitted))
    assert admitted.notes == ()


def test_names_in_gbk_as_old_programs_write_them_are_no_fault(upload, storage):
    gbk = pikepdf.Object.parse(b"<</Type/Font/Subtype/Type1/BaseFont/#CB#CE#CC#E5>>")

    def rename(pdf):
        pdf.pages[0].Resources.Font["/Old"] = gbk
        pdf.pages[0].obj["/Annots"] = pikepdf.Object.parse(b"[<</Subtype/#CB#CE>>]")

    admitted = upload(pdfs.changed(rename))
    assert page_text(clean_bytes(storage, admitted)).strip() == "lease 1"


def test_a_filled_form_is_printed_as_it_looks(upload, storage):
    admitted = upload(pdfs.with_form("广州启航", drawn=True))
    clean = clean_bytes(storage, admitted)
    assert "drawn" in page_text(clean)
    assert "/Widget" not in {one.get("/Subtype") for one in pdfs.dictionaries(clean)}


def test_typed_text_that_was_never_drawn_is_drawn_if_it_can_be(upload, storage):
    assert "Qihang" in page_text(clean_bytes(storage, upload(pdfs.with_form("Qihang", drawn=False))))
    code, message = refusal(upload, pdfs.with_form("广州启航", drawn=False))
    assert code == "E_FILE_TYPE"
    assert "打印为 PDF" in message


def test_a_stamp_becomes_part_of_the_page(upload, storage):
    def stamp(pdf):
        pdfs.annotate(pdf, pdfs.annotation("Stamp", F=4, AP=pdfs.Dictionary(N=pdfs.drawing(pdf))))

    clean = clean_bytes(storage, upload(pdfs.changed(stamp)))
    with pikepdf.open(io.BytesIO(clean)) as pdf:
        page = pdf.pages[0]
        assert "/Annots" not in page.obj
        drawings = [drawing.read_bytes() for drawing in page.Resources.XObject.values()]
    assert any(b"1 0 0 rg" in drawing for drawing in drawings)


def test_a_comment_without_a_picture_is_mentioned(upload):
    data = pdfs.changed(lambda pdf: pdfs.annotate(pdf, pdfs.annotation("FreeText", F=4)))
    assert "批注" in upload(data).notes[0]


def test_a_form_for_one_program_only_is_refused(upload):
    code, message = refusal(upload, pdfs.with_xfa(hybrid=False))
    assert code == "E_FILE_TYPE"
    assert "XFA" in message
    assert "打印为 PDF" in message


def test_a_form_for_both_keeps_its_look(upload, storage):
    admitted = upload(pdfs.with_xfa(hybrid=True))
    assert "drawn" in page_text(clean_bytes(storage, admitted))
    assert "XFA" in admitted.notes[0]


def test_a_signed_file_keeps_its_original_and_the_look_of_the_signature(upload, storage):
    data = pdfs.signed()
    admitted = upload(data)
    assert "drawn" in page_text(clean_bytes(storage, admitted))
    assert "电子签名" in admitted.notes[0]
    assert storage.path(admitted.sha256).read_bytes() == data


def test_a_page_that_would_come_out_empty_is_refused_by_number(upload):
    def break_second_page(pdf):
        pdf.pages[1].Contents = pikepdf.Stream(pdf, b"not flate at all", Filter=pikepdf.Name.FlateDecode)

    code, message = refusal(upload, pdfs.changed(break_second_page, pdfs.plain(pages=2)))
    assert code == "E_FILE_DAMAGED"
    assert "第 2 页" in message


def test_a_polyglot_is_only_a_pdf_afterwards(upload, storage):
    data = b"<script>alert(1)</script>\n" + pdfs.plain() + pdfs.zipped()
    clean = clean_bytes(storage, upload(data))
    assert clean.startswith(b"%PDF-")
    assert b"<script>" not in clean
    assert b"PK\x03\x04" not in clean


def test_a_content_bomb_is_refused(upload):
    code, message = refusal(upload, pdfs.with_content(b" " * 400_000_000))
    assert code == "E_FILE_DAMAGED"
    assert "无法在规定时间内读取" in message


def test_a_page_tree_of_a_million_pages_is_refused(upload):
    leaf, kids = b"<</Type/Page/MediaBox[0 0 9 9]/Parent 2 0 R>>", b"3 0 R " * 500_000
    data = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Count 500000/Kids[" + kids + b"]>>endobj\n"
        b"3 0 obj" + leaf + b"endobj\ntrailer<</Root 1 0 R>>\n"
    )
    assert refusal(upload, data)[0] in ("E_FILE_PAGES", "E_FILE_DAMAGED")


def test_deep_nesting_is_no_way_to_crash(upload):
    nested = pdfs.plain().replace(b"/Type /Catalog", b"/Type /Catalog /X " + b"[" * 100_000 + b"]" * 100_000)
    assert refusal(upload, nested)[0] == "E_FILE_DAMAGED"


def run_instead(monkeypatch, program):
    """Let another program run in the place of the child."""
    monkeypatch.setattr(
        child_process, "command", lambda arguments, entry: [sys.executable, "-c", program, *arguments]
    )


def test_a_child_that_takes_too_long_is_killed_with_its_offspring(upload, monkeypatch, tmp_path):
    mark = tmp_path / "alive"
    offspring = f"import time; time.sleep(2); open({str(mark)!r}, 'w')"
    run_instead(
        monkeypatch,
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', {offspring!r}])\n"
        "time.sleep(60)",
    )
    monkeypatch.setattr(child_process, "WALL_SECONDS", 0.8)
    begun = time.monotonic()
    code, message = refusal(upload, pdfs.plain())
    assert time.monotonic() - begun < 20
    assert (code, "服务器正忙" in message) == ("E_FILE_BUSY", True)  # what costs much dies of its own limit
    time.sleep(2.5)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("signal", "code"),
    [
        ("SIGTERM", "E_FILE_BUSY"),
        ("SIGKILL", "E_FILE_BUSY"),
        ("SIGXCPU", "E_FILE_DAMAGED"),
        ("SIGSEGV", "E_FILE_DAMAGED"),
    ],
)
def test_a_child_that_dies_of_a_file_is_told_from_one_that_was_ended(upload, monkeypatch, signal, code):
    run_instead(monkeypatch, f"import os, signal; os.kill(os.getpid(), signal.{signal})")
    assert refusal(upload, pdfs.plain())[0] == code


def test_nobody_waits_for_ever_while_others_read(upload, monkeypatch, storage):
    monkeypatch.setattr(child_process, "TURN_SECONDS", 0.1)
    monkeypatch.setattr(admission, "_places", threading.BoundedSemaphore(1))
    with admission._places:
        assert refusal(upload, pdfs.plain())[0] == "E_FILE_BUSY"
    assert upload(pdfs.plain()).pages == 1


def test_a_child_that_cannot_start_is_our_fault(upload, monkeypatch):
    run_instead(monkeypatch, "import no_such_module")
    with pytest.raises(AdmissionBroken, match="no_such_module"):
        upload(pdfs.plain())


@pytest.mark.parametrize(
    "answer",
    ['{"pages": 0, "notes": []}', '{"pages": 301, "notes": []}', '{"refused": ["E_OTHER", "x"]}'],
)
def test_a_child_that_was_taken_over_gains_nothing(upload, monkeypatch, answer):
    run_instead(monkeypatch, f"import sys; open(sys.argv[2], 'wb').write(b'%PDF-'); print({answer!r})")
    assert refusal(upload, pdfs.plain())[0] == "E_FILE_DAMAGED"


def test_a_copy_that_swells_is_refused(upload, monkeypatch):
    run_instead(
        monkeypatch,
        "import sys; open(sys.argv[2], 'wb').write(bytes(3_000_000)); print('{\"pages\": 1, \"notes\": []}')",
    )
    assert "5 倍" in refusal(upload, pdfs.plain())[1]


def test_the_web_process_has_no_parser_at_hand():
    program = "import files.admission, sys; print([name for name in sys.modules if 'pdf' in name.lower()])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_socket_opens_where_files_are_read():
    assert "不能打开任何文件描述符" in network_isolation()
