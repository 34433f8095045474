"""What a word of the bank's systems means is told once: for the chapters, the plan, and whoever is given customers."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit.book import Book
from kit.engagement import profile
from kit.features import features, frame
from kit.features.terms import TERMS, each_word, meaning, rules
from kit.params import Params
from kit.planning.assignment import assignment
from kit.run.prepare import present_staff
from kit.workbooks.form import choices

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
DAY = date(2026, 10, 31)
AROUND = ("{}", "客户{}", "{}，稍后再联系", "第二次：{} ")


@pytest.fixture
def made(tmp_path):
    """Features of a book of so many customers, and the book."""

    def run(customers, params=PARAMS, **tables):
        (tmp_path / "book").mkdir(exist_ok=True)
        ids = [f"c{i}" for i in range(customers)]
        every = {
            "customer": {"customer_id": ids, "branch_id": "01"},
            "customer_month": {"customer_id": ids, "as_of": DAY, "aum_avg_month_fen": 100},
        }
        for name, columns in {**every, **tables}.items():
            table = pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False)
            pq.write_table(table, tmp_path / "book" / f"{name}.parquet")
        return features(Book(tmp_path), params), Book(tmp_path)

    return run


def _spelt(kind, *codes):
    """Every word of some codes as a log has it: alone, with something around it, in capitals."""
    words = [word for code in codes for word, is_whole in each_word(TERMS[kind][code]) if not is_whole]
    return [form.format(word) for word in words for form in AROUND] + [word.upper() for word in words]


def _logged(made, said, column="contact_result", **more):
    ids = [f"c{i}" for i in range(len(said))]
    log = {"customer_id": ids, "contact_date": DAY, "contact_type": "电话", "staff_id": "s0"}
    return made(len(said), contact=log | {column: said} | more, assignment={"customer_id": ids, "staff_id": "s0"})[0]


HUNG_UP = ["客户挂机", "挂机", "挂断", "客户直接挂断电话", "Customer hung up"]
UNREACHED = [
    "无法接通",
    "您拨打的电话暂时无法接通",
    "未接通",
    "拒接",
    "关机",
    "空号",
    "停机",
    "无人接听",
    "占线",
    "No answer",
]


def test_whoever_hung_up_for_the_chapters_is_never_called_again_by_the_plan(made):
    said = [*HUNG_UP, *_spelt("outcome", "hung_up")]
    found = _logged(made, said)
    assert frame(found.tables["contacts"])["hang_up"].all()
    assert set(frame(found.tables["contacts"])["contact_outcome"]) == {"hung_up"}
    assert found.customers["hung_up"].all()
    assert not found.customers[["familiar", "successes"]].any(axis=None)
    assert found.customers["last_touch_date"].isna().all()


def test_an_objection_can_say_as_well_that_he_hung_up(made):
    said = ["O3挂机", "O3", "客户挂机", *_spelt("objection", "O3")]
    found = _logged(made, said, "objection", contact_result="接通")
    assert frame(found.tables["contacts"])["hang_up"].all()
    assert found.customers["hung_up"].all()
    assert found.customers["last_touch_date"].isna().all()


def test_whoever_did_not_answer_was_not_reached_however_it_is_put(made):
    said = [*UNREACHED, *_spelt("outcome", "no_answer", "invalid")]
    found = _logged(made, said)
    assert not {"connected", "hung_up"} & set(frame(found.tables["contacts"])["contact_outcome"])
    assert not found.customers[["hung_up", "familiar", "successes"]].any(axis=None)
    assert found.customers["last_touch_date"].isna().all()
    assert frame(found.tables["touches"])["touched_date"].isna().all()
    assert not frame(found.tables["outcomes"])["succeeded"].any()


def test_what_a_manager_can_choose_for_a_result_is_read_as_what_it_says(made):
    said = list(choices("contact_result", "zh"))
    found = _logged(made, said)
    reached = ["接通", "已发送", "已回复", "已见面"]
    assert (found.customers["last_touch_date"].notna() == pd.Series(said).isin(reached)).all()


def test_sql_and_python_tell_the_same_of_every_word(made):
    groups = rules(PARAMS)
    said = [form.format(word) for words in TERMS["outcome"].values() for word in words for form in AROUND]
    said += ["接通", "有意向，下周来", "沟通顺畅", "挂失"]
    outcomes = frame(_logged(made, said).tables["contacts"]).set_index("customer_id")["contact_outcome"]
    told = [meaning("outcome", text, groups["outcome"]) for text in said]
    told = [{"refused": "connected", "message": "no_answer", "unsaid": None}.get(code, code) for code in told]
    assert outcomes.loc[[f"c{i}" for i in range(len(said))]].replace({np.nan: None}).tolist() == told
    assert told[-1] is None


def test_a_word_that_no_class_knows_is_neither_reached_nor_not_and_is_named(made):
    said = ["接通", "已完成", "已完成", "挂失"]
    found = _logged(made, said)
    assert frame(found.tables["unread"]).to_dict("records") == [
        {"branch_id": "01", "kind": "outcome", "said": "已完成", "times": 2},
        {"branch_id": "01", "kind": "outcome", "said": "挂失", "times": 1},
    ]
    assert frame(found.tables["contacts"])["contact_outcome"].isna().tolist() == [False, True, True, True]
    assert frame(found.tables["outcomes"])["customer_id"].tolist() == ["c0"]


@pytest.mark.parametrize(
    ("said", "code"),
    [("没有接通", "no_answer"), ("未接通，稍后再联系", "no_answer"), ("接听后挂断", "hung_up"), ("拒绝", "refused"),
     ("拒绝接听", "no_answer"), ("未成交", "unsaid"), ("无意向", "refused"), ("有意向", "connected"),
     ("已发送", "message"),
     ("是", "connected"), ("否", "no_answer"), ("not connected", "no_answer"), ("Disconnected", "no_answer"),
     ("其他", None)],
)  # fmt: skip
def test_the_longest_word_that_stands_in_a_result_counts(said, code):
    assert meaning("outcome", said, TERMS["outcome"]) == code


@pytest.mark.parametrize("said", ["50%代发", "农_林"])
def test_signs_that_are_wildcards_elsewhere_are_letters_here(made, said):
    segments = PARAMS.segments.model_copy(update={"occupations": {"business": (said,)}})
    params = PARAMS.model_copy(update={"segments": segments})
    occupations = [f"从事{said}", said.replace("%", "元").replace("_", "业")]
    found = made(2, params, customer={"customer_id": ["c0", "c1"], "branch_id": "01", "occupation": occupations})[0]
    assert found.customers["occupation_sector"].tolist() == ["business", "other"]


GONE = ["离职", "已离岗", "调离本行", "退休", "Left", "resigned", "否", "N", "不在岗"]
THERE = ["在岗", "在职", "未离职", "退休返聘", "是", None]


def _staffed(made, **staff):
    size = len(next(iter(staff.values())))
    ids = [f"s{i}" for i in range(size)]
    return made(
        size,
        staff={"staff_id": ids, "branch_id": "01", "role": "理财经理"} | staff,
        assignment={"customer_id": [f"c{i}" for i in range(size)], "staff_id": ids},
    )


@pytest.mark.parametrize(
    ("staff", "gone"),
    [
        ({"staff_status": [*GONE, *_spelt("status", "left"), *THERE]}, len(THERE)),
        ({"has_left": [True, False, None]}, 2),
        ({"left_date": [DAY, date(2026, 11, 1), None]}, 2),
        ({"is_virtual": [True, False]}, 1),
    ],
)
def test_whoever_has_left_leaves_orphans_and_is_given_nobody(made, staff, gone):
    found, book = _staffed(made, **staff)
    customers = found.customers
    assert int((~customers["orphan"]).sum()) == gone
    team = present_staff(book, found.absent)
    assert set(team["staff_id"]) == set(customers.loc[~customers["orphan"], "staff_id"])
    assert set(assignment(customers, team, PARAMS).rows["staff_id"].dropna()) <= set(team["staff_id"])


def test_who_left_by_one_of_his_records_has_left(made):
    staff = {"staff_id": ["s0", "s0"], "branch_id": ["01", "02"], "role": "理财经理", "staff_status": ["调离", "在岗"]}
    found, book = made(1, staff=staff, assignment={"customer_id": ["c0"], "staff_id": ["s0"]})
    assert found.customers["orphan_cause"].tolist() == ["left"]
    assert present_staff(book, found.absent).empty
