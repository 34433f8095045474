"""The files of the synthetic bank tie among themselves and to the truth that lies beside them."""

from __future__ import annotations

import json
import math
import unicodedata
from dataclasses import asdict
from datetime import date
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
import yaml

from kit.engagement import CONFIG, load
from kit.schema import aliases, ambiguous, normalise
from messy_bank import Truth, write_bank
from messy_bank.extracts import PASSWORD
from messy_bank.mess import SUFFIXES

AS_OF = pd.Timestamp(2026, 10, 31)
TABLES = {
    "机构表": "branch", "员工表": "staff", "客户信息": "customer", "客户资产月报": "customer_month",
    "存款账户": "account", "产品持有": "holding", "交易流水": "txn", "管户关系": "assignment",
    "联系记录": "contact", "成交记录": "sale", "活动记录": "event", "单位账户": "unit_account",
    "网点经营表": "branch_month",
}  # fmt: skip
USUAL = {"客户等级": "行内客户等级", "客户顾虑": "异议类型"}  # labels that the bank changed in some file
PARTS = ["活期余额", "定期余额", "大额存单余额", "理财余额", "基金余额", "保险余额", "国债余额"]


def fen(column: pd.Series) -> pd.Series:
    return column.str.replace(".", "", regex=False).astype("int64")


class Bank:
    """A bank on disk, its good rows read on demand; the bad ones stand last."""

    def __init__(self, folder: Path, truth: Truth, read_rows) -> None:
        self.folder, self.truth, self.read_rows = folder, truth, read_rows
        self.read: dict[str, pd.DataFrame] = {}

    def files(self, subject: str) -> list[str]:
        """Names of the files in which a table was sent."""
        return [name for name, told in self.truth.files.items() if told.subject == subject]

    def months(self) -> list[str]:
        return sorted({told.subject for told in self.truth.files.values() if told.subject.startswith("客户资产月报")})

    def all(self, subject: str) -> pd.DataFrame:
        if subject not in self.read:
            table, extracts = TABLES[subject.split("_", maxsplit=1)[0]], self.folder / "extracts"
            parts = [self.read_rows(extracts / n, self.truth.files[n], table) for n in self.files(subject)]
            self.read[subject] = pd.concat(parts, ignore_index=True).rename(columns=USUAL)
        return self.read[subject].copy()

    def good(self, subject: str) -> pd.DataFrame:
        return self.all(subject).head(sum(self.truth.files[name].accepted for name in self.files(subject)))

    def month(self, month: str = "202610") -> pd.DataFrame:
        return self.good(f"客户资产月报_{month}").set_index("客户号")

    def customers(self) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "truth_customers.parquet").set_index("customer_id")


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory, read_rows) -> Bank:
    folder = tmp_path_factory.mktemp("bank")
    return Bank(folder, write_bank(folder, branches=2, customers=60), read_rows)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory, read_rows) -> Bank:
    folder = tmp_path_factory.mktemp("wide")
    return Bank(folder, write_bank(folder, branches=1, customers=5000), read_rows)


@pytest.mark.parametrize("customers", [1, 2, 3, 7])
def test_a_bank_of_a_handful_of_customers_is_whole(tmp_path: Path, customers: int, read_rows) -> None:
    truth = write_bank(tmp_path, branches=1, customers=customers)
    bank = Bank(tmp_path, truth, read_rows)
    assert truth.totals["customers"] == len(bank.month()) == len(bank.good("客户信息")) == customers
    assert truth.totals["aum_fen"] == fen(bank.month()["月日均AUM"]).sum()
    for subject in {told.subject for told in truth.files.values()}:
        assert len(bank.all(subject)) == sum(truth.files[name].rows for name in bank.files(subject)) > 0


