"""Field types with fixed answers, posted as identifiers."""

from collections.abc import Sequence
from typing import Any

from forms.fields import FilingField


class ChoiceField(FilingField):
    """One of several fixed answers, posted as its identifier."""

    kind = "choice"
    is_local = True

    def __init__(
        self,
        label: str,
        validators: Sequence[Any] = (),
        *,
        choices: Sequence[tuple[str, str]],
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.choices = tuple(choices)

    def parse(self, text: str) -> Any:
        if text not in dict(self.choices):
            raise self.refuse("E_CHOICE", "取值不在可选范围内，请从列表中选择")
        return text

    def show(self, value: Any) -> str:
        return dict(self.choices).get(value, "" if value is None else str(value))


class YesNoField(ChoiceField):
    """是 or 否, posted as yes or no, stored as a truth value."""

    kind = "yesno"

    def __init__(self, label: str, validators: Sequence[Any] = (), **options: Any) -> None:
        super().__init__(label, validators, choices=(("yes", "是"), ("no", "否")), width=4, **options)

    def parse(self, text: str) -> bool:
        return super().parse(text) == "yes"

    def show(self, value: bool | None) -> str:
        return "" if value is None else ("是" if value else "否")

    def plain(self, value: bool | None) -> str | None:
        return None if value is None else ("yes" if value else "no")


class TickField(YesNoField):
    """A single box to tick; not ticked means no answer."""

    kind = "tick"

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = True if valuelist and valuelist[0] == "yes" else None


class ChoicesField(ChoiceField):
    """Any of several fixed answers; stored as a list in the order of the choices, None when nothing is ticked."""

    kind = "choices"

    def process_formdata(self, valuelist: list[Any]) -> None:
        known = dict(self.choices)
        valuelist = [value for value in valuelist if value]
        if any(value not in known for value in valuelist):
            raise self.refuse("E_CHOICE", "取值不在可选范围内，请从列表中选择")
        self.data = [value for value in known if value in valuelist] or None

    def show(self, value: list[str] | None) -> str:
        known = dict(self.choices)
        return "、".join(known.get(item, item) for item in value or ())

    def plain(self, value: list[str] | None) -> list[str] | None:
        return value or None

    def shown_input(self) -> str:
        return ",".join(self.raw_data if self.raw_data is not None else self.data or ())
