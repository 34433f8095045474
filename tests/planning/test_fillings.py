import pytest

from kit.planning.fillings import clean, salutation


@pytest.mark.parametrize(
    ("name", "gender", "called"),
    [
        ("张三", "男", ("张", "男")),
        ("李小红", "女", ("李", "女")),
        ("王䶮", "男", ("王", "男")),
        ("欧阳娜娜", "女", ("欧阳", "女")),
        ("司马光", "男", ("司马", "男")),
        ("欧阳", "男", ("欧", "男")),  # two characters: a surname and a given name
        ("诸葛孔明", "男", ("诸葛", "男")),
        ("扎西多杰", "男", ("扎西多杰", "男")),  # no surname can be told
        ("买买提·艾力", "男", ("买买提·艾力", "男")),
        ("John Smith", "男", ("John Smith", "男")),
        ("ＡＮＮＡ", "女", ("ANNA", "女")),
        ("示范商行", None, ("示范商行", "")),
        ("示范农机合作社", "男", ("示范农机合作社", "")),
        ("张**", "女", ("张", "女")),
        ("欧阳*", "女", ("欧阳", "女")),
        ("张X红", "女", ("张", "女")),
        ("Max Xu", "男", ("Max Xu", "男")),
        ("刘女士", None, ("刘", "女")),
    ],
)
def test_a_customer_is_called_by_what_can_be_told_of_his_name(name, gender, called):
    assert salutation(name, gender) == called


@pytest.mark.parametrize("gender", [None, "", "0", "未知"])
def test_without_a_gender_there_is_no_title_and_no_bare_surname(gender):
    assert salutation("张三", gender) == ("", "")
    assert salutation("John Smith", gender) == ("", "")


@pytest.mark.parametrize("name", [None, "", " ", "*三", "***", "6222020000", "张3", "—"])
def test_a_number_or_a_mask_in_place_of_a_name_is_none(name):
    assert salutation(name, "男") is None


@pytest.mark.parametrize(
    ("value", "plain"),
    [(" 张 三\n", "张 三"), ("nan", None), (None, None), (float("nan"), None), ("{owner}[[x]]", "｛owner｝［［x］］"),
     ("张\u200b三\x07", "张三"), ("", None), ("Nan", "Nan")],
)  # fmt: skip
def test_a_value_stands_on_one_line_and_cannot_look_like_a_slot(value, plain):
    assert clean(value) == plain