def test_every_header_is_a_label_or_alias_of_its_table_or_has_an_answer(bank: Bank) -> None:
    assert {told.subject.split("_")[0] for told in bank.truth.files.values()} == set(TABLES)
    answered = {(answer.file, answer.label): answer.column for answer in bank.truth.questions}
    for name, told in bank.truth.files.items():
        table = TABLES[told.subject.split("_")[0]]
        settled = {label: meanings[0].column for label, meanings in ambiguous(table).items()}
        known = settled | {label: column.id for label, column in aliases(table).items()}
        for sheet in told.sheets.values():
            labels = [header.split("/")[-1] for header in sheet.headers]
            found = [answered.get((name, label)) or known[normalise(label)[0]] for label in labels]
            assert len(set(found)) == len(found), name


def test_spot_aum_is_the_sum_of_its_parts_in_every_month(bank: Bank) -> None:
    for month in bank.months():
        rows = bank.good(month).replace("abc", "-9999999.99")
        parts = rows[PARTS].apply(fen)
        good = rows["时点AUM"] != "-9999999.99"
        assert (parts.sum(axis=1) == fen(rows["时点AUM"]))[good].all()
        assert (parts.iloc[:, :3].sum(axis=1) == fen(rows["存款余额"])).all()


def test_accounts_and_holdings_sum_to_the_balances_of_the_last_month(wide: Bank) -> None:
    month, accounts, holdings = wide.month(), wide.good("存款账户"), wide.good("产品持有")
    held = fen(accounts["账户余额"]).groupby(accounts["客户号"]).sum()
    assert held.reindex(month.index).equals(fen(month["存款余额"]).rename(held.name))
    for header, kind in (
        ("理财余额", "理财"),
        ("基金余额", "基金"),
        ("保险余额", "保险"),
        ("国债余额", "国债"),
    ):
        lots = holdings[holdings["产品大类"] == kind]
        sums = fen(lots["持有金额"]).groupby(lots["客户号"]).sum().reindex(month.index, fill_value=0)
        assert (sums == fen(month[header])).all()
    assert accounts["账号"].is_unique
    assert not holdings.duplicated(["客户号", "产品大类", "购买日期"]).any()


def test_the_month_average_lies_close_to_the_spot(wide: Bank) -> None:
    month = wide.month()
    spot, average = fen(month["时点AUM"]), fen(month["月日均AUM"])
    assert average.sum() == pytest.approx(spot.sum(), rel=0.01)
    kept = spot > 10_000
    assert ((average - spot).abs()[kept] / spot[kept]).max() < 0.1


def test_only_planted_customers_are_overdrawn_and_some_have_nothing(wide: Bank) -> None:
    month = wide.month()
    demand = fen(month["活期余额"])
    assert 0 < (demand < 0).sum() == wide.truth.totals["negative"]
    assert (month[PARTS[1:]].apply(fen) >= 0).all(axis=None)
    assert wide.truth.totals["zero"] == (fen(month["月日均AUM"]) == 0).sum() > 100


@pytest.mark.parametrize("month", ["202608", "202609", "202610"])
def test_flows_of_the_last_months_are_the_sums_of_the_transactions(bank: Bank, month: str) -> None:
    rows, txns = bank.month(month), bank.good("交易流水")
    txns = txns[txns["交易日期"].str.startswith(month)]
    assert not txns.duplicated().any()
    amount = fen(txns["交易金额"])

    def total(chosen: pd.Series) -> pd.Series:
        return amount[chosen].groupby(txns["客户号"]).sum().reindex(rows.index, fill_value=0)

    assert (total(txns["借贷标志"] == "贷") == fen(rows["转入金额"])).all()
    assert (total(txns["借贷标志"] == "借") == fen(rows["转出金额"])).all()
    assert (total(txns["交易渠道"] == "收单") == fen(rows["收单金额"])).all()
    active = txns[txns["主动动账"] == "是"].groupby("客户号").size().reindex(rows.index, fill_value=0)
    assert (active == rows["交易笔数"].astype(int)).all()
    assert set(txns.loc[txns["主动动账"] == "否", "摘要"]) <= {"利息"}


