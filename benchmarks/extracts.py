"""Large extracts, the kit's way of reading them, and the plain way."""

import random
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import xlsxwriter

from kit.intake import find_sources, intake
from kit.intake.readers import batches, grids


def write_workbook(path: Path, rows: int = 200_000, columns: int = 25) -> None:
    """A workbook of ids, names, dates, codes and amounts."""
    draw = random.Random(1)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet, day = book.add_worksheet("客户资产"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["客户号", "客户名称", "数据日期", *(f"类别{i}" for i in range(5))])
        sheet.write_row(0, 8, [f"金额{i}" for i in range(columns - 8)])
        for row in range(1, rows + 1):
            sheet.write_string(row, 0, f"{10**11 + row}")
            sheet.write_string(row, 1, f"客户{row % 5000}")
            sheet.write_datetime(row, 2, date(2020, 1, 1) + timedelta(row % 2000), day)
            for column in range(3, 8):
                sheet.write_string(row, column, f"类{row % 7 + column}")
            for column in range(8, columns):
                sheet.write_number(row, column, round(draw.random() * 1e5, 2))


def write_text(path: Path, rows: int) -> None:
    """A month panel in GB18030."""
    step = 100_000
    with path.open("wb") as file:
        file.write(
            "数据日期,客户号,月日均AUM,时点AUM,存款余额,活期余额,定期余额,理财余额,交易笔数\r\n".encode("gb18030")
        )
        for start in range(0, rows, step):
            lines = [
                f"20261031,{10**11 + n},{n * 7919 % 999_983}.{n % 100:02d},{n * 7907 % 999_979}.17,"
                f"{n * 7901 % 499_979}.01,{n * 7883 % 99_991}.5,{n * 7879 % 89_989},0.00,{n % 31}"
                for n in range(start, min(start + step, rows))
            ]
            file.write(("\r\n".join(lines) + "\r\n").encode("gb18030"))


def read_workbook(path: str) -> None:
    """Every cell as text, in Arrow."""
    (grid,) = grids(Path(path))
    table = pa.Table.from_batches(batches(grid, after=1, width=len(grid.head[0]), refuse=print))
    assert table.num_rows


def read_workbook_plainly(path: str) -> None:
    """As anybody would."""
    assert len(pd.read_excel(path, engine="openpyxl"))


def take_in(folder: str) -> None:
    """The whole intake: read, clean, check, write the book."""
    with tempfile.TemporaryDirectory(dir=folder) as out:
        result = intake(find_sources(Path(folder)), out=Path(out) / "data", key=bytes(32))
    assert sum(result.tables.values())


def read_text_plainly(path: str) -> None:
    """Only read: nothing is cleaned, checked or written."""
    assert len(pd.read_csv(path, encoding="gb18030", dtype=str))
