"""Certificates as incubators upload them: licences, title deeds, diplomas, appointments, honors.

Every function returns one PDF. The same facts give the same bytes; every page says that it is a sample.
"""

from datetime import date
from decimal import Decimal

from demo.identity import chance
from demo.ornaments import code, frame, rosette, seal
from demo.paper import A3_LANDSCAPE, A4_LANDSCAPE, Paper, chinese, labelled, wrapped
from demo.sheets import GREY, RED, Sheet

GOLD = (176, 132, 48)
REGISTRY = "广州市天河区市场监督管理局"
LAND_REGISTRY = "广州市规划和自然资源局"


def licence(name: str, uscc: str, person: str, registered_on: date, business: str, *, scanned: bool) -> bytes:
    """营业执照, as a copy with the company's own seal; scanned ones are grey copies."""
    paper = Paper(f"licence/{uscc}")
    sheet = paper.scan(A4_LANDSCAPE, grey=True) if scanned else paper.page(A4_LANDSCAPE)
    frame(sheet, RED)
    rosette(sheet, sheet.width / 2, 84, RED)
    sheet.text(sheet.width / 2, 158, "营 业 执 照", 34, bold=True, anchor="center")
    sheet.text(sheet.width / 2, 178, "（副本）", 12, anchor="center")
    sheet.text(66, 120, f"统一社会信用代码  {uscc}", 11, bold=True)
    code(sheet, sheet.width - 136, 66, 70, f"https://example.com/{uscc}")
    capital = chance(f"capital/{uscc}").choice([50, 100, 100, 200, 300, 500, 1000])
    number = chance(f"address/{uscc}").randrange(1, 240)
    kind, validity = "有限责任公司（自然人投资或控股）", f"{chinese(registered_on)}至长期"
    scope = f"{business}。（依法须经批准的项目，经相关部门批准后方可开展经营活动）"
    left = [("名　　称", name), ("类　　型", kind), ("法定代表人", person), ("经营范围", scope)]
    right = [("注册资本", f"{capital}万元（人民币）"), ("成立日期", chinese(registered_on)),
             ("营业期限", validity), ("住　　所", f"广州市天河区建中路{number}号")]  # fmt: skip
    labelled(sheet, 72, 220, left)
    labelled(sheet, 452, 220, right)
    sheet.text(452, 470, f"登记机关　{REGISTRY}", 11)
    sheet.text(452, 496, chinese(registered_on), 11)
    seal(sheet, 660, 468, REGISTRY, radius=46)
    sheet.text(72, 496, "本复印件与原件一致，仅用于众创空间备案申报。", 10, color=GREY)
    seal(sheet, 300, 462, name, radius=44)
    return paper.finish()


def title_deed(owner: str, address: str, area: Decimal) -> bytes:
    """不动产权证书 of the operator's own rooms, scanned, with a floor plan on A3."""
    paper = Paper(f"deed/{address}")
    deed_page(paper, owner, address, area)
    floor_plan(paper, address, area)
    return paper.finish()


def diploma(name: str, major: str, degree: str, year: int, course: str) -> bytes:
    """毕业证书 and behind it the certificate of a course for incubator staff."""
    paper = Paper(f"diploma/{name}")
    school = paper.chance.choice(["岭南科技大学（演示）", "南方工程大学（演示）", "珠江财经大学（演示）"])
    studied = f"系本校{major}专业学生，修完教学计划规定的全部课程，成绩合格，准予毕业，授予{degree}学位。"
    sheet = paper.scan(A4_LANDSCAPE)
    frame(sheet, (150, 40, 40))
    _certificate(sheet, "毕业证书", name, studied, school, date(year, 6, 30))
    trained = f"参加{course}，完成规定的40学时课程，经考核成绩合格，准予结业。"
    sheet = paper.page(A4_LANDSCAPE)
    frame(sheet, (40, 80, 140))
    _certificate(sheet, "培训结业证书", name, trained, "华南创业孵化协会（演示）", date(2019, 5, 24))
    return paper.finish()