def test_the_last_active_day_never_goes_back_and_agrees_with_the_transactions(bank: Bank) -> None:
    months = [subject[-6:] for subject in bank.months()]
    last = pd.DataFrame({m: pd.to_datetime(bank.month(m)["最近动户日"], format="%Y%m%d") for m in months})
    assert not (last.diff(axis=1).iloc[:, 1:].stack() < pd.Timedelta(0)).any()
    assert all((last[m].dropna() <= pd.Timestamp(m + "01") + pd.offsets.MonthEnd()).all() for m in months)
    txns = bank.good("交易流水")
    seen = txns[txns["主动动账"] == "是"].groupby("客户号")["交易日期"].max()
    assert (pd.to_datetime(seen, format="%Y%m%d") == last["202610"].reindex(seen.index)).all()
    opened = pd.to_datetime(bank.good("客户信息").set_index("客户号")["开户日期"])
    assert (last["202610"] >= opened.reindex(last.index)).all()


def test_dormant_is_who_was_planted_and_nobody_else(wide: Bank) -> None:
    month = wide.month()
    idle = pd.to_datetime(month["最近动户日"], format="%Y%m%d") <= AS_OF - pd.Timedelta(days=365)
    asleep = (fen(month["月日均AUM"]) <= 10_000) & idle
    planted = wide.customers()["dormant"].reindex(month.index)
    assert (asleep == planted).all()
    assert idle.sum() > asleep.sum(), "some sleep on real money, which is not dormancy"
    assert set(month.loc[planted, "交易笔数"]) == {"0"}


def test_a_primary_account_is_known_by_its_evidence_and_a_passing_one_fails_it(wide: Bank) -> None:
    month = wide.month()
    planted = wide.customers()["primary"].reindex(month.index)
    evidence = (
        (month["连续代发月数"].astype(int) >= 6)
        & (month["交易笔数"].astype(int) >= 6)
        & (month["代扣缴费"] == "是")
        & (month["手机银行"] == "是")
        & (month["同名转出"] == "否")
    )
    assert (evidence == planted).all()
    passing = month[month["过路户"] == "是"]
    assert (passing["同名转出"] == "是").all()
    assert (fen(passing["月日均AUM"]) < 0.1 * fen(passing["转出金额"])).all()


def test_a_merchant_has_the_flag_and_many_small_receipts(wide: Bank) -> None:
    month, txns = wide.month(), wide.good("交易流水")
    planted = wide.customers()["merchant"].reindex(month.index)
    assert ((month["收单商户"] == "是") == planted).all()
    recent = txns[(txns["交易渠道"] == "收单") & (txns["交易日期"] > "20261001")]
    receipts = recent.groupby("客户号").size().reindex(month.index, fill_value=0)
    assert ((receipts >= 10) == planted).all()


def test_orphans_have_no_owner_or_one_who_is_not_there(wide: Bank) -> None:
    staff, assigned = wide.good("员工表").set_index("员工号"), wide.good("管户关系")
    assert set(staff["岗位"]) == {
        "支局长", "贵宾理财经理", "理财经理", "大堂经理", "高柜柜员", "低柜柜员", "市场经理",
    }  # fmt: skip
    main = assigned[assigned["管户类型"] == "主办"].set_index("客户号")["管户经理"]
    assert main.index.is_unique
    here = staff.index[(staff["虚拟行员"] == "否") & (staff["在岗状态"] == "在岗")]
    customers = wide.customers()
    kept = pd.Series(customers.index.isin(main.index[main.isin(here)]), customers.index)
    assert (customers["orphan"] == ~kept).all()
    assert not main.isin(here).all(), "owners who are the pool or have left are planted"
    rich = customers["tier"].isin(["vip", "private"])
    assert kept[rich].mean() > 0.7
    assert kept[~rich].mean() < 0.3


def test_contacts_are_mostly_reminders_to_the_rich(wide: Bank) -> None:
    log, customers = wide.good("联系记录"), wide.customers()
    assert log["环节"].isin(["到期提醒", "特殊日提醒"]).mean() > 0.6
    assert (customers["tier"].reindex(log["客户号"]) != "basic").mean() > 0.6


