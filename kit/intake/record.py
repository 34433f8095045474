"""What was answered about a layout as mapping files: for which files and sheets, and for the next delivery of them."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from os.path import commonprefix
from pathlib import Path

from kit import columns as col
from kit.files import digest
from kit.intake.grid import Sheet
from kit.intake.labels import signature
from kit.intake.mapping import Cell, Confirmed, Mapping
from kit.intake.matching import used_positions
from kit.intake.reading import Reading
from kit.intake.sources import Family
from kit.schema import normalise

_LITERAL = 2  # characters of a pattern that are no wildcard, without its ending


def mappings(
    family: Family, readings: Sequence[Reading], sheets: Sequence[Sheet], confirmed: Confirmed
) -> Iterator[tuple[Mapping, Path | None]]:
    """Mappings that record how a layout is read, each with the file that it replaces; ``sheets`` are all there are.

    A layout that is not the one of its mapping any more is recorded beside it: files of both may come.
    One for all of the layout's files, in which digits are open (客户月报_*.csv), if no other file fits the pattern;
    files that are read in another way than most have one each, by their exact name.
    """
    groups: list[list[Reading]] = []
    for reading in readings:
        like = next((group for group in groups if group[0].tables == reading.tables), [])
        groups += [] if like else [like]
        like.append(reading)
    groups.sort(key=len, reverse=True)
    for number, group in enumerate(groups):
        before = family.mapping if number == 0 else None
        if before is not None:
            same = before.headers is None or tuple(normalise(h)[0] for h in before.headers) == signature(family.first)
            yield _mapping(group, before.file, before.sheet, confirmed, before), family.origin if same else None
            continue
        for file, sheet, part in _names(group, sheets, family, exact=number > 0 or _dated(group)):
            yield _mapping(part, file, sheet, confirmed, family.mapping), None


def _dated(group: Sequence[Reading]) -> bool:
    """Whether a day was given as a constant, which holds for these files only."""
    return any(c == col.AS_OF and cell.value for cells in group[0].tables.values() for c, cell in cells.items())


def _mapping(
    group: Sequence[Reading], file: str, sheet: str | None, confirmed: Confirmed, before: Mapping | None
) -> Mapping:
    first, tables = group[0].sheet, {table: dict(cells) for table, cells in group[0].tables.items()}
    used = used_positions(first.headers, tables)
    left = dict.fromkeys(h for i, h in enumerate(first.headers) if i not in used and i not in first.grid.left_out)
    return Mapping(
        file=file,
        sheet=sheet,
        encoding=before.encoding if before else None,
        delimiter=before.delimiter if before else None,
        sha256=digest(first.path),
        header_row=first.header_row,
        headers=first.headers,
        tables={table: {c: Cell.model_validate(cell) for c, cell in cells.items()} for table, cells in tables.items()},
        ignored=tuple(left) if tables else (),
        left_out=first.left_out,
        confirmed=confirmed,
    )


def _names(
    group: Sequence[Reading], sheets: Sequence[Sheet], family: Family, *, exact: bool
) -> Iterator[tuple[str, str | None, Sequence[Reading]]]:
    """File and sheet, or patterns of them, that name the sheets of a group and no other."""
    ours, family_paths = [r.sheet for r in group], {s.path for s in family.sheets}
    files = list(dict.fromkeys(s.path.name for s in ours))
    others = {s.path.name for s in sheets if s.path not in family_paths}
    file = None if exact else general(files, others)
    if file is None and len(files) > 1:
        for name in files:
            yield from _names([r for r in group if r.sheet.path.name == name], sheets, family, exact=True)
        return
    file = file or files[0]
    within = [s for s in sheets if s.path.name in files]
    names = list(dict.fromkeys(s.name for s in ours))
    foreign = {s.name for s in within if s not in ours}
    if not foreign and len(within) == len(files):
        yield file, None, group
        return
    sheet = names[0] if len(names) == 1 else general(names, foreign, least=1) or (None if foreign else "*")
    if sheet is not None:
        yield file, sheet, group
        return
    for name in names:
        yield file, name, [r for r in group if r.sheet.name == name]


def general(names: Sequence[str], others: set[str], *, least: int = _LITERAL) -> str | None:
    """Pattern of names with their digits open, or with what differs; None if it fits another name or hardly anything.

    A name without digits stays as it is.
    """
    opened = {re.sub(r"\d+([-_.年月日]*\d+)*", "*", name) for name in names}
    patterns = list(opened) if len(opened) == 1 else []
    if len(names) > 1:
        head = commonprefix(names)  # noqa: RUF071 - letter by letter is meant
        tail = commonprefix([name[len(head) :][::-1] for name in names])[::-1]  # noqa: RUF071
        whole = re.sub(r"[^_\-—\s(（.]+$", "", head)  # up to a mark: 客户_城东, 客户_城西 are 客户_*
        patterns += [f"{whole}*{tail}", f"{head}*{tail}"]
    for pattern in patterns:
        literal = re.sub(r"[*?]", "", re.sub(r"\.\w+$", "", pattern))
        fits = all(fnmatchcase(name, pattern) or name == pattern for name in names)
        if fits and len(literal) >= least and not any(fnmatchcase(other, pattern) for other in others):
            return pattern
    return None
