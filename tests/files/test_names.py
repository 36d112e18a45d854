import pytest

from files.names import content_disposition, masked_name, safe_folder, safe_name, shown_name


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("租赁合同.pdf", "租赁合同.pdf"),
        ("LEASE.PDF", "LEASE.PDF"),
        ("C:\\fakepath\\合同.pdf", "合同.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("page.html", "page.html.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        ("孵化\u200b器.pdf", "孵化器.pdf"),
        ("e\u0301.pdf", "é.pdf"),
        ("  .hidden .pdf", "hidden.pdf"),
        ("坏\ud800.pdf", "坏.pdf"),
        ('a<b>:"|?*.pdf', "ab.pdf"),
        ("", "未命名.pdf"),
        (".pdf", "未命名.pdf"),
        ("...", "未命名.pdf"),
        ("\u202e", "未命名.pdf"),
    ],
)
def test_a_stored_name_is_clean(raw, expected):
    assert safe_name(raw) == expected


def test_a_stored_name_has_at_most_200_characters_and_keeps_its_ending():
    assert safe_name("长" * 300 + ".pdf") == "长" * 196 + ".pdf"
    assert safe_name("长" * 196 + ".pdf") == "长" * 196 + ".pdf"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("record.pdf", "reco***.pdf"),
        ("租赁合同扫描件.pdf", "租赁合同***.pdf"),
        ("合同.pdf", "合同***.pdf"),
        ("RECORD.PDF", "RECO***.pdf"),
    ],
)
def test_a_list_shows_the_first_four_characters(name, expected):
    assert masked_name(name) == expected


def test_a_chinese_name_travels_with_an_ascii_stand_in():
    header = content_disposition("租赁 合同.pdf", inline=False)
    assert header == (
        "attachment; filename=\"file.pdf\"; filename*=UTF-8''%E7%A7%9F%E8%B5%81%20%E5%90%88%E5%90%8C.pdf"
    )


@pytest.mark.parametrize(
    "name", ['a".pdf', "a\\.pdf", "a\r\nX: y.pdf", "a%22.pdf", "a;b=c.pdf", "坏\ud800.pdf"]
)
def test_no_name_breaks_out_of_the_header(name):
    header = content_disposition(name, inline=True)
    assert header.startswith('inline; filename="')
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert "%" not in header.split("filename*")[0]
    assert "\\" not in header


@pytest.mark.parametrize(
    ("raw", "folder"),
    [
        ("a.pdf", ""),
        ("03 云杉/营业执照.pdf", "03 云杉"),
        ("附件/企业/03/营业执照.pdf", "附件/企业/03"),
        ("C:\\fakepath\\a.pdf", ""),
        ("D:\\材料\\a.pdf", "材料"),
        ("../../etc/a.pdf", "etc"),
        ("甲\u202e乙/a.pdf", "甲乙"),
        ("长" * 300 + "/a.pdf", "长" * 200),
    ],
)
def test_folders_are_kept_apart_from_the_name(raw: str, folder: str) -> None:
    assert safe_folder(raw) == folder


def test_a_file_that_was_not_taken_is_called_by_its_name() -> None:
    assert shown_name("材料/说明.docx") == "说明.docx"
