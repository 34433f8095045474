"""Files that no intake may take."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from messy_bank.delivery import FileTruth
from messy_bank.forms import Held, write_workbook
from messy_bank.mess import Mess
from messy_bank.style import Style

__all__ = ["write_refused"]


def write_refused(folder: Path) -> dict[str, FileTruth]:
    """A workbook cut off in transit, and the passwords of customers."""
    whole = Held(Style(), rows=[["客户号", "客户名称"], *([f"1000100{i:05d}", "示范客户"] for i in range(200))])
    damaged, secret = folder / "客户信息_补发.xlsx", folder / "网银签约.csv"
    write_workbook(damaged, {"Sheet1": whole}, Mess(form="xlsx"), made=date(2026, 1, 1), database=folder)
    content = damaged.read_bytes()
    damaged.write_bytes(content[: len(content) // 2])
    secret.write_text("客户号,签约日期,登录密码\r\n100010000001,20260105,888888\r\n", encoding="gb18030", newline="")
    return {
        damaged.name: FileTruth("客户信息", "xlsx", refused="damaged"),
        secret.name: FileTruth("网银签约", "csv", encoding="gb18030", delimiter=",", refused="password"),
    }
