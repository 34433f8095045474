"""One delivery of a bank: a table that arrives as a file, as one file a branch, or as a workbook with other sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from kit.demo.oddities import Spoilt
from messy_bank.forms import Delimited, Held, write_workbook
from messy_bank.mess import Mess, Page, SheetTruth
from messy_bank.style import Cell

__all__ = ["Delivery", "FileTruth"]


@dataclass(slots=True)
class FileTruth:
    """What one file holds and what an intake is to do with it.

    ``subject`` is what it was written as: 客户资产月报_202610; ``refused`` says why the whole file is to be refused.
    """

    subject: str
    form: str
    encoding: str = ""
    delimiter: str = ""
    encrypted: bool = False
    date1904: bool = False
    refused: str = ""
    sheets: dict[str, SheetTruth] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Data rows."""
        return sum(sheet.rows for sheet in self.sheets.values())

    @property
    def repeated(self) -> int:
        """Rows that are there twice."""
        return sum(sheet.repeated for sheet in self.sheets.values())

    @property
    def quarantined(self) -> dict[str, int]:
        """Rows to be set aside, by reason."""
        counts: Counter[str] = Counter()
        for sheet in self.sheets.values():
            counts.update(sheet.quarantined)
        return dict(sorted(counts.items()))

    @property
    def accepted(self) -> int:
        """Rows that belong in the book."""
        return sum(sheet.accepted for sheet in self.sheets.values())

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON holds it, without what is empty."""
        sums = {name: getattr(self, name) for name in ("rows", "repeated", "quarantined", "accepted")}
        sheets = {name: _filled(asdict(sheet) | {"accepted": sheet.accepted}) for name, sheet in self.sheets.items()}
        return _filled(asdict(self) | {"sheets": sheets}) | sums


def _filled(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value not in ("", (), [], {}, False)}


class Delivery:
    """The file, or files, of one table while they grow. Without rows there is none."""

    def __init__(
        self, folder: Path, name: str, mess: Mess, *, as_of: date, title: str = "", database: Path | None = None
    ) -> None:
        self._folder, self._name, self._mess, self._as_of = folder, name, mess, as_of
        self._title, self._database = title or name, database or folder.parent
        self._texts: dict[str, Delimited] = {}
        self._books: dict[str, dict[str, Held]] = {}
        self._pages: dict[tuple[str, str], Page] = {}

    def append(self, columns: Mapping[str, Any], *, label: str = "", fate: str = "") -> None:
        """Write the rows of a block named ``label``; see `Page.append`. Rows without one follow the last block."""
        arrays = {header: c if isinstance(c, pa.Array) else pa.array(c) for header, c in columns.items()}
        self._last = self._page(label)
        self._last.append(arrays, label=label, fate=fate)

    def note(self, spoilt: Spoilt) -> None:
        """Record cells of the last block that an intake sets aside."""
        kind = self._last.truth.quarantined if spoilt.whole else self._last.truth.cells
        kind[spoilt.reason] = kind.get(spoilt.reason, 0) + spoilt.rows

    def close(self) -> dict[str, FileTruth]:
        """Finish the files; what each holds, by its name."""
        files: dict[str, FileTruth] = {}
        for (file, sheet), page in self._pages.items():
            truth = files.setdefault(file, self._truth())
            truth.sheets[sheet] = page.close()
        for text in self._texts.values():
            text.close()
        for file, sheets in self._books.items():
            shown = {**self._hidden(sheets), **sheets, **self._others(sheets)}
            write_workbook(self._folder / file, shown, self._mess, made=self._as_of, database=self._database)
            files[file].sheets |= {name: SheetTruth(skipped=kind) for name, kind in _OTHERS.items() if name in shown}
        return files

    def _truth(self) -> FileTruth:
        mess = self._mess
        text = mess.is_text
        coded = text or mess.form == "html.xls"
        return FileTruth(
            subject=self._name,
            form=mess.form,
            encoding=mess.encoding if coded else "",
            delimiter=mess.delimiter if text else "",
            encrypted=bool(mess.password),
            date1904=mess.style.date1904,
        )

    def _page(self, label: str) -> Page:
        mess = self._mess
        if not label and self._pages:
            return self._last
        file = mess.file_name(f"{self._name}_{label}" if mess.split == "file" else self._name)
        sheet = "" if mess.is_text or mess.is_named or mess.form == "html.xls" else self._name
        sheet = label if mess.split == "sheet" else sheet
        if (file, sheet) not in self._pages:
            if mess.is_text:
                self._texts[file] = sink = Delimited(self._folder / file, mess)
            else:
                sink = self._books.setdefault(file, {})[sheet] = Held(mess.style, named=mess.is_named)  # type: ignore[assignment]
            self._pages[file, sheet] = Page(sink, mess, title=self._title, as_of=self._as_of)
        return self._pages[file, sheet]

    def _hidden(self, sheets: Mapping[str, Held]) -> dict[str, Held]:
        """A draft that looks like the table itself: who reads it counts its rows twice."""
        if "hidden" not in self._mess.beside:
            return {}
        first = next(iter(sheets.values()))
        return {"底稿": Held(first.style, rows=list(first.rows), hidden=True)}

    def _others(self, sheets: Mapping[str, Held]) -> dict[str, Held]:
        style, found = self._mess.style, {}
        if "pivot" in self._mess.beside:
            count = sum(table.num_rows for held in sheets.values() for table in held.tables)
            rows: list[list[Cell]] = [
                [], [], ["行标签", "计数项:" + next(iter(sheets.values())).tables[0].column_names[0]],
                *([name, sum(t.num_rows for t in held.tables)] for name, held in sheets.items()), ["总计", count],
            ]  # fmt: skip
            found["透视表"] = Held(style, rows=list(rows))
        if "empty" in self._mess.beside:
            found["Sheet2"] = Held(style)
        return found


_OTHERS = {"底稿": "hidden", "透视表": "pivot", "Sheet2": "empty"}
