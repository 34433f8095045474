"""A message is counted as carriers count it, and says nothing that it must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.planning.scripts import indiscreet, message_size

PLAIN = "abcXYZ 0123,.@£é\n"
DOUBLE = "€[]{}^~|\\"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", (0, 0)),
        ("您好", (2, 1)),
        ("好" * 70, (70, 1)),
        ("好" * 71, (71, 2)),
        ("好" * 134, (134, 2)),
        ("好" * 135, (135, 3)),
        ("a" * 160, (160, 1)),
        ("a" * 161, (161, 2)),
        ("a" * 306, (306, 2)),
        ("a" * 307, (307, 3)),
        ("€" * 80, (160, 1)),  # an escape before each
        ("€" * 81, (162, 2)),
        ("a" * 152 + "€" * 5, (162, 2)),  # 152 and no half of €, then ten
        ("€" * 153, (306, 3)),  # 76 in a part: an odd place stays empty
        ("王䶮" * 35, (70, 1)),
        ("𠮷" * 35, (70, 1)),  # two units each
        ("𠮷" * 36, (72, 2)),
        ("𠮷" * 67, (134, 3)),  # 33 in a part
        ("您好a€", (4, 1)),
    ],
)
def test_characters_and_parts_are_those_that_a_carrier_bills(text, size):
    assert message_size(text) == size


@given(st.text(PLAIN + DOUBLE, max_size=700))
def test_in_the_gsm_alphabet_each_part_takes_153_septets_and_no_half_of_an_escaped_sign(text):
    septets = [2 if sign in DOUBLE else 1 for sign in text]
    assert message_size(text) == (sum(septets), _packed(septets, 160, 153))


@given(st.text("您好张𠮷𡈽a1，", max_size=300).filter(lambda text: any(ord(sign) > 1000 for sign in text)))
def test_with_a_chinese_character_each_part_takes_67_units_of_utf_16(text):
    units = [len(sign.encode("utf-16-le")) // 2 for sign in text]
    assert message_size(text) == (sum(units), _packed(units, 70, 67))


def _packed(widths, alone, each):
    """Parts by filling one after the other."""
    if sum(widths) <= alone:
        return int(bool(widths))
    parts = [0]
    for width in widths:
        parts = [*parts, width] if parts[-1] + width > each else [*parts[:-1], parts[-1] + width]
    return len(parts)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("您的定期到期", "定期"),
        ("余额不足", "余额"),
        ("年化3.5%", "3"),
        ("理财产品", "理财"),
        ("理财经理严甲子", ""),
        ("示范路12号，手机19800000101", ""),
        ("客户100001", "100001"),
    ],
)
def test_digits_and_products_are_found_beside_what_may_stand_there(text, found):
    assert indiscreet(text, "定期|余额|理财(?!经理)", ["示范路12号", "19800000101"]) == found