def test_maturities_are_those_of_the_files(bank: Bank) -> None:
    lots = pd.concat(
        [
            bank.good("存款账户")[["客户号", "账户余额", "到期日"]].set_axis(["who", "amount", "due"], axis=1),
            bank.good("产品持有")[["客户号", "持有金额", "产品到期日"]].set_axis(["who", "amount", "due"], axis=1),
        ]
    )
    due = pd.to_datetime(lots["due"])
    ended = due <= AS_OF
    assert ended.any()
    assert (fen(lots.loc[ended, "amount"]) == 0).all()  # what fell due was closed
    lots, due = lots[~ended], due[~ended]
    for days in (30, 90):
        coming = lots[due <= AS_OF + pd.Timedelta(days=days)]
        assert bank.truth.totals[f"maturing_{days}d"] == {
            "lots": len(coming),
            "customers": coming["who"].nunique(),
            "amount_fen": fen(coming["amount"]).sum(),
        }
        if days == 30:
            customers = bank.customers()
            assert set(customers.index[customers["maturing_30d"]]) == set(coming["who"])


def test_the_truth_is_what_the_files_say(bank: Bank) -> None:
    home = bank.good("客户信息").set_index("客户号")["机构号"]
    aum = fen(bank.month()["月日均AUM"])
    names = bank.good("机构表").set_index("机构号")["机构名称"]
    customers = bank.customers()
    assert (customers["aum_fen"] == aum.reindex(customers.index)).all()
    assert (customers["branch_id"] == home.reindex(customers.index)).all()
    for told in bank.truth.branches:
        mine = aum[home.reindex(aum.index) == told["branch_id"]]
        rich = sorted((max(x, 0) for x in mine), reverse=True)
        n, total = len(rich), sum(rich)
        apart = sum(abs(a - b) for a in rich for b in rich)
        enough = next(k for k in range(1, n + 1) if Fraction(sum(rich[:k]), total) >= Fraction(4, 5))
        assert told["branch_name"] == names[told["branch_id"]]
        assert told["customers"] == n == 60
        assert told["aum_fen"] == mine.sum()
        assert told["gini"] == pytest.approx(apart / (2 * n * total))
        assert told["top20_share_of_aum"] == pytest.approx(sum(rich[: math.ceil(0.2 * n)]) / total)
        assert told["share_of_customers_holding_80pct"] == enough / n
        bands = {"basic": (-1e99, 5e6), "core": (5e6, 3e7), "vip": (3e7, 3e8), "private": (3e8, 1e99)}
        codes = list(bands)
        for code, (low, high) in bands.items():
            inside, held = mine[(mine >= low) & (mine < high)], mine[customers.loc[mine.index, "tier"] == code]
            assert told["tiers"][code] == {"customers": len(held), "aum_fen": held.sum()}
            assert set(customers.loc[inside.index, "tier"]) <= {*codes[codes.index(code) :]}, "a tier falls late"
        for name, column in (("dormant", "dormant"), ("merchants", "merchant"), ("primary", "primary")):
            assert told[name] == customers.loc[mine.index, column].sum()
        alone = mine[customers.loc[mine.index, "orphan"]]
        assert told["orphans"] == {"customers": len(alone), "aum_fen": alone.sum()}


def test_the_truth_on_disk_is_the_truth_returned(bank: Bank) -> None:
    told = json.loads((bank.folder / "truth.json").read_text(encoding="utf-8"))
    assert told["branches"] == [dict(branch) for branch in bank.truth.branches]
    assert told["totals"] == bank.truth.totals
    assert set(told["files"]) == {path.name for path in (bank.folder / "extracts").iterdir()}
    assert told["questions"] == [asdict(answer) for answer in bank.truth.questions]


def test_each_files_rows_are_accounted_for(bank: Bank) -> None:
    for name, fate in bank.truth.files.items():
        rows = bank.read_rows(bank.folder / "extracts" / name, fate, TABLES[fate.subject.split("_")[0]])
        assert len(rows) == fate.rows == fate.accepted + fate.repeated + sum(fate.quarantined.values())
    month = bank.all("客户资产月报_202610")
    assert month.duplicated().sum() == bank.truth.files["客户资产月报_202610.csv"].repeated == 1
    home = bank.all("客户信息")
    assert (home["机构号"] == "9999").sum() == bank.truth.files["客户信息.csv"].quarantined["unknown_branch"] == 2
    assert (home["客户号"] == "").sum() == bank.truth.files["客户信息.csv"].quarantined["missing"] == 1


