"""What a run leaves for those who come after its preparation."""

import json
from datetime import date

import pandas as pd
import pytest

from kit.analysis.success import SuccessModel
from kit.context import CONTEXT, Context, earlier
from kit.engagement import profile
from kit.errors import MissingFile, UnreadableFile
from kit.params import Params


def context(**changes):
    model = SuccessModel(
        table=pd.DataFrame({"decile": [1, 2], "observed_share": [0.1, None]}), outcomes=9, successes=4, failures=5,
        success_share=4 / 9, enough=True, auc=0.7000000000000001, used=True,
    )  # fmt: skip
    given = {
        "kit": "0.1.0", "inputs": "", "bank": "甲银行", "language": "zh", "aum_column": "aum_avg_fen", "success": model,
        "params": Params(**profile("rural-postal"), profile="rural-postal", as_of=date(2026, 10, 31)),
        "unlocks": {"age": (("customer.birth_date", "customer.age"),)}, "plan_start": date(2026, 11, 1),
        "holidays_announced": False,
    }  # fmt: skip
    return Context(**given | changes)


@pytest.mark.parametrize("without", [{}, {"success": None, "unlocks": {}}])
def test_what_is_written_is_read_again(tmp_path, without):
    written = context(**without)
    written.write(tmp_path)
    read = Context.read(tmp_path)
    if not without:
        pd.testing.assert_frame_equal(read.success.table, written.success.table)
        assert read.success.auc == written.success.auc
    assert read.model_dump_json() == written.model_dump_json()
    assert read.params == written.params


def test_where_nothing_was_run_it_says_what_to_do(tmp_path):
    with pytest.raises(MissingFile, match="kit run"):
        Context.read(tmp_path)
    assert earlier(tmp_path) == {}


def test_another_version_s_run_is_named_and_its_bank_still_known(tmp_path):
    context().write(tmp_path)
    told = json.loads((tmp_path / CONTEXT).read_text(encoding="utf-8"))
    (tmp_path / CONTEXT).write_text(json.dumps(told | {"was_once": 1}), encoding="utf-8")
    with pytest.raises(UnreadableFile, match="kit run") as caught:
        Context.read(tmp_path)
    assert CONTEXT in str(caught.value)
    assert earlier(tmp_path)["bank"] == "甲银行"
