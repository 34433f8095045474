from __future__ import annotations

import pytest

from kit.schema import aliases, ambiguous, forbidden, schema

ASKED = [(table, label, meanings) for table in schema() for label, meanings in ambiguous(table).items()]


@pytest.mark.parametrize(("table", "label", "meanings"), ASKED, ids=[f"{t}.{label}" for t, label, _ in ASKED])
def test_an_ambiguous_label_has_a_question_and_meanings_in_both_languages(table, label, meanings):
    assert len(meanings) > 1
    assert meanings[0].question_zh
    assert meanings[0].question_en.isascii()
    assert len({m.id for m in meanings}) == len(meanings)
    for meaning in meanings:
        assert meaning.label("zh") != meaning.label("en")
        assert not meaning.column or meaning.column in schema()[table].columns


def test_a_label_that_must_be_asked_is_no_silent_alias():
    for table, label, meanings in ASKED:
        by_table = any("*" in meaning.beside for meaning in meanings)
        column = aliases(table).get(label)
        own = column is not None and label == column.zh
        assert column is None or by_table or own, f"{table}: {label}"


@pytest.mark.parametrize(
    "label",
    [
        "密码",
        "登录密码",
        "交易 密码",
        "查询密码(加密)",
        "口令",
        "PIN",
        "PIN码",
        "card_pin",
        "Password",
        "user.pwd",
        "短信验证码",
        "动态口令",
        "OTP",
        "指纹特征",
        "人脸照片",
        "人脸图像",
        "虹膜",
        "声纹",
        "生物识别信息",
        "Fingerprint",
        "face_template",
        "CVV2",
        "CVN",
        "卡片安全码",
        "磁道2",
        "磁条信息",
        "track2",
        "卡片有效期",
        "信用卡有效期",
        "ＰＩＮ",
    ],
)
def test_what_no_extract_may_hold_is_known_by_its_label(label):
    assert any(kind.names(label) for kind in forbidden())


@pytest.mark.parametrize(
    "label",
    [
        "密码器型号",
        "密码器编号",
        "是否设置密码",
        "密码重置次数",
        "支付密码器费用",
        "密码信封费",
        "PINGAN理财",
        "shipping",
        "spin",
        "opinion",
        "是否开通人脸支付",
        "人脸识别标志",
        "指纹支付开通日期",
        "指纹锁销售",
        "机构校验码",
        "证件有效期",
        "社保卡有效期",
        "身份证有效期",
        "磁条卡标志",
        "验证码发送次数",
        "客户号",
        "irish",
        "track record",
        "手机银行",
        "secured",
    ],
)
def test_what_only_sounds_like_it_is_no_alarm(label):
    assert not [kind.en for kind in forbidden() if kind.names(label)]


def test_every_label_of_the_model_itself_is_allowed():
    for table in schema().values():
        for column in table.columns.values():
            for label in (column.zh, column.en, column.id, *column.aliases):
                assert not any(kind.names(label) for kind in forbidden()), label
