from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from kit.params import Checks, ControlTotal
from kit.reconciliation import read_reconciliation

BRANCHES = "机构号,机构名称\n01,城东支行\n02,城西支行\n"
STAFF = "员工号,机构号,岗位\n0101,01,理财经理\n"
CUSTOMERS = "客户号,归属机构号,职业\n001,01,农民\n002,02,教师\n003,02,教师\n"


def found(run, check, **where):
    rows = pd.read_parquet(run.folder / "data" / "checks.parquet")
    for column, value in {"check": check, **where}.items():
        rows = rows[rows[column] == value]
    return rows


def one(run, check, **where):
    (row,) = found(run, check, **where).to_dict("records")
    return row


def months(*rows, head="数据日期,客户号,时点AUM,月日均AUM"):
    return "\n".join([head, *rows]) + "\n"


def test_what_a_join_loses_is_counted_whether_it_is_refused_or_kept(take_in):
    run = take_in(
        {
            "机构.csv": BRANCHES,
            "员工.csv": STAFF,
            "客户.csv": CUSTOMERS,
            "管户.csv": "客户号,管户经理,管户类型\n001,0101,主办\n002,0909,主办\n009,0101,主办\n003,,主办\n",
        }
    )
    lost = one(run, "reference", table="assignment", column="staff_id")
    assert (lost["rows"], lost["failed"], lost["status"], lost["detail"]) == (2, 1, "finding", "staff")
    assert run.result.tables["assignment"] == 3, "an owner who is in no staff table is an orphan, and kept"
    refused = one(run, "reference", table="assignment", column="customer_id")
    assert (refused["rows"], refused["failed"]) == (4, 1)
    assert one(run, "reference", table="customer", column="branch_id")["status"] == "ok"


def test_customers_without_a_row_in_the_latest_month_are_counted_by_branch(take_in):
    run = take_in(
        {"客户.csv": CUSTOMERS, "月报.csv": months("20260930,003,1,1", "20261031,001,1,1", "20261031,002,1,1")}
    )
    rows = found(run, "unmatched", detail="customer_month").set_index("branch_id")
    assert rows["failed"].to_dict() == {"01": 0, "02": 1}
    assert rows["status"].to_dict() == {"01": "ok", "02": "finding"}


def test_duplicates_several_main_owners_and_one_person_under_two_numbers(take_in):
    run = take_in(
        {
            "客户.csv": "客户号,归属机构号,证件号码\n1,01,9999X\n2,01,9999x\n3,01,\n3,01,\n3,02,\n",
            "管户.csv": "客户号,管户经理,管户类型\n1,a,主办\n1,b,主办\n2,a,主办\n2,b,协办\n3,a,\n",
        }
    )
    twice = one(run, "duplicate", table="customer")
    assert (twice["rows"], twice["failed"], twice["detail"], twice["status"]) == (5, 2, "1", "finding")
    owners = one(run, "several_owners")
    assert (owners["rows"], owners["failed"]) == (3, 1)
    person = one(run, "same_person")
    assert (person["rows"], person["failed"], person["status"]) == (1, 1, "finding")


def test_parts_and_whole_holdings_and_accounts_tie_by_branch_and_date(take_in):
    head = "数据日期,客户号,时点AUM,存款余额,理财余额"
    run = take_in(
        {
            "客户.csv": CUSTOMERS,
            "月报.csv": months("20260930,001,9,9,0", "20261031,001,10,4,6", "20261031,002,10,4,5", head=head),
            "持有.csv": "客户号,产品大类,持有金额\n001,理财,6\n002,银行理财产品,5.01\n003,基金,1\n",
            "账户.csv": "账号,客户号,账户余额\na,001,4\nb,002,3\nc,002,1\n",
        }
    )
    parts = found(run, "sum", column="aum_spot_fen").set_index(["branch_id", "as_of"])
    assert parts["difference_fen"].to_dict() == {
        ("01", date(2026, 9, 30)): 0, ("01", date(2026, 10, 31)): 0, ("02", date(2026, 10, 31)): -100,
    }  # fmt: skip
    holdings = found(run, "sum", detail="holding").set_index("branch_id")
    assert holdings["difference_fen"].to_dict() == {"01": 0, "02": 1}
    assert holdings["status"].to_dict() == {"01": "ok", "02": "finding"}, "a 分 in 5 元 is more than a thousandth"
    assert found(run, "sum", detail="account")["difference_fen"].tolist() == [0, 0]


def test_deposits_of_persons_against_those_of_the_branch(take_in):
    head = "数据日期,客户号,时点AUM,存款余额"
    run = take_in(
        {
            "客户.csv": "客户号,归属机构号,客户类型\n1,01,个人\n2,01,单位\n",
            "月报.csv": months("20261031,1,10000,10000", "20261031,2,5,5", head=head),
            "经营.csv": "机构号,数据日期,个人存款,新开户数\n01,20260930,7,1\n01,20261031,1.5,1\n",
        }
    )
    row = one(run, "sum", table="branch_month")
    assert (row["stated_fen"], row["found_fen"], row["status"]) == (1_500_000, 1_000_000, "finding")