def test_the_unreadable_amounts_are_of_a_past_month(bank: Bank) -> None:
    spoilt = bank.all("客户资产月报_202511")
    assert (spoilt["月日均AUM"] == "abc").sum() == 2
    assert bank.truth.files["客户资产月报_202511.csv"].quarantined == {"not_money": 2}


def test_unit_money_is_in_wan_yuan_to_the_hundred_yuan(bank: Bank) -> None:
    units = bank.good("单位账户")
    assert set(units["机构号"]) == {"0101", "0102"}
    for header in ("时点余额", "年日均"):
        plain = units[header].map(lambda text: unicodedata.normalize("NFKC", text))
        assert plain.str.fullmatch(r"[\d,]+\.\d\d0*").all()


def test_the_same_seed_gives_the_same_bank_and_another_seed_another(tmp_path: Path, bank: Bank, read_grids) -> None:
    write_bank(tmp_path / "again", branches=2, customers=60)
    write_bank(tmp_path / "other", branches=2, customers=60, seed=7)
    for name, told in bank.truth.files.items():
        first, again = (folder / "extracts" / name for folder in (bank.folder, tmp_path / "again"))
        if told.delimiter:
            assert again.read_bytes() == first.read_bytes()
        else:
            assert read_grids(again, told) == read_grids(first, told)
    for name in ("truth.json", "truth_customers.parquet"):
        assert (tmp_path / "again" / name).read_bytes() == (bank.folder / name).read_bytes()
        assert (tmp_path / "other" / name).read_bytes() != (bank.folder / name).read_bytes()


def test_a_branch_is_the_same_whatever_others_there_are(tmp_path: Path, bank: Bank) -> None:
    alone = write_bank(tmp_path, branches=1, customers=60)
    assert alone.branches[0] == bank.truth.branches[0]


def test_a_tail_is_heavy(wide: Bank) -> None:
    assert 0.7 < wide.truth.totals["top20_share_of_aum"] < 0.95
    assert wide.truth.totals["tiers"]["private"]["customers"] > 0


def test_the_bank_grows_and_customers_change_tier_come_and_go(wide: Bank) -> None:
    first, last = fen(wide.month("202510")["月日均AUM"]), fen(wide.month()["月日均AUM"])
    assert last.sum() > first.sum()
    new = last.index.difference(first.index)
    assert len(new) > 0
    assert not set(first.index) - set(last.index)
    gone = (first > 0) & (last.reindex(first.index) == 0)
    assert gone.sum() > 50
    bands = [-(10**12), 5_000_000, 30_000_000, 300_000_000, 10**15]
    before, after = (pd.cut(x.reindex(first.index), bands, right=False, labels=False) for x in (first, last))
    assert (before < after).sum() > 20 < (before > after).sum()


def test_no_phone_nor_certificate_could_be_real(bank: Bank) -> None:
    people = bank.all("客户信息")
    assert people["手机号码"].str.fullmatch(r"(199-0000-\d{4})?").all()
    assert people["证件号码"].str.replace(".", "").str.startswith("999999").all()


def test_more_branches_than_names_are_numbered_and_all_differ(tmp_path: Path) -> None:
    truth = write_bank(tmp_path, branches=30, customers=1, months=4)
    assert len({b["branch_name"] for b in truth.branches}) == 30
    assert len({b["branch_id"] for b in truth.branches}) == 30


def test_another_date_and_length_of_the_panel_hold_as_well(tmp_path: Path, read_rows) -> None:
    truth = write_bank(tmp_path, branches=1, customers=200, as_of=date(2024, 2, 29), months=5)
    bank = Bank(tmp_path, truth, read_rows)
    assert len(bank.months()) == 5
    assert set(bank.month("202402")["数据日期"]) == {"20240229"}
    assert truth_of_dormancy(bank) == bank.truth.totals["dormant"] > 0


def truth_of_dormancy(bank: Bank) -> int:
    month = bank.month("202402")
    idle = pd.to_datetime(month["最近动户日"], format="%Y%m%d") <= pd.Timestamp(2023, 3, 1)
    return int(((fen(month["月日均AUM"]) <= 10_000) & idle).sum())


