from __future__ import annotations

import pytest

from kit.intake.changes import changes


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ("甲 乙 丙", "甲 乙 丙", {}),
        ("甲 乙 丙", "甲 乙 丙 丁", {"added": ("丁",)}),
        ("甲 乙 丙", "丁 甲 乙 丙", {"added": ("丁",)}),
        ("甲 乙 丙", "甲 丙", {"gone": ("乙",)}),
        ("客户号 存款余额 性别", "客户号 存款余额合计 性别", {"renamed": (("存款余额", "存款余额合计"),)}),
        ("客户号 余额(元)", "客户号 余额(万元)", {"renamed": (("余额(元)", "余额(万元)"),)}),
        ("客户号 ＡＵＭ", "客户号: AUM", {}),
        ("甲 乙", "乙 甲", {"moved": ("甲", "乙")}),
    ],
)
def test_a_layout_is_compared_label_by_label(before, now, told):
    found = changes(before.split(), now.split())
    kept = {name: getattr(found, name) for name in ("added", "gone", "renamed", "moved") if getattr(found, name)}
    assert kept == told
    assert bool(found) == bool(told)
    assert len(found.lines()) == len(told)


def test_a_header_that_moved_is_told_with_both_rows():
    assert changes(["甲"], ["甲"], (1, 3)).header_row == (1, 3)
    assert not changes(["甲"], ["甲"], (None, 3))