@pytest.mark.parametrize(
    ("total", "difference", "status"),
    [
        (ControlTotal(table="customer", stated=3), 0, "ok"),
        (ControlTotal(table="customer", stated=5), 2, "finding"),
        (ControlTotal(table="sale", stated=5), 5, "finding"),
    ],
)
def test_the_rows_that_the_bank_states(take_in, total, difference, status):
    row = one(take_in({"客户.csv": CUSTOMERS}, control_totals=[total]), "control_total")
    assert (row["failed"], row["status"], row["detail"]) == (difference, status, str(total.stated))


@pytest.mark.parametrize(
    ("stated", "tolerance", "difference", "status"),
    [(500, 0.0, 0, "ok"), (501, 0.0, -1, "finding"), (501, 0.01, -1, "ok"), (-500, 0.1, 1000, "finding")],
)
def test_the_sum_that_the_bank_states_is_that_of_the_latest_month(take_in, stated, tolerance, difference, status):
    total = ControlTotal(table="customer_month", column="aum_spot_fen", stated=stated)
    run = take_in(
        {"客户.csv": CUSTOMERS, "月报.csv": months("20260930,001,9,9", "20261031,001,2,2", "20261031,002,3,3")},
        control_totals=[total],
        limits=Checks(sum_tolerance=tolerance),
    )
    row = one(run, "control_total")
    assert (row["difference_fen"], row["status"], row["rows"]) == (difference, status, 2)


def test_a_total_that_a_sum_left_with_noise_ties_and_one_beyond_the_tolerance_does_not(take_in):
    month = "数据日期,客户号,时点AUM\n20261031,001,3000000.10\n20261031,002,3000000.20\n合计,,{total}\n"
    for total, status in (("6000000.3000000004", "ok"), ("6000059.00", "ok"), ("6000061.00", "finding")):
        run = take_in({"客户.csv": CUSTOMERS, "月报.csv": month.format(total=total)})
        (row,) = read_reconciliation(run.folder / "data").totals.to_dict("records")
        assert (row["summed_fen"], row["status"]) == (600_000_030, status)


def test_a_control_total_of_a_column_that_nobody_sent_has_found_nothing(take_in):
    total = ControlTotal(table="customer_month", column="wmp_spot_fen", stated=7)
    row = one(take_in({"客户.csv": CUSTOMERS}, control_totals=[total]), "control_total")
    assert (row["found_fen"], row["status"]) == (0, "finding")


def test_rows_of_the_future_and_tables_of_the_past(take_in):
    run = take_in(
        {
            "客户.csv": CUSTOMERS,
            "月报.csv": months("20260930,001,1,1", "20261031,001,1,1"),
            "流水.csv": "客户号,交易日期,交易金额,借贷标志\n001,20261031,1,借\n001,20261101,1,借\n",
            "账户.csv": "账号,客户号,账户余额,数据日期\na,001,4,20260930\n",
        }
    )
    late = one(run, "future_date", table="txn")
    assert (late["rows"], late["failed"], late["status"], late["as_of"]) == (2, 1, "finding", date(2026, 10, 31))
    assert one(run, "stale", table="account")["status"] == "finding"
    assert one(run, "stale", table="customer_month")["status"] == "ok"


def test_the_engagement_date_is_the_one_to_compare_with(take_in):
    run = take_in({"客户.csv": CUSTOMERS, "月报.csv": months("20261031,001,1,1")}, as_of=date(2026, 9, 30))
    assert one(run, "future_date", table="customer_month", column="as_of")["failed"] == 1


def test_a_month_that_is_missing_and_one_in_which_customers_vanish(take_in):
    customers = "客户号,归属机构号\n" + "".join(f"{i},0{1 + i % 2}\n" for i in range(80))

    def month(day, upto, branches=(0, 1)):
        return [f"{day},{i},10000,10000" for i in range(upto) if i % 2 in branches]

    rows = [
        *month(20251130, 80),
        *month(20260131, 80),
        *month(20260228, 80, (0,)),
        *month(20260331, 80),
        *month(20260430, 40),
    ]
    run = take_in({"客户.csv": customers, "月报.csv": months(*rows)})
    bank = found(run, "panel_gap", branch_id="").set_index("as_of")
    assert bank["rows"].to_dict() == {
        date(2025, 11, 30): 80, date(2025, 12, 31): 0, date(2026, 1, 31): 80, date(2026, 2, 28): 40,
        date(2026, 3, 31): 80, date(2026, 4, 30): 40,
    }  # fmt: skip
    assert bank.loc[date(2025, 12, 31), "status"] == "finding"
    gaps = found(run, "panel_gap", failed=1)
    assert set(zip(gaps["branch_id"], gaps["as_of"], strict=True)) == {
        ("01", date(2025, 12, 31)), ("02", date(2025, 12, 31)), ("02", date(2026, 2, 28)),
    }  # fmt: skip
    jumps = found(run, "panel_jump")
    assert set(zip(jumps["branch_id"], jumps["failed"], strict=True)) == {("01", 20), ("02", 20)}