def test_the_files_come_in_every_form_and_encoding(bank: Bank) -> None:
    told = bank.truth.files.values()
    assert {file.form for file in told} == set(SUFFIXES) - {"sql", "xlsb"}
    assert {file.encoding for file in told if file.encoding} == {
        "gb18030", "gbk", "utf-8", "utf-8-sig", "utf-16-le", "utf-16-be",
    }  # fmt: skip
    assert {file.delimiter for file in told if file.delimiter} == {",", ";", "\t", "|"}
    assert [name for name, file in bank.truth.files.items() if file.encrypted] == ["成交记录.xlsx"]
    assert [name for name, file in bank.truth.files.items() if file.date1904] == ["活动记录.xlsm"]


def test_the_truth_tells_the_lines_that_are_no_data(bank: Bank, read_grids) -> None:
    sheets = [(name, told, sheet) for name, told in bank.truth.files.items() for sheet in told.sheets]
    for name, told, place in sheets:
        sheet, rows = told.sheets[place], read_grids(bank.folder / "extracts" / name, told)[place]
        said = [[str(cell) for cell in row if cell not in ("", None)] for row in rows]
        if sheet.skipped == "empty":
            assert not any(said)
        for at, note in sheet.notes.items():
            assert said[at - 1] == [note]
        for total in sheet.totals:
            assert said[total.row - 1][0] == total.label
            assert len(said[total.row - 1]) == 1 + len(total.stated_fen)
        if not sheet.skipped:
            header = said[sheet.header_row - 1]
            assert [said[at - 1] for at in sheet.repeated_headers] == [header] * len(sheet.repeated_headers)
            above = [text for row in said[: sheet.first_row - 1] for text in row]
            assert above == list(sheet.above)
    found = [told.sheets[place] for _, told, place in sheets]
    assert {sheet.skipped for sheet in found} == {"", "hidden", "pivot", "empty"}
    assert {1 + sheet.header_row - sheet.first_row for sheet in found if not sheet.skipped} == {1, 2, 3}
    assert any(total.difference_fen for sheet in found for total in sheet.totals)
    assert any(sheet.repeated_headers for sheet in found)


def test_what_only_a_person_knows_is_answered_in_a_mapping_file(bank: Bank) -> None:
    assert [(answer.label, answer.column) for answer in bank.truth.questions] == [
        ("机构号", "branch_id"), ("客户等级", "tier_given"), ("客户顾虑", "objection"),
    ]  # fmt: skip
    for answer in bank.truth.questions:
        content = yaml.safe_load((bank.folder / "mapping" / f"{Path(answer.file).stem}.yml").read_text("utf-8"))
        given = content["tables"][answer.table][answer.column]
        assert content["file"] == f"extracts/{answer.file}"
        assert content["confirmed"]["by"] == "demo"
        assert given in (answer.label, {"column": answer.label, "meaning": answer.meaning})


def test_files_to_be_refused_are_only_in_the_full_mess(tmp_path: Path, bank: Bank) -> None:
    full = write_bank(tmp_path, branches=2, customers=60, full=True)
    refused = {name: told.refused for name, told in full.files.items() if told.refused}
    assert refused == {"客户信息_补发.xlsx": "damaged", "网银签约.csv": "password"}
    assert full.files.keys() - bank.truth.files.keys() == refused.keys()
    assert (full.branches, full.totals) == (bank.truth.branches, bank.truth.totals)


def test_the_password_of_an_encrypted_extract_is_kept_with_the_engagements_secrets(bank: Bank) -> None:
    (bank.folder / CONFIG).write_text("bank: 示范农村商业银行\n", encoding="utf-8")
    key = load(bank.folder).secrets.key
    write_bank(bank.folder, branches=2, customers=60)
    assert load(bank.folder).secrets.extracts == {"成交记录.xlsx": PASSWORD}
    assert load(bank.folder).secrets.key == key
    assert (bank.folder / ".secrets").stat().st_mode & 0o077 == 0
