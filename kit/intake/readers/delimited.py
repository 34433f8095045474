"""Delimited text in the encodings, separators and states in which banks send it."""

import codecs
import csv
import io
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from kit.intake.grid import HEAD_ROWS, Grid
from kit.intake.readers.child import filled_rows
from kit.intake.readers.kinds import unreadable
from kit.intake.readers.quotes import balanced, spans_lines
from kit.intake.rows import BadRow

_SEPARATORS = (",", "\t", ";", "|", "^", "\x01", "\x1b", "\x1e", "\x1f", "~")
_SEVERAL = re.compile(r"([!#$%&<>@^|~])(?:[!#$%&+<>@^|~]?\1|[|@]>)")  # ||, |@|, ^|^, <|>
_SINGLE = "\x1f"  # stands for a separator of several characters on the way to the parser
_SAMPLE = 1 << 18
_BLOCK = 8 << 20
_CONTROL = re.compile(r"[\x02-\x08\x0e-\x1a\x1c\x1d\ufffd]")
csv.field_size_limit(1 << 24)


def grid(path: Path, coding: str, separator: str | None = None) -> Grid:
    """The table of a text file.

    Raises
    ------
    UnreadableFile
        If it is no text, or not in the encoding that a mapping says.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_SAMPLE)
        sample = codecs.getincrementaldecoder(coding)("replace").decode(start)
    except LookupError as error:
        raise unreadable(path, "encoding", encoding=coding) from error
    if len(_CONTROL.findall(sample)) > max(2, len(sample) // 100):
        raise unreadable(path, "no_text", encoding=coding)
    lines = sample.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(start) == _SAMPLE:
        lines = lines[:-1]  # may be cut
    hint = re.fullmatch(r"\"?sep=(.)\"?", lines[0].lstrip("\ufeff")) if lines else None  # Excel's own hint
    separator = separator or (hint[1] if hint else _separator(lines))
    quoted = _is_quoted(lines, separator)
    with _records(path, coding, separator, _usual(_split(lines, separator)) if quoted else 0) as records:
        rows = list(islice(records, HEAD_ROWS))
    rows[:1] = [[cell.removeprefix("\ufeff") for cell in row] for row in rows[:1]]
    head = [tuple(cell.strip() for cell in row) for row in rows]
    while head and not any(head[-1]):
        head.pop()
    return Grid(path, "", "delimited", tuple(head), encoding=coding, delimiter=separator, quoted=quoted)


def _separator(lines: Sequence[str]) -> str:
    """The separator by which most of the first lines have the same number of fields, and many."""
    best, most = ",", 0.0
    for mark in (*_several(lines), *_SEPARATORS):
        counts = Counter(len(row) for row in _split(lines[: 2 * HEAD_ROWS], mark) if any(row))
        fields, lines_of = max(
            ((n, c) for n, c in counts.items() if n > 1), key=lambda pair: pair[1] * pair[0], default=(1, 0)
        )
        agree = lines_of / max(1, sum(counts.values()))
        score = agree * (fields - 1) ** 0.5 * (2 if len(mark) > 1 else 1)
        if score > most + 1e-9:
            best, most = mark, score
    return best


def _several(lines: Sequence[str]) -> list[str]:
    """Separators of several characters, of the first line with one: none of their characters stands alone up to there.

    Two bars around a blank cell are no separator then: the labels stand between single ones.
    """
    alone: set[str] = set()
    for line in lines[:HEAD_ROWS]:
        found = {match[0] for match in _SEVERAL.finditer(line)}
        if found:
            return sorted(mark for mark in found if not (alone | set(line.replace(mark, ""))) & set(mark))
        alone |= set(line)
    return []


def _split(lines: Sequence[str], mark: str) -> Iterator[list[str]]:
    """Fields of lines, each for itself: a quotation mark that is never closed spoils one line."""
    for line in lines:
        if len(mark) > 1:
            yield line.split(mark)
        else:
            yield next(csv.reader([line], delimiter=mark), [])


def _is_quoted(lines: Sequence[str], separator: str) -> bool:
    """Whether quotation marks enclose fields: where they only stand about, they are characters like others."""
    if len(separator) > 1 or not any('"' in line for line in lines):
        return len(separator) == 1
    enclosed = sum(
        len(re.findall(rf'(?:^|{re.escape(separator)})"(?:[^"]|"")*"(?={re.escape(separator)}|$)', line))
        for line in lines
    )
    loose = sum(line.count('"') for line in lines) - sum(line.count('""') for line in lines) * 2 - 2 * enclosed
    return enclosed > 0 or loose <= 0 or spans_lines(lines, separator, _usual(_split(lines, separator)))


class _Utf8(io.RawIOBase):
    """A file's text as UTF-8 for the parser: lines end with a line feed, every quotation mark is closed.

    Bytes without sense become U+FFFD, a separator of several characters a single one, zero bytes nothing.
    """

    def __init__(self, file: BinaryIO, coding: str, separator: str, fields: int) -> None:
        self._ready = b""
        self._file = file
        blocks = _decoded(file, coding, separator)
        self._blocks = balanced(blocks, separator, fields) if fields else blocks

    def close(self) -> None:
        self._file.close()
        super().close()

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._ready:
            text = next(self._blocks, None)
            if text is None:
                return 0
            self._ready = text.encode()
        size = min(len(into), len(self._ready))
        into[:size], self._ready = self._ready[:size], self._ready[size:]
        return size


def _decoded(file: BinaryIO, coding: str, separator: str) -> Iterator[str]:
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(coding)("replace"), translate=True)
    held, wait = "", len(separator) - 1
    with file:
        while block := file.read(1 << 20):
            text = held + decoder.decode(block).replace("\0", "").replace("\x1a", "")  # DOS ended its files so
            if wait:  # a separator may lie across
                text = text.replace(separator, _SINGLE)
                held, text = text[-wait:], text[:-wait]
            yield text
        yield (held + decoder.decode(b"", final=True)).replace(separator, _SINGLE if wait else separator)


def _opened(path: Path, coding: str, separator: str, fields: int) -> io.BufferedReader:
    """Text for the parser; ``fields`` of most records, 0 if quotation marks are characters like others."""
    return io.BufferedReader(_Utf8(path.open("rb"), coding, separator, fields), 1 << 20)


def _reader(text: Any, separator: str, *, quoted: bool) -> Any:
    mark = separator if len(separator) == 1 else _SINGLE
    return csv.reader(text, delimiter=mark, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)


@contextmanager
def _records(path: Path, coding: str, separator: str, fields: int) -> Iterator[Any]:
    """Reader of the records of a text; ``fields`` as of `_opened`."""
    with _opened(path, coding, separator, fields) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
        yield _reader(text, separator, quoted=fields > 0)


def _usual(rows: Iterable[Sequence[str]]) -> int:
    """Number of fields that most rows have."""
    counts = Counter(len(row) for row in rows if any(row))
    return max(counts, key=lambda n: (counts[n], n), default=1)


def batches(grid: Grid, *, after: int, width: int, refuse: Callable[[BadRow], None]) -> Iterator[Any]:
    """Rows below record ``after``; see `kit.intake.readers.batches`."""
    names = [f"c{i}" for i in range(_fields(grid, after, width))]
    form = (grid.path, grid.encoding, grid.delimiter, _usual(grid.head) if grid.quoted else 0)
    with _records(*form) as records:
        deque(islice(records, after), maxlen=0)
        lines = records.line_num
    shift, start = after - lines, after + 1  # a header may span lines; a person counts records
    bad: list[int] = []
    mended: list[tuple[int, list[str]]] = []

    def skip(row: Any) -> str:
        bad.append(row.number + shift)
        fields: list[str] = next(_reader([row.text or ""], grid.delimiter, quoted=grid.quoted), [])
        cells = [cell.strip() for cell in fields]
        if len(cells) >= width and not any(cells[width:]):
            mended.append((row.number + shift, cells[:width]))
        elif any(cells):
            refuse(BadRow(row.number + shift, width, len(cells), tuple(cells)))
        return "skip"

    try:
        with _opened(*form) as file:
            reader = pacsv.open_csv(
                file,
                read_options=pacsv.ReadOptions(
                    use_threads=False,  # else a refused row does not know its number
                    block_size=_BLOCK, skip_rows=lines, column_names=names,
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=records.dialect.delimiter,
                    quote_char='"' if grid.quoted else False,
                    newlines_in_values=grid.quoted,
                    ignore_empty_lines=False,  # a blank line counts, or every later row number is wrong
                    invalid_row_handler=skip,
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types={name: pa.string() for name in names}, strings_can_be_null=False
                ),
            )  # fmt: skip
            for batch in reader:
                count = batch.num_rows + sum(number >= start for number in bad)
                numbers = np.setdiff1d(np.arange(start, start + count), bad, assume_unique=True)[: batch.num_rows]
                start = int(numbers[-1]) + 1 if batch.num_rows else start
                bad[:] = [number for number in bad if number >= start]
                yield from _split_off(batch, pa.array(numbers, pa.int64()), width, grid.delimiter, refuse)
                yield from _rescued(mended)
            yield from _rescued(mended)
    except pa.ArrowInvalid as error:
        if any(sign in str(error).lower() for sign in ("no data", "empty", "could not skip")):
            return
        # Its own message quotes the data.
        raise unreadable(grid.path, "quote", row=start) from error


def _fields(grid: Grid, after: int, width: int) -> int:
    """Fields that most rows have: with a separator at the end of each, one more than the header."""
    below = Counter(len(row) for row in grid.head[after:] if any(row))
    usual = below.most_common(1)[0][0] if below else width
    return usual if usual > width and not any(cell for row in grid.head[after:] for cell in row[width:usual]) else width


def _split_off(batch: Any, numbers: Any, width: int, separator: str, refuse: Callable[[BadRow], None]) -> Iterator[Any]:
    """Rows without what hangs over behind the last column; refused if that is not blank, or a cell holds a record."""
    columns = [pc.utf8_trim_whitespace(column) for column in batch.columns]
    over = [pc.not_equal(column, "") for column in columns[width:]]
    lines = [column for column in columns[:width] if pc.any(pc.match_substring(column, "\n")).as_py()]
    over += [_holds_record(column, separator, width) for column in lines]
    if over:
        over = reduce(pc.or_, over)
        if pc.any(over).as_py():
            for number, *cells in zip(
                numbers.filter(over).to_pylist(), *(c.filter(over).to_pylist() for c in columns), strict=True
            ):
                refuse(BadRow(number, width, len(cells), tuple(cells)))
            keep = pc.invert(over)
            numbers, columns = numbers.filter(keep), [column.filter(keep) for column in columns]
    yield filled_rows(numbers, columns[:width])


def _holds_record(column: Any, separator: str, width: int) -> Any:
    """Cells of several lines, one of which is a record for itself: a quotation mark was closed too late."""
    mark = re.escape(separator)
    record = rf"(?:[^\n]*{mark}){{{max(width - 1, 2)}}}"
    return pc.match_substring_regex(column, rf"\n{record}|^{record}[^\n]*\n")


def _rescued(mended: list[tuple[int, list[str]]]) -> Iterator[Any]:
    if mended:
        numbers = pa.array([number for number, _ in mended], pa.int64())
        columns = [pa.array(cells, pa.string()) for cells in zip(*(cells for _, cells in mended), strict=True)]
        yield filled_rows(numbers, columns)
        mended.clear()