def test_a_code_that_vanishes_and_one_that_swells_are_drift_and_a_rare_one_is_chance(take_in):
    head = "数据日期,客户号,时点AUM,行内客户等级"
    customers = "客户号,归属机构号\n" + "".join(f"{i},01\n" for i in range(100))
    before = [f"20260930,{i},10000,{'金卡' if i < 20 else '钻石' if i < 22 else '普卡'}" for i in range(100)]
    after = [f"20261031,{i},10000,{'黄金' if i < 20 else '普卡'}" for i in range(100)]
    run = take_in({"客户.csv": customers, "月报.csv": months(*before, *after, head=head)})
    drifts = found(run, "code_drift", column="tier_given")
    assert drifts["failed"].tolist()[0] == 2
    assert set(drifts["detail"][1:]) == {"金卡: 20.0% → 0.0%", "黄金: 0.0% → 20.0%"}


def test_files_of_an_undated_table_are_compared_with_each_other(take_in):
    def file(start, code):
        return "客户号,归属机构号,风险等级\n" + "".join(f"{i},01,{code}\n" for i in range(start, start + 30))

    run = take_in({"a.csv": file(0, "C2"), "b.csv": file(30, "稳健型")})
    assert found(run, "code_drift", column="risk_level")["failed"].tolist()[0] == 2


def test_a_row_that_mixes_yuan_and_ten_thousands_is_refused(take_in):
    head = "数据日期,客户号,时点AUM,月日均AUM,存款余额"
    run = take_in(
        {
            "客户.csv": "客户号,归属机构号\n" + "".join(f"{i},01\n" for i in range(1, 10)),
            "月报.csv": months(
                "20261031,1,500000,50.1,500000",  # a balance ten thousand times the average cannot be
                "20261031,2,50,500000,500000",  # nor deposits of ten thousand times the assets
                "20261031,3,50.13,500000,50.13",  # withdrawn, perhaps: kept
                "20261031,4,2000,20000000,2000",  # not perhaps
                "20261031,5,500000,499000,500000",
                "20261031,6,500000,0,500000",
                "20261031,7,9999,0.9999,9999",  # below 1 万元 cents decide
                head=head,
            ),
        }
    )
    assert run.reasons == [
        (2, "aum_avg_month_fen", "unit_mismatch", True),
        (3, "aum_spot_fen", "unit_mismatch", True),
        (5, "aum_spot_fen", "unit_mismatch", True),
    ]
    assert run.quarantine["value_masked"].tolist() == ["99.99", "99.99", "9999.99"]
    row = one(run, "unit_mismatch")
    assert (row["rows"], row["failed"]) == (7, 3)


def test_a_file_with_a_column_in_another_unit_is_doubted_and_kept(take_in):
    rows = [f"20261031,{i},{(i + 1) * 5},{(i + 1) * 50000}" for i in range(20)]
    run = take_in(
        {"客户.csv": "客户号,归属机构号\n" + "".join(f"{i},01\n" for i in range(20)), "月报.csv": months(*rows)}
    )
    assert run.reasons == []
    row = one(run, "unit_doubtful")
    assert (row["column"], row["detail"], row["failed"]) == ("aum_spot_fen", "aum_avg_month_fen", 20)


def test_a_branch_whose_balances_jump_ten_thousandfold_is_a_finding(take_in):
    customers = "客户号,归属机构号\n" + "".join(f"{i},0{1 + i % 2}\n" for i in range(40))
    rows = [f"20260930,{i},50000" for i in range(40)]
    rows += [f"20261031,{i},{5 if i % 2 else 50000}" for i in range(40)]
    run = take_in({"客户.csv": customers, "月报.csv": months(*rows, head="数据日期,客户号,时点AUM")})
    row = one(run, "unit_jump")
    assert (row["branch_id"], row["as_of"]) == ("02", date(2026, 10, 31))


def test_extracts_that_leave_nothing_to_check_give_an_empty_table(take_in):
    run = take_in({"员工.csv": STAFF})
    rows = pd.read_parquet(run.folder / "data" / "checks.parquet")
    assert set(rows["check"]) == {"duplicate"}


def test_the_same_extracts_give_the_same_checks(take_in):
    files = {"客户.csv": CUSTOMERS, "月报.csv": months("20260930,001,1,1", "20261031,001,1,1")}
    first = (take_in(files).folder / "data" / "checks.parquet").read_bytes()
    assert (take_in(files).folder / "data" / "checks.parquet").read_bytes() == first
