"""Field types: parse what was typed, show what is stored. Every refusal has a code and says what to do."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import Field

from forms.base import Refusal, required_marker
from forms.formats import show_date, show_number

MAX_AMOUNT = Decimal("99999999.99")


class FilingField(Field):
    """A question. Subclasses set `kind` and say how to `parse` typed text and `show` a stored value.

    `short` is the label in a table head (with line breaks where it may wrap), `group` the
    head above several columns, `width` a relative column width, `unit` stands beside the box,
    `description` is the hint. `local` says whether the browser may keep the answer, encrypted, until the
    server has it: contacts, papers and bank data never, and free text only where the form says so.
    `conditional`: needed in some cases, which the hint tells; it is not called optional.
    """

    kind = "text"
    is_local = False

    def __init__(
        self, label: str, validators: Sequence[Any] = (), *, short: str = "", group: str = "",
        unit: str = "", width: int = 8, decides: bool = False, autocomplete: str = "off",
        local: bool | None = None, conditional: bool = False, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(label, validators, **options)
        self.is_conditional = conditional
        self.is_local = type(self).is_local if local is None else local
        self.head = short or label  # lines of a table head, broken by meaning
        self.short, self.group, self.unit, self.width = self.head.replace("\n", ""), group, unit, width
        self.decides, self.autocomplete = decides, autocomplete

    @property
    def is_asked(self) -> bool:
        """Say whether the answer is needed for submission, at least in some cases."""
        return required_marker(self) is not None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Parse the typed text; empty text means no answer. Raises a coded refusal."""
        if not self.raw_data:
            return  # absent from the request: `data` already holds the default
        text = normalised(str(valuelist[0]))
        self.data = None
        if text:
            self.data = self.parse(text)

    def parse(self, text: str) -> Any:
        return text

    def show(self, value: Any) -> str:
        """Return a stored value as the page and the PDF show it; empty for no answer."""
        return "" if value is None else str(value)

    def plain(self, value: Any) -> Any:
        """Return a stored value as JSON carries it: numbers and dates as text without commas."""
        return None if value is None else str(value)

    def shown_input(self) -> str:
        """Return the text that stands in the box: as typed, else the stored value."""
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.plain(self.data))

    def refuse(self, code: str, message: str) -> ValueError:
        return ValueError(Refusal(code, message))


class TextField(FilingField):
    """One line of text."""

    def __init__(self, label: str, validators: Sequence[Any] = (), *, max_length: int = 100, **options: Any):
        super().__init__(label, validators, **options)
        self.max_length = max_length

    def parse(self, text: str) -> str:
        text = " ".join(text.split())
        if len(text) > self.max_length:
            raise self.refuse(
                "E_TEXT_TOO_LONG", f"超过字数限制：最多 {self.max_length} 个字，现有 {len(text)} 个字，请删减"
            )
        return text


class LongTextField(TextField):
    """Several lines of text with paragraphs."""

    kind = "long"

    def parse(self, text: str) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > self.max_length:
            raise self.refuse(
                "E_TEXT_TOO_LONG", f"超过字数限制：最多 {self.max_length} 个字，现有 {len(text)} 个字，请删减"
            )
        return text