def appointment(unit: str, space: str, name: str, field: str, start: date, *, turned: bool) -> bytes:
    """聘书 of a mentor."""
    paper = Paper(f"appointment/{name}")
    sheet = paper.page(A4_LANDSCAPE, turned=turned)
    frame(sheet, GOLD)
    body = f"兹聘请您担任{space}创业导师，服务领域：{field}。聘期自{chinese(start)}起，为期三年。"
    _certificate(sheet, "聘　书", name, body, unit, start)
    return paper.finish()


def honor(holder: str, title: str, granted_by: str, granted_on: date) -> bytes:
    """荣誉证书."""
    paper = Paper(f"honor/{title}")
    sheet = paper.scan(A4_LANDSCAPE)
    frame(sheet, (170, 40, 40))
    _certificate(sheet, "荣誉证书", holder, f"经评审，认定为“{title}”。特发此证。", granted_by, granted_on)
    return paper.finish()


def _certificate(sheet: Sheet, title: str, holder: str, body: str, granted_by: str, day: date) -> None:
    sheet.text(sheet.width / 2, 150, title, 40, bold=True, color=(160, 40, 40), anchor="center")
    sheet.text(120, 226, f"{holder}：", 20, bold=True)
    for number, line in enumerate(wrapped("\u3000\u3000" + body, 17, sheet.width - 240)):
        sheet.text(120, 276 + number * 34, line, 17)
    sheet.text(sheet.width - 130, 450, granted_by, 15, anchor="right")
    sheet.text(sheet.width - 130, 480, chinese(day), 15, anchor="right")
    seal(sheet, sheet.width - 210, 446, granted_by.removesuffix("（演示）"), radius=52)


def deed_page(paper: Paper, owner: str, address: str, area: Decimal) -> None:
    """Add the scan of a 不动产权证书."""
    sheet = paper.scan()
    frame(sheet, (170, 40, 40))
    sheet.text(sheet.width / 2, 110, "不 动 产 权 证 书", 26, bold=True, color=RED, anchor="center")
    sheet.text(sheet.width / 2, 140, deed_no(address), 12, anchor="center")
    facts = [
        ("权利人", owner), ("共有情况", "单独所有"), ("坐落", address),
        ("权利类型", "国有建设用地使用权/房屋所有权"), ("权利性质", "出让"), ("用途", "办公"),
        ("面积", f"房屋建筑面积 {area} 平方米"), ("使用期限", "2053年11月20日止"),
    ]  # fmt: skip
    for row, (label, value) in enumerate(facts):
        y = 180 + 46 * row
        sheet.box(80, y, 110, 46)
        sheet.box(190, y, 325, 46)
        sheet.text(92, y + 28, label, 12)
        lines = wrapped(value, 12, 305)
        for number, line in enumerate(lines):
            sheet.text(200, y + (28 if len(lines) == 1 else 19) + 17 * number, line, 12)
    sheet.text(330, 640, f"登记机构：{LAND_REGISTRY}", 12)
    seal(sheet, 430, 640, LAND_REGISTRY, radius=54)


def floor_plan(paper: Paper, address: str, area: Decimal) -> None:
    """Add a floor plan on A3."""
    sheet = paper.page(A3_LANDSCAPE)
    sheet.text(sheet.width / 2, 60, f"{address}　平面图（{area} 平方米）", 18, bold=True, anchor="center")
    sheet.box(90, 110, 1010, 620, thickness=3)
    x = 90.0
    for name, width in (
        ("接待区", 170),
        ("开放工位", 330),
        ("会议室", 150),
        ("独立办公", 220),
        ("洽谈区", 140),
    ):
        sheet.box(x, 110, width, 380, thickness=1.4)
        sheet.text(x + width / 2, 300, name, 15, anchor="center")
        x += width
    for desk in range(12):
        sheet.box(286 + (desk % 4) * 72, 140 + (desk // 4) * 100, 54, 30, stroke=GREY)
    sheet.text(595, 620, "公共走廊和展示区", 15, anchor="center")


def deed_no(address: str) -> str:
    """Return the number on the 不动产权证书 of a place."""
    return f"粤（2016）广州市不动产权第00{chance(f'deed/{address}').randrange(100000, 999999)}号（演示）"
