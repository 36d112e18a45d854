"""By which rule an account of an older system is taken over. Pure: what is known goes in, a decision comes out.

Source: accounts §9, in its order: no match; same login; other login; name differs; login taken.
"""

import uuid
from dataclasses import dataclass, field, replace

from accounts.imports.lines import Line
from models.account_import import source_of
from models.unit import name_key


@dataclass(frozen=True)
class KnownUnit:
    """A unit. `legal_logins`: the login names of its own accounts, mostly one; empty while it has none."""

    id: uuid.UUID
    name: str
    uscc: str
    legal_logins: tuple[str, ...] = ()

    def is_signed_in_as(self, login_name: str) -> bool:
        """Say whether this is the login name of an own account of the unit."""
        return login_name.lower() in (one.lower() for one in self.legal_logins)


@dataclass
class Known:
    """What is there already, as far as the lines in hand ask. Login names are in lower case."""

    by_code: dict[str, KnownUnit] = field(default_factory=dict)
    by_name: dict[str, KnownUnit] = field(default_factory=dict)
    logins: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)

    def add_unit(self, unit: KnownUnit) -> None:
        self.by_code[unit.uscc] = self.by_name[name_key(unit.name)] = unit

    def learn(self, read: "Known") -> None:
        """Add what was read of more lines; what was decided meanwhile counts more than what is stored."""
        self.by_code, self.by_name = read.by_code | self.by_code, read.by_name | self.by_name
        self.logins, self.sources = read.logins | self.logins, read.sources | self.sources


@dataclass(frozen=True)
class Decision:
    """What becomes of a line.

    `act`: legal, natural (with grants), update, or none (it was taken over before; then there is no unit).
    `conflicts`: kind, what the file said and what was found instead.
    """

    act: str
    login_name: str
    unit: KnownUnit | None = None
    is_new_unit: bool = False
    conflicts: tuple[tuple[str, str, str], ...] = ()

    @property
    def is_renamed(self) -> bool:
        return any(kind == "login_taken" for kind, _, _ in self.conflicts)


def decide(line: Line, known: Known) -> Decision:
    """Say what becomes of the line, and note it in `known` for the lines after it."""
    if source_of(line.uscc, line.login_name) in known.sources:
        return Decision("none", line.login_name)
    unit = known.by_code.get(line.uscc) or known.by_name.get(name_key(line.name))
    decision = _decided(line, unit, known.logins)
    _note(line, decision, known)
    return decision


def _decided(line: Line, unit: KnownUnit | None, logins: set[str]) -> Decision:
    differing = _differing(line, unit) if unit else ()
    if unit is not None and unit.is_signed_in_as(line.login_name):
        return Decision("update", line.login_name, unit, conflicts=differing)
    login, taken = _free_login(line.login_name, logins)
    if unit is None:
        return Decision("legal", login, KnownUnit(uuid.uuid4(), line.name, line.uscc), True, taken)
    held = (("held", line.login_name, unit.legal_logins[0]),) if unit.legal_logins else ()
    # A name alone makes nobody the legal account of a unit that is there under another code.
    act = "natural" if held or unit.uscc != line.uscc else "legal"
    return Decision(act, login, unit, conflicts=(*held, *differing, *taken))


def _differing(line: Line, unit: KnownUnit) -> tuple[tuple[str, str, str], ...]:
    if unit.uscc != line.uscc:
        return (("code_differs", line.uscc, unit.uscc),)
    if name_key(unit.name) != name_key(line.name):
        return (("name_differs", line.name, unit.name),)
    return ()


def _free_login(wanted: str, logins: set[str]) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """Return the login name, with a suffix when somebody else has it, and the conflict that this is."""
    login, number = wanted, 1
    while login.lower() in logins:
        number += 1
        login = f"{wanted}_{number}"
    return login, ((("login_taken", wanted, login),) if number > 1 else ())


def _note(line: Line, decision: Decision, known: Known) -> None:
    known.sources.add(source_of(line.uscc, line.login_name))
    known.logins.add(decision.login_name.lower())
    if decision.act == "legal" and decision.unit is not None:
        known.add_unit(replace(decision.unit, legal_logins=(decision.login_name,)))
