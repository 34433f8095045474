"""A small synthetic bank, made once, for notebooks that are opened before anything was run."""

import shutil
from pathlib import Path

from kit.demo import write_bank
from kit.engagement import CONFIG, load
from kit.resources import code_digest, root
from kit.run.prepare import prepare


def example_data() -> Path:
    """Data folder of the example, ``reports/example/data``."""
    out = root() / "reports" / "example"
    made_by = out / code_digest()
    if not made_by.is_file():  # an older kit's lacks what a newer chapter reads
        shutil.rmtree(out, ignore_errors=True)
        folder = out / "bank"
        write_bank(folder, branches=2, customers=500)
        (folder / CONFIG).write_text("bank: 示范农村商业银行\nprinted: 2026-11-02\n", encoding="utf-8")
        prepare(load(folder), out, lambda _stage: None)
        made_by.touch()
    return out / "data"


def example_extracts() -> Path:
    """Engagement folder with three small invented files, made anew, whose labels leave a few things to be asked."""
    folder = root() / "reports" / "example" / "intake"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "extracts").mkdir(parents=True)
    rows = [(f"{100_001 + i}", f"010{1 + i % 3}", 2 + i % 9 * 1.5, ("普卡", "金卡", "钻石")[i % 3]) for i in range(60)]
    months = "\n".join(f"{who},{branch},{wan:.4f},{tier},{wan / 3:.4f}" for who, branch, wan, tier in rows)
    for day in ("20260930", "20261031"):
        text = (
            "客户号,机构号,时点AUM,客户等级,存款帐户余额,数据日期\n" + months.replace("\n", f",{day}\n") + f",{day}\n"
        )
        (folder / "extracts" / f"客户资产月报_{day[:6]}.csv").write_text(text, encoding="gb18030")
    branches = "机构号,机构名称\n0101,城东支行\n0102,城西支行\n0103,河口支行\n"
    (folder / "extracts" / "机构表.csv").write_text(branches, encoding="gb18030")
    return folder
