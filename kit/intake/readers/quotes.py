"""Quotation marks that are never closed, made harmless before a parser takes the rest of the file for one cell."""

import csv
import itertools
from collections.abc import Iterator, Sequence

_LINES_A_CELL = 100  # what spans more lines than these is no cell


def balanced(blocks: Iterator[str], separator: str, fields: int) -> Iterator[str]:
    r"""Text in which every quotation mark that opens is closed, in the same number of lines.

    A line with an odd number of marks opens a cell of several lines only if the line that closes it makes a proper
    record of them, with as many fields as the others; else its marks are characters like others.

    Parameters
    ----------
    blocks
        Text with ``\n`` at the end of its lines, cut anywhere.
    fields
        Number of fields of most records.
    """
    held: list[str] = []
    rest = ""
    for block in blocks:
        *lines, rest = (rest + block).split("\n")
        done: Sequence[str] = lines
        if held or '"' in block or (lines and '"' in lines[0]):
            done, held = _mended(held + lines, separator, fields, last=False)
        yield "".join([line + "\n" for line in done])
    done, _ = _mended([*held, rest], separator, fields, last=True)
    yield "\n".join(done)


def _mended(lines: Sequence[str], separator: str, fields: int, *, last: bool) -> tuple[Sequence[str], list[str]]:
    """Lines whose marks are settled, and those at the end that wait for what follows."""
    if _are_closed(lines, separator):
        return lines, []
    left = [i for i, line in enumerate(lines) if '"' in line and not _are_closed([line], separator)]
    done = list(lines)
    at = 0
    while at < len(left):
        first = left[at]
        ends = (i for i in range(first + 1, min(first + _LINES_A_CELL, len(lines))) if lines[i].count('"') & 1)
        close = next(ends, None)
        if close is None and not last and len(lines) - first < _LINES_A_CELL:
            return done[:first], done[first:]
        if close is not None and _is_record(lines[first : close + 1], separator, fields):
            while at < len(left) and left[at] <= close:
                at += 1
            continue
        done[first] = _literal(lines[first], separator)
        at += 1
    return done, []


def spans_lines(lines: Sequence[str], separator: str, fields: int) -> bool:
    """Whether a cell of several lines is enclosed in quotation marks."""
    left = [i for i, line in enumerate(lines) if line.count('"') & 1]
    return any(
        j - i < _LINES_A_CELL and _is_record(lines[i : j + 1], separator, fields) for i, j in itertools.pairwise(left)
    )


def _are_closed(lines: Sequence[str], separator: str) -> bool:
    """Whether each line is a record for itself: one that stays open would take in the next."""
    try:
        return sum(1 for _ in csv.reader(lines, delimiter=separator, strict=True)) == len(lines)
    except csv.Error:
        return False


def _is_record(lines: Sequence[str], separator: str, fields: int) -> bool:
    """Whether lines make one record, and are not records each for itself."""
    alone = [line.count(separator) + 1 >= fields for line in lines]
    if fields > 1 and (any(alone[1:-1]) or (alone[0] and alone[-1])):
        return False
    try:
        records = list(csv.reader([line + "\n" for line in lines], delimiter=separator, strict=True))
    except csv.Error:
        return False
    return len(records) == 1 and len(records[0]) >= min(fields, 2)


def _literal(line: str, separator: str) -> str:
    """A line whose quotation marks are read as they stand."""
    cells = line.split(separator)
    return separator.join('"' + cell.replace('"', '""') + '"' if '"' in cell else cell for cell in cells)
