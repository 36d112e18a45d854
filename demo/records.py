"""Records as incubators upload them: activities with their photographs, media reports, cases.

Every function returns one PDF. The same facts give the same bytes; every page says that it is a sample.
"""

from datetime import date, timedelta

from demo.contracts import Host
from demo.ornaments import photograph, seal, signature
from demo.paper import A3_LANDSCAPE, A4_LANDSCAPE, Paper, Pen, chinese, wrapped
from demo.sheets import GREY
from demo.texts import text


def activity_record(name: str, held_on: date, summary: str, host: Host, people: list[str]) -> bytes:
    """活动通知, 签到表 and a page of photographs, some of them on A3."""
    paper = Paper(f"activity/{name}")
    pen = Pen(paper)
    _notice(pen, name, held_on, summary, host)
    pen.new_page()
    _attendance(pen, held_on, people)
    sheet = paper.page(A3_LANDSCAPE if len(people) % 5 == 0 else A4_LANDSCAPE)
    sheet.text(sheet.width / 2, 62, f"{name}　活动照片", 15, bold=True, anchor="center")
    width = sheet.width / 2 - 60
    for number in range(2):
        picture = photograph(f"{name}/{number}")
        sheet.picture(45 + number * (width + 30), 90, width, width * 0.625, picture)
    return paper.finish()


def _notice(pen: Pen, name: str, held_on: date, summary: str, host: Host) -> None:
    pen.heading("活动通知")
    for paragraph in (
        "各入驻团队、企业：",
        f"为服务创新创业，{host.space}定于{chinese(held_on)}举办“{name}”，现将有关事项通知如下。",
        f"一、时间：{chinese(held_on)} 14:30至17:00",
        "二、地点：建中路66号5层路演厅",
        f"三、内容：{summary}",
        "四、请于活动前一天通过微信公众号报名，联系人：何嘉莹。",
    ):
        pen.paragraph(paragraph, 12)
    pen.sheet.text(500, pen.y + 60, host.space, 12, anchor="right")
    pen.sheet.text(500, pen.y + 82, chinese(held_on - timedelta(days=6)), 12, anchor="right")
    seal(pen.sheet, 440, pen.y + 66, host.name)


def _attendance(pen: Pen, held_on: date, people: list[str]) -> None:
    pen.heading("签到表", 16)
    day, top = f"{held_on.month}月{held_on.day}日", pen.y + 24
    rows = [[str(number), person, day, ""] for number, person in enumerate(people, 1)]
    pen.table([50, 130, 120, 159], [["序号", "姓名", "日期", "签名"], *rows])
    for number, person in enumerate(people):
        signature(pen.sheet, pen.margin + 312, top + 24 * number + 19, person)


def media_report(title: str, media: str, reported_on: date, space: str) -> bytes:
    """媒体报道截图: a web page as it stood on the screen."""
    paper = Paper(f"media/{title}")
    sheet = paper.page()
    sheet.box(40, 48, 515, 30, stroke=None, fill=(232, 236, 240))
    sheet.text(56, 68, f"https://news.example.com/{reported_on:%Y/%m/%d}/startup.html", 9, color=GREY)
    sheet.text(60, 122, media, 20, bold=True, color=(20, 90, 130))
    sheet.line([(40, 136), (555, 136)], color=(20, 90, 130), width=1.4)
    y = 150.0
    for line in wrapped(title, 19, 470, True):
        y += 30
        sheet.text(60, y, line, 19, bold=True)
    sheet.text(60, y + 24, f"{reported_on}　来源：{media}　编辑：演示", 9, color=GREY)
    sheet.picture(60, y + 40, 475, 297, photograph(title))
    y += 356
    for paragraph in text("service_capability_text").splitlines()[:3]:
        for line in wrapped(f"　　记者在{space}看到，{paragraph.split('。', 1)[1]}", 11, 475):
            y += 19
            sheet.text(60, y, line, 11)
    return paper.finish()


def case_summary(host: Host, cases: list[list[str]]) -> bytes:
    """典型孵化案例汇总表 on one A3 page."""
    paper = Paper(f"cases/{host.uscc}")
    sheet = paper.page(A3_LANDSCAPE)
    sheet.text(sheet.width / 2, 80, f"{host.space}典型孵化案例汇总表", 20, bold=True, anchor="center")
    y = 120.0
    for number, row in enumerate([["名称", "入驻时间", "主要服务", "孵化成效"], *cases]):
        x = 70.0
        for width, cell in zip((230, 130, 330, 360), row, strict=True):
            sheet.box(x, y, width, 44, fill=(238, 240, 242) if number == 0 else None)
            sheet.text(x + 8, y + 27, cell, 12, bold=number == 0)
            x += width
        y += 44
    seal(sheet, 1010, y + 80, host.name, radius=56)
    return paper.finish()