class NumberField(FilingField):
    """A number; full-width digits, commas and blanks are understood."""

    kind = "number"
    is_local = True
    example = "60"

    def __init__(
        self, label: str, validators: Sequence[Any] = (), *, least: int = 0, most: Decimal | int = MAX_AMOUNT,
        above_zero: bool = False, width: int = 6, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(label, validators, width=width, **options)
        self.least, self.most, self.above_zero = least, most, above_zero

    def parse(self, text: str) -> Decimal | int:
        figure = unicodedata.normalize("NFKC", text).replace(",", "").replace("。", ".").replace(" ", "")
        if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", figure):
            raise self.refuse("E_NUMBER", f"请填写数字，例如 {self.example}{self._unit_note()}")
        if Decimal(figure) < 0:
            raise self.refuse("E_NEGATIVE", "数值不能为负，请填写 0 或正数")
        value = Decimal(figure).copy_abs()  # -0 is 0
        if self.above_zero and value == 0:
            raise self.refuse("E_RANGE", "应大于 0，请填写实际数值")
        if not self.least <= value <= self.most:
            raise self.refuse(
                "E_RANGE", f"超出允许范围，请填写 {self.least} 到 {show_number(self.most)} 之间的数"
            )
        return self.exact(value)

    def exact(self, value: Decimal) -> Decimal | int:
        if value != value.quantize(Decimal("0.01")):
            raise self.refuse("E_DECIMALS", "最多保留两位小数，请四舍五入后填写")
        return value.quantize(Decimal("0.01"))

    def _unit_note(self) -> str:
        return f"（{self.unit}）" if self.unit else ""

    def show(self, value: Decimal | int | None) -> str:
        return "" if value is None else show_number(value)

    def plain(self, value: Decimal | int | None) -> str | None:
        return None if value is None else show_number(value).replace(",", "")


class AreaField(NumberField):
    """An area in square metres."""

    example = "1200.5"

    def __init__(self, label: str, validators: Sequence[Any] = (), **options: Any) -> None:
        super().__init__(label, validators, unit="平方米", **options)


class MoneyField(NumberField):
    """An amount in 万元."""

    example = "200"

    def __init__(self, label: str, validators: Sequence[Any] = (), **options: Any) -> None:
        super().__init__(label, validators, unit="万元", **options)


class CountField(NumberField):
    """A whole number."""

    def __init__(self, label: str, validators: Sequence[Any] = (), *, most: int = 1_000_000, **options: Any):
        super().__init__(label, validators, most=most, **options)

    def exact(self, value: Decimal) -> int:
        if value != value.to_integral_value():
            raise self.refuse("E_INTEGER", "请填写整数，不带小数")
        return int(value)


class DateField(FilingField):
    """A day; the usual ways to write one are understood, stored and shown as 2021-11-10."""

    kind = "date"
    is_local = True

    def __init__(self, label: str, validators: Sequence[Any] = (), *, width: int = 7, **options: Any) -> None:
        super().__init__(label, validators, width=width, **options)

    def parse(self, text: str) -> date:
        figure = unicodedata.normalize("NFKC", text).replace(" ", "")
        found = re.fullmatch(
            r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})", figure
        )
        if not found:
            raise self.refuse("E_DATE", "日期格式应为 YYYY-MM-DD，例如 2021-03-18")
        year, month, day = (int(part) for part in found.groups() if part)
        try:
            value = date(year, month, day)
        except ValueError:
            raise self.refuse(
                "E_DATE", f"没有 {year} 年 {month} 月 {day} 日这一天，请核对，例如 2021-03-18"
            ) from None
        if not 1949 <= value.year <= 2100:
            raise self.refuse("E_RANGE", "超出允许范围，请核对年份")
        return value

    def show(self, value: date | None) -> str:
        return "" if value is None else show_date(value)

    def plain(self, value: date | None) -> str | None:
        return None if value is None else value.isoformat()


class NamedRowField(TextField):
    """The name of a row of another table, as `offers` gives it; checked when submitting."""

    kind = "named_row"
    is_local = True

    def __init__(
        self, label: str, validators: Sequence[Any] = (), *, table: str,
        offers: Callable[[Any], str | None], **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(label, validators, **options)
        self.table, self.offers = table, offers
        self.choices: Sequence[tuple[str, str]] = ()


def normalised(text: str) -> str:
    """Return typed text in composed form, without characters nobody sees and blanks at both ends."""
    return "".join(c for c in unicodedata.normalize("NFC", text) if _is_visible(c)).strip()


def _is_visible(character: str) -> bool:
    """Refuse control and format characters, which copied text brings along; U+200D joins signs into one."""
    return character in "\n\r\t\u200d" or unicodedata.category(character) not in ("Cc", "Cf")
