"""推荐汇总表 as a workbook."""

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from filings.sheets.workbook import XLSX
from forms.formats import show_date
from models.recommendation import Recommendation

__all__ = ["XLSX", "recommendation_workbook"]

HEADS = (
    ("序号", 6), ("众创空间名称", 32), ("运营主体名称", 36), ("统一社会信用代码", 22), ("所在地区", 24),
    ("评审分数", 10), ("公示情况", 24),
)  # fmt: skip


def recommendation_workbook(letter: Recommendation) -> bytes:
    """Write the table of a letter: title, office and number above, a row for each filing."""
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("推荐汇总表")
    sheet.append([f"{letter.batch.name}推荐汇总表"])
    office = f"推荐单位（盖章）：{letter.office.name}"
    sheet.append([f"{office}    文号：{letter.letter_no}    日期：{show_date(letter.letter_on)}"])
    sheet.append([head for head, _width in HEADS])
    for row in (1, 2):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(HEADS))
    for cell in sheet[3]:
        cell.font = Font(bold=True)
    sheet["A1"].font, sheet["A1"].alignment = Font(bold=True, size=16), Alignment(horizontal="center")
    for number, (_head, width) in enumerate(HEADS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for entry in letter.entries:
        filing = entry.filing
        texts = (filing.name, filing.unit.name, filing.unit.uscc, filing.region.full_name,
                 entry.expert_score, entry.publicity_note)  # fmt: skip
        sheet.append([entry.place])
        for number, text in enumerate(texts, 2):
            cell = sheet.cell(sheet.max_row, number, text)
            cell.data_type, cell.number_format = "s", "@"  # a name that starts with "=" is a name
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
