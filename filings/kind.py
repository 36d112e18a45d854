"""The words a kind of filing is declared with. One declaration drives every page, check, total and PDF."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from wtforms import Field

from filings.finding import Finding
from forms.base import FilingForm
from forms.opinion import OpinionForm

if TYPE_CHECKING:
    from filings.figures import Figures

State = Literal["pass", "fail", "insufficient", "manual"]
STATE_TEXTS: dict[str, str] = {
    "pass": "满足",
    "fail": "不满足",
    "insufficient": "数据不足",
    "manual": "需人工确认",
}


@dataclass(frozen=True, eq=False)
class Check:
    """A rule within one row, or among the answers of one tab. `fields` are those it may point at.

    `reads` names answers elsewhere in the filing: when one changes, all rows are judged again.
    """

    fields: tuple[str, ...]
    find: Callable[[Any, Any], Iterator[Finding]]
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class CrossCheck:
    """A rule across rows. `find` gets the judged columns of `tables` and yields (table, row, finding)."""

    tables: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    find: Callable[[Mapping[str, Sequence[Any]]], Iterator[tuple[str, Any, Finding]]]


@dataclass(frozen=True, eq=False)
class Slot:
    """A place for one PDF. `required` and `hint` may depend on the row or filing that owns it.

    `has_template`: the 承诺书 is offered, filled in with what is known, to be signed and scanned.
    `words` are what file names call such papers, besides the label.
    """

    name: str
    label: str
    required: bool | Callable[[Any], bool] = True
    hint: str | Callable[[Any], str] = ""
    short: str = ""
    group: str = ""
    has_template: bool = False
    words: tuple[str, ...] = ()

    kind = "file"
    unit = ""
    width = 8

    @property
    def head(self) -> str:
        return self.short or self.label

    def is_required(self, owner: Any) -> bool:
        return self.required(owner) if callable(self.required) else self.required

    def hint_for(self, owner: Any) -> str:
        return self.hint(owner) if callable(self.hint) else self.hint


def nothing_closed(owner: Any) -> dict[str, str]:
    """Say that every cell may be filled."""
    return {}


@dataclass(frozen=True, eq=False)
class Table:
    """Rows that repeat. `closed` maps fields and slots that must stay empty to the reason shown there.

    `totals` are summed in SQL; `judged` are the columns that checks and conditions read across rows;
    `named_by` is the field that names a row to people, `known_by` are others that a file name may quote;
    `identity` are the fields by which a row is found again in another filing, `named_by` alone unless said.
    """

    name: str
    label: str
    model: type[Any]
    form: type[FilingForm]
    named_by: str
    slots: tuple[Slot, ...] = ()
    known_by: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    closed: Callable[[Any], dict[str, str]] = nothing_closed
    totals: tuple[str, ...] = ()
    judged: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    min_rows: int = 0
    noun: str = "行"
    scope: str | Callable[[Any], str] = ""
    short: str = ""
    is_wide: bool = False

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The unbound questions of a row by name: labels, units, choices."""
        return {question.name: question for question in self.form()}

    @cached_property
    def order(self) -> tuple[Field | Slot, ...]:
        """Fields and slots as the official form orders its columns."""
        parts = dict(self.fields) | {slot.name: slot for slot in self.slots}
        return tuple(parts[name] for name in self.columns) if self.columns else tuple(parts.values())

    def slot(self, name: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.name == name), None)

    def scope_for(self, batch: Any) -> str:
        return self.scope(batch) if callable(self.scope) else self.scope


@dataclass(frozen=True, eq=False)
class Derived:
    """A value the server computes and nobody types. `compute` gives None when there is no value."""

    name: str
    label: str
    compute: Callable[["Figures"], Decimal | int | None]
    unit: str = ""
    formula: Callable[["Figures"], str] | None = None
    is_ratio: bool = False
    table: str = ""
    short: str = ""


@dataclass(frozen=True, eq=False)
class Automatic:
    """A value known elsewhere and printed in the form; `source` says where it comes from."""

    name: str
    label: str
    value: Callable[[Any], str]
    source: str


@dataclass(frozen=True)
class Judgement:
    """How a condition stands: our value, the gap in words, and both as shares of 1 for the gauge."""

    state: State
    value: str
    gap: str = ""
    share: Decimal | None = None
    needed_share: Decimal | None = None


@dataclass(frozen=True, eq=False)
class Condition:
    """A threshold of the rules. Advisory: it never blocks a submission."""

    code: str
    label: str
    threshold: Callable[["Figures"], str]
    judge: Callable[["Figures"], Judgement]
    tab: str
    source: str = ""


@dataclass(frozen=True)
class Claim:
    """What only one filing of a batch should have: the `fields` of a table's rows, taken together.

    `what`: uscc, person or address; it decides how spellings are made equal.
    """

    what: str
    table: str
    fields: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Tab:
    """One tab of the form: own answers, files, tables, and what is derived from them."""

    name: str
    label: str
    form: type[FilingForm] | None = None
    tables: tuple[Table, ...] = ()
    slots: tuple[Slot, ...] = ()
    automatic: tuple[Automatic, ...] = ()
    derived: tuple[Derived, ...] = ()
    checks: tuple[Check, ...] = ()
    note: str = ""
    fields_label: str = ""
    extra_template: str = ""

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        return {question.name: question for question in self.form()} if self.form else {}

    def slot(self, name: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.name == name), None)


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of filing: the table of contents of its official form.

    `levels` is the path of its decisions; at `notice_levels` 通过 starts a public notice; `copy_levels` get what
    was approved. Approval gives the carrier `national_state`, and name, address, start as `register` says.
    """

    name: str
    label: str
    title: str
    prefix: str
    model: type[Any]
    carrier_kind: str
    named_by: str
    tabs: tuple[Tab, ...]
    levels: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    cross_checks: tuple[CrossCheck, ...] = ()
    cover: Callable[[Any], list[dict[str, Any]]] = lambda filing: []
    prefill: Callable[[Any], dict[str, Any]] = lambda filing: {}
    facts: Callable[[Any, Any], dict[str, Any]] = lambda session, filing: {}
    prefilled_from: Mapping[str, str] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    conditions_label: str = "备案条件自查"
    conditions_source: str = ""
    carrier_noun: str = ""
    opinion_forms: Mapping[str, type[OpinionForm]] = field(default_factory=dict)
    notice_levels: tuple[str, ...] = ()
    national_state: str = "none"
    register: Callable[[Any], dict[str, Any]] = lambda filing: {}
    copy_levels: tuple[str, ...] = ()

    def opinion_form(self, level: str) -> type[OpinionForm]:
        """Return what an office of `level` is asked before it decides."""
        return self.opinion_forms.get(level, OpinionForm)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        return tuple(table for tab in self.tabs for table in tab.tables)

    def tab(self, name: str) -> Tab | None:
        return next((tab for tab in self.tabs if tab.name == name), None)

    def table(self, name: str) -> Table | None:
        return next((table for table in self.tables if table.name == name), None)

    def tab_of(self, table: Table) -> Tab:
        return next(tab for tab in self.tabs if table in tab.tables)

    def tab_after(self, tab: Tab) -> Tab | None:
        place = self.tabs.index(tab) + 1
        return self.tabs[place] if place < len(self.tabs) else None

    @cached_property
    def derived(self) -> tuple[Derived, ...]:
        return tuple(derived for tab in self.tabs for derived in tab.derived)
