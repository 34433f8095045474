"""The words of banks' systems: the one place, for SQL and Python, where it stands what they mean.

They are the systems' own, not a client's choice; a profile has those of steps, sectors and purposes.
"""

from collections.abc import Iterator, Mapping

from kit.params import Params

# Kind of word → code → the words that tell it: found anywhere, in large or small letters; one behind = is all of it.
TERMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "way": {
        "mass": ("群发",),
        "visit": ("上门", "面访", "到访", "面谈", "来行", "visit"),
        "call": ("电话", "电访", "外呼", "call", "phone"),
        "wechat": ("微信", "企微"),
        "sms": ("短信", "sms"),
    },
    "outcome": {  # what is none of these came of talking
        "hung_up": ("挂机", "挂断", "挂掉", "挂了", "挂电话", "hung up", "hang up", "hang-up"),
        "invalid": ("空号", "停机", "错号", "号码有误", "号码错误", "号码不存在", "invalid", "wrong number"),
        "no_answer": (
            "未接", "没接", "不接", "未通", "没通", "打不通", "无法接通", "无人接", "无人应答", "拒接", "拒听", "关机",
            "占线", "忙线", "不在服务区", "联系不上", "未联系上", "no answer", "not answered", "unanswered",
            "unreachable", "not reached", "switched off", "call rejected", "call declined",
        ),
    },
    "objection": {
        "O1": ("o1", "疑诈", "诈骗"),
        "O2": ("o2", "冷淡", "没时间", "没有时间", "没空"),
        "O3": ("o3", "挂机", "挂断", "挂掉", "挂了", "挂电话", "hung up", "hang up", "hang-up"),
    },
    "family": {
        "structured": ("结构性",),
        "time": ("定期", "存单", "整存整取", "通知存款"),
        "demand": ("活期",),
        "wmp": ("理财",),
        "fund": ("基金",),
        "insurance": ("保险", "年金"),
        "bond": ("国债",),
        "gold": ("贵金属", "黄金"),
        "custody": ("三方", "存管"),
        "loan": ("贷",),
        "card": ("信用卡",),
    },
    "source": {
        "salon": ("沙龙", "活动"),
        "activated": ("盘活", "唤醒"),
        "existing": ("存量",),
        "outside": ("外拓",),
    },
    "status": {  # whoever is of neither is at his desk
        "there": ("未离", "未退休", "未调离", "返聘", "not left"),
        "left": (
            "离职", "离岗", "离任", "离行", "调离", "调出", "退休", "内退", "病退", "辞职", "辞退", "解聘", "开除",
            "不在岗", "不在职", "非在岗", "非在职", "未在岗", "left", "resigned", "retired", "terminated", "dismissed",
            "departed", "inactive",
            "=否", "=n", "=no", "=false", "=0",
        ),
    },
    "pay": {"payroll": ("代发", "工资", "薪")},
    "posting": {"interest": ("利息", "结息", "interest")},
}  # fmt: skip

# Codes that fill a field whole.
WORDS: Mapping[str, tuple[str, ...]] = {
    "assisting_words": ("协办", "辅办", "协管"),
    "natural_words": ("自然", "自然到访", "自然新增", "到访", "walk-in"),
    "referred_words": ("转介", "厅堂转介", "柜面转介", "内部转介", "referral"),
    "outside_words": ("外拓", "外拓营销", "外出营销", "outreach"),
    "introduced_words": ("存量介绍", "存量客户介绍", "老客户介绍", "客户介绍", "转介绍", "introduced"),
    "acquiring_words": ("收单", "扫码收款", "一码付", "POS"),
    "closed_words": ("销户", "已销户", "注销", "closed"),
    "class_1_words": ("Ⅰ", "I", "一", "1"),
    "class_2_words": ("Ⅱ", "II", "二", "2"),
    "class_3_words": ("Ⅲ", "III", "三", "3"),
    "credit_words": ("贷", "贷方", "收", "收入", "转入", "C", "credit"),
    "debit_words": ("借", "借方", "支", "支出", "转出", "D", "debit"),
    "contribution_high_words": ("高", "A", "优质"),
    "contribution_middle_words": ("中", "B", "一般"),
    "contribution_low_words": ("低", "C", "D", "E"),
    "no_words": ("无", "否", "0", "没有", "未育"),
}


def rules(params: Params) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """`TERMS`, and the words that the profile has for steps, sectors of occupations and purposes of transactions."""
    segments = params.segments
    return {
        **TERMS,
        "step": {str(code): words for code, words in params.practice.steps.items()},
        "sector": {"unknown": segments.unknown_occupations, **segments.occupations},
        "purpose": params.funds.purposes,
    }


def each_word(words: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """Each word in small letters, and whether it must be all that was said."""
    for word in words:
        yield word.removeprefix("=").lower(), word.startswith("=")


def meaning(said: str, groups: Mapping[str, tuple[str, ...]]) -> str | None:
    """Code of the first group of which a word is found in what was said, as ``meanings.sql`` tells it."""
    text = said.lower()
    return next(
        (
            code
            for code, words in groups.items()
            if any(word == text.strip() if is_whole else word in text for word, is_whole in each_word(words))
        ),
        None,
    )
