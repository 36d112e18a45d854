"""Contracts as incubators upload them: agreements, leases, the signed pledge, investments.

Every function returns one PDF. The same facts give the same bytes; every page says that it is a sample.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from demo.certificates import deed_no, deed_page, floor_plan
from demo.ornaments import seal, signature
from demo.paper import Paper, Pen, chinese, labelled, wrapped
from demo.texts import text

OWNER = "广州天建科技园发展有限公司"


@dataclass(frozen=True)
class Host:
    """The operator that signs and seals, with its makerspace."""

    name: str
    uscc: str
    person: str
    address: str
    space: str


def agreement(
    host: Host, guest: str, person: str, start: date, business: str, *, uscc: str = "", scanned: bool = False
) -> bytes:
    """入驻孵化协议 with a cover, its articles, signatures and one or two annexes."""
    paper = Paper(f"agreement/{guest}")
    pen = Pen(paper, scanned=scanned, top=230)
    end = start.replace(year=start.year + 3) - timedelta(days=1)
    desks = paper.chance.randrange(3, 16)
    pen.heading("入驻孵化协议", 30)
    pen.form([("协议编号", f"LC-{start:%Y%m%d}-{desks:02}"), ("甲　　方", host.name), ("乙　　方", guest),
              ("签订日期", chinese(start))], size=14)  # fmt: skip
    pen.top = 72
    pen.new_page()
    pen.heading("入驻孵化协议")
    number = f"统一社会信用代码：{uscc}" if uscc else f"团队登记编号：LCTD-{start:%Y%m%d}"
    pen.document(text("agreement").format(
        host=host.name, host_code=host.uscc, host_person=host.person, space=host.space, address=host.address,
        guest=guest, guest_word="入驻企业" if uscc else "创业团队", guest_number=number, guest_person=person,
        business=business, desks=desks, start=chinese(start), end=chinese(end), price=420 + desks * 5,
    ))  # fmt: skip
    _signed(pen, (host.name, host.person), (guest, person), start, guest_seals=bool(uscc))
    if not scanned:
        _handover(pen, desks, start)
    return paper.finish()


def lease(host: Host, address: str, area: Decimal, start: date, *, entrusted: bool, scanned: bool,
          turned: bool = False, plan: bool = False) -> bytes:  # fmt: skip
    """租赁合同 or 受托管理合同 with the 产权证 behind it, and a floor plan on A3 if wanted."""
    paper = Paper(f"lease/{address}")
    pen = Pen(paper, scanned=scanned, turned=turned)
    pen.heading("场地受托管理合同" if entrusted else "房屋租赁合同")
    price = paper.chance.randrange(48, 66)
    pen.document(text("entrustment" if entrusted else "lease").format(
        owner=OWNER, tenant=host.name, tenant_code=host.uscc, address=address, area=area, price=price,
        deed_no=deed_no(address), rent=f"{area * price:,.2f}", start=chinese(start),
        end=chinese(start.replace(year=start.year + 8) - timedelta(days=1)),
    ))  # fmt: skip
    _signed(pen, (OWNER, "方建国"), (host.name, host.person), start, guest_seals=True)
    deed_page(paper, OWNER, address, area)
    if plan:
        floor_plan(paper, address, area)
    return paper.finish()


def commitment(host: Host, office: str, year: int, signed_on: date) -> bytes:
    """承诺书, signed, sealed and scanned in colour."""
    paper = Paper(f"commitment/{host.uscc}/{year}")
    pen = Pen(paper, scanned=True, top=100)
    pen.heading("国家备案众创空间申报承诺书", 20)
    pen.document(text("commitment").format(office=office, unit=host.name, code=host.uscc, year=year,
                                           space=host.space), size=12.5)  # fmt: skip
    pen.y += 50
    sheet, y = pen.sheet, pen.y
    sheet.text(270, y, "法定代表人（签字）：", 12.5)
    signature(sheet, 395, y, host.person)
    sheet.text(270, y + 40, f"申报单位（盖章）：{host.name}", 12.5)
    sheet.text(270, y + 80, chinese(signed_on), 12.5)
    seal(sheet, 420, y + 44, host.name, radius=58)
    return paper.finish()


def investment(investor: str, company: str, person: str, amount: Decimal, paid_on: date) -> bytes:
    """投资协议 and behind it the bank's receipt."""
    paper = Paper(f"investment/{company}")
    pen = Pen(paper)
    signed_on = paid_on - timedelta(days=12)
    pen.heading("投资协议")
    pen.document(
        text("investment").format(investor=investor, company=company, person=person, amount=f"{amount:f}")
    )
    _signed(pen, (investor, "彭立群"), (company, person), signed_on, guest_seals=company.endswith("公司"))
    _receipt(paper, investor, company if company.endswith("公司") else person, amount, paid_on)
    return paper.finish()


def _receipt(paper: Paper, payer: str, payee: str, amount: Decimal, paid_on: date) -> None:
    sheet, blue = paper.page(), (40, 90, 150)
    sheet.box(50, 90, 495, 270, stroke=blue, thickness=1.4)
    sheet.text(297, 124, "珠江商业银行（演示）电子回单", 16, bold=True, anchor="center", color=blue)
    sum_paid = f"人民币 {amount * 10_000:,.2f} 元"
    labelled(sheet, 74, 158, [("付款人", payer), ("收款人", payee), ("金额", sum_paid),
                              ("日期", chinese(paid_on)), ("用途", "投资款")])  # fmt: skip
    seal(sheet, 450, 300, "珠江商业银行回单专用章", radius=40)


def _signed(
    pen: Pen, first: tuple[str, str], second: tuple[str, str], day: date, *, guest_seals: bool
) -> None:
    pen.need(170)
    sheet, y = pen.sheet, pen.y + 40
    for x, word, (name, person), is_sealed in ((pen.margin, "甲方", first, True),
                                               (320.0, "乙方", second, guest_seals)):  # fmt: skip
        sheet.text(x, y, f"{word}（盖章）：" if is_sealed else f"{word}（签字）：", 11)
        for number, line in enumerate(wrapped(name, 11, 200)):
            sheet.text(x, y + 20 + 16 * number, line, 11)
        signature(sheet, x + 66, y + 66, person)
        sheet.text(x, y + 96, chinese(day), 11)
        if is_sealed:
            seal(sheet, x + 130, y + 44, name, radius=46)
    pen.y += 170


def _handover(pen: Pen, desks: int, start: date) -> None:
    pen.new_page()
    pen.heading("附件一　场地交接清单", 15)
    rows = [
        [f"LC-{number:03}", "工位、办公椅、三斗柜", "完好", chinese(start)] for number in range(1, desks + 1)
    ]
    pen.table([90, 170, 80, 119], [["编号", "物品", "状况", "交接日期"], *rows])
    pen.paragraph("")
    pen.paragraph("门禁卡按入驻人数发放，遗失补办每张收取工本费20元。公共区域设备按预约使用，损坏照价赔偿。")
    if desks % 2:
        pen.new_page()
        pen.heading("附件二　孵化服务清单", 15)
        services = [
            "互联网接入",
            "会议室",
            "共享实验室",
            "注册指引",
            "财税咨询",
            "知识产权",
            "投融资对接",
            "创业课程",
        ]
        rows = [
            [str(number), service, "免费时长内不收费", "孵化服务部"]
            for number, service in enumerate(services, 1)
        ]
        pen.table([60, 150, 150, 99], [["序号", "服务", "收费", "责任部门"], *rows])
