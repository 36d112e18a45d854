"""Propose where files belong, by what their names say. Pure: names in, places and reasons out."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from filings.bulk.filenames import SHORTEST_NAME, Written, read_file_name
from filings.bulk.rowfinder import NUMBER, Found, Index, NamedRow, SlotWords, TableWords, index_rows, rows_of

Confidence = Literal["sure", "likely", "unsure"]
OFFERED = 6  # places offered at a file that could belong to several

_TABLE_WORD = 8  # points: less than any character of a name
_NOTHING_KNOWN = "文件名里没有认出是哪一行、哪种材料，请选择"


class Place(NamedTuple):
    """A slot of a row; table and row are empty for a slot of a tab."""

    table: str
    row: str
    slot: str


class NamedFile(NamedTuple):
    """A file to be placed. `table`: the only table it may belong to, if somebody said so."""

    id: str
    name: str
    folder: str = ""
    table: str = ""


@dataclass(frozen=True)
class Proposal:
    """Where a file belongs, how sure that is, why, and where else it could belong. None: nobody knows."""

    place: Place | None
    confidence: Confidence
    reason: str
    others: tuple[Place, ...] = ()


@dataclass(frozen=True)
class _Scored:
    """A place with its points."""

    place: Place
    points: int
    is_sure: bool
    why: str


def propose(
    files: Sequence[NamedFile], tables: Sequence[TableWords], rows: Sequence[NamedRow],
    taken: Collection[Place] = (), places: Collection[str] = (),
) -> dict[str, Proposal]:  # fmt: skip
    """Map every file to a proposal. No place is proposed twice, and none that is in `taken`.

    `places` are names of places that companies bear in front and clerks leave out. A place that several
    files fit goes to the one that says so most clearly; the others are told who has it.
    """
    index = index_rows(tables, rows, places)
    proposals, contested = {}, defaultdict(list)
    for file in files:
        proposal, points = _judge(file, index)
        proposals[file.id] = proposal
        if proposal.place is not None:
            contested[proposal.place].append((-points, file.name, file.id))
    names = {file.id: file.name for file in files}
    for place, claims in contested.items():
        winner = None if place in taken else min(claims)[2]
        for _points, _name, file_id in claims:
            if file_id != winner:
                why = "已给「" + names[winner] + "」" if winner else "已选给另一个文件"
                proposals[file_id] = _lost(proposals[file_id], why)
    return proposals


def _lost(proposal: Proposal, why: str) -> Proposal:
    others = tuple(place for place in (proposal.place, *proposal.others) if place is not None)
    reason = f"{proposal.reason}，但这一处{why}；一处只放一个文件，请改选、移除，或合并成一个 PDF"
    return Proposal(None, "unsure", reason, others[:OFFERED])


def _judge(file: NamedFile, index: Index) -> tuple[Proposal, int]:
    """Judge one file by itself; return its proposal and how many points stand behind it."""
    written = read_file_name(file.name, file.folder)
    found = rows_of(written, index, file.table)
    scored = sorted(
        {one.place: one for one in sorted(_places_of(file, written, found, index), key=_points)}.values(),
        key=_points, reverse=True,
    )  # fmt: skip
    if not scored:
        return Proposal(None, "unsure", *_why_not(found, written, index)), 0
    best, others = scored[0], tuple(one.place for one in scored[1:OFFERED])
    if len(scored) > 1 and scored[1].points == best.points:
        return Proposal(None, "unsure", f"{best.why}，但有几处都可能，请选择", (best.place, *others)), 0
    return Proposal(best.place, "sure" if best.is_sure else "likely", best.why, others), best.points


def _points(scored: _Scored) -> int:
    return scored.points


def _places_of(file: NamedFile, written: Written, found: Sequence[Found], index: Index) -> Iterator[_Scored]:
    for one in found:
        yield from _places_in_row(written, one, index.tables[one.row.table], bool(one.quoted or file.table))
    if not file.table and "" in index.tables:
        yield from _places_in_tabs(written, index.tables[""])


def _places_in_row(written: Written, one: Found, table: TableWords, is_meant: bool) -> Iterator[_Scored]:
    """Score the slots of a row: by their words, by the second figure, or as the only one there is."""
    rest = written.text.replace(one.quoted, "|") if one.quoted else written.text
    points = one.points + (_TABLE_WORD if table.noun and table.noun in rest else 0)
    points += NUMBER if one.quoted and one.row.number == written.number else 0
    said = _said(rest, table.slots)
    for number, slot in enumerate(table.slots, 1):
        place = Place(one.row.table, one.row.id, slot.name)
        if slot.name in one.row.closed:
            continue
        if word := said.get(slot.name):
            yield _Scored(place, points + _for(word), one.is_clear, f"{one.why}和「{word}」")
        elif not said and written.slot == number and one.row.number == written.number:
            yield _Scored(place, points + NUMBER, False, f"文件名是 {written.number}-{written.slot}")
        elif len(table.slots) == 1 and is_meant and not _belongs_elsewhere(rest):
            is_sure = one.is_clear and len(one.quoted) > SHORTEST_NAME + 1
            yield _Scored(place, points, is_sure, f"{one.why}，这一行只有一处附件")


def _belongs_elsewhere(rest: str) -> bool:
    """Say whether a name names somebody only in passing, as 张三的公司营业执照 does."""
    return "公司" in rest


def _for(word: str) -> int:
    return 15 + 5 * len(word)


def _said(text: str, slots: Sequence[SlotWords]) -> dict[str, str]:
    """Return the slots whose longest word in the text is the longest of all, with that word."""
    longest = {slot.name: max((w for w in slot.words if w in text), key=len, default="") for slot in slots}
    most = max(map(len, longest.values()), default=0)
    return {name: word for name, word in longest.items() if word and len(word) == most}


def _places_in_tabs(written: Written, tabs: TableWords) -> Iterator[_Scored]:
    for name, word in _said(written.text, tabs.slots).items():
        is_most = 2 * len(word) >= len(written.text)
        yield _Scored(Place("", "", name), _for(word), is_most, f"文件名里有「{word}」")


def _why_not(found: Sequence[Found], written: Written, index: Index) -> tuple[str, tuple[Place, ...]]:
    """Say why nothing is proposed, and offer the slots of the rows that were found."""
    offered = [
        Place(one.row.table, one.row.id, slot.name)
        for one in sorted(found, key=lambda one: -one.points)
        for slot in index.tables[one.row.table].slots if slot.name not in one.row.closed
    ]  # fmt: skip
    if not found:
        return _NOTHING_KNOWN, ()
    first = found[0]
    named = f"{index.tables[first.row.table].label}第 {first.row.number} 行"
    if len(found) > 1:
        return f"{first.why}，有 {len(found)} 行都可能，请选择", tuple(offered[:OFFERED])
    said = _said(written.text, index.tables[first.row.table].slots)
    closed = [name for name in said if name in first.row.closed]
    if closed:
        return f"像是{named}的，但那一处为不可填项（{first.row.closed[closed[0]]}）", tuple(offered[:OFFERED])
    return f"像是{named}的，文件名里没有说明是哪种材料，请选择", tuple(offered[:OFFERED])
