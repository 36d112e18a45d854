"""Derived values and conditions of a filing: computed when shown, stored once at submission."""

from dataclasses import dataclass
from decimal import Decimal

from filings.figures import Figures
from filings.kind import STATE_TEXTS, Condition, Derived, Judgement, Kind
from forms.formats import NOTHING, plain_number, round_half_up, show_number, show_ratio


@dataclass(frozen=True)
class Value:
    """A derived value ready to be shown. `plain` has no comma and no unit, and is empty without a value."""

    name: str
    label: str
    short: str
    unit: str
    text: str
    plain: str
    formula: str
    table: str
    is_ratio: bool


@dataclass(frozen=True)
class ConditionView:
    """A condition as judged."""

    code: str
    label: str
    threshold: str
    tab: str
    judgement: Judgement

    @property
    def state(self) -> str:
        return self.judgement.state

    @property
    def state_text(self) -> str:
        return STATE_TEXTS[self.judgement.state]


def derive(kind: Kind, figures: Figures) -> dict[str, Value]:
    """Compute every derived value of the filing, by name."""
    return {derived.name: show_value(derived, figures) for derived in kind.derived}


def show_value(derived: Derived, figures: Figures) -> Value:
    """Compute one derived value and write it down."""
    value = derived.compute(figures)
    text, plain = _written(value, derived.is_ratio)
    formula = derived.formula(figures) if derived.formula and value is not None else ""
    unit = "" if derived.is_ratio else derived.unit
    return Value(
        derived.name, derived.label, derived.short or derived.label, unit, text, plain, formula,
        derived.table, derived.is_ratio,
    )  # fmt: skip


def _written(value: Decimal | int | None, is_ratio: bool) -> tuple[str, str]:
    if value is None:
        return NOTHING, ""
    if is_ratio:
        return show_ratio(Decimal(value)), str(round_half_up(Decimal(value), 1))
    return show_number(value), plain_number(value)


def judge(kind: Kind, figures: Figures) -> list[ConditionView]:
    """Judge every condition in the order of the rules."""
    return [judge_one(condition, figures) for condition in kind.conditions]


def judge_one(condition: Condition, figures: Figures) -> ConditionView:
    return ConditionView(
        condition.code, condition.label, condition.threshold(figures), condition.tab,
        condition.judge(figures),
    )  # fmt: skip


def count_states(conditions: list[ConditionView]) -> dict[str, int]:
    """Count conditions by state, all four states present."""
    return {state: sum(view.state == state for view in conditions) for state in STATE_TEXTS}
