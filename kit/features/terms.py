"""The words of banks' systems: the one place, for SQL and Python, where it stands what they mean.

They are the systems' own, not a client's choice; a profile has those of steps, sectors and purposes.
"""

from collections.abc import Iterator, Mapping

from kit.params import Params

# Kind of word → code → the words that tell it: found anywhere, in large or small letters; one behind = is all of it.
# Of the words found in a contact's result the longest counts (未接通 is no 接通), else the first group that fits.
TERMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "way": {
        "mass": ("群发",),
        "visit": ("上门", "面访", "到访", "面谈", "来行", "visit"),
        "call": ("电话", "电访", "外呼", "call", "phone"),
        "wechat": ("微信", "企微"),
        "sms": ("短信", "sms"),
    },
    "outcome": {  # of what is none of these nobody knows whether the customer was reached
        "hung_up": ("挂机", "挂断", "挂掉", "挂了", "挂电话", "hung up", "hang up", "hang-up"),
        "invalid": (
            "空号", "停机", "错号", "号码有误", "号码错误", "号码不存在", "号码无效", "invalid", "wrong number",
        ),
        "no_answer": (
            "未接", "没接", "不接", "未通", "没通", "不通", "打不通", "接不通", "无法接通", "未能接通", "没有接通", "无人接", "没人接",
            "没有接听", "未能接听", "拒绝接听", "无人应答", "无应答", "拒接", "拒听", "关机", "占线", "忙线", "正在通话", "通话中",
            "不在服务区", "联系不上", "联系不到", "未联系", "未联系上", "未联系到", "没联系上", "没有联系上", "无效联系", "无效接触", "未沟通",
            "未见", "未见到", "不在家", "未回复", "没回复", "没有回复", "未回电", "未送达", "失败", "发送失败", "no answer",
            "not answered", "unanswered", "unreachable", "not reached", "not connected", "disconnected", "switched off",
            "call rejected", "call declined", "busy", "no reply", "not replied", "failed", "not met",
            "=否", "=n", "=no", "=false", "=0",
        ),
        "refused": (
            "拒绝", "谢绝", "婉拒", "不需要", "不感兴趣", "没兴趣", "无兴趣", "无意向", "没有意向", "无需求", "没有需求", "不考虑", "不愿",
            "不同意", "勿扰", "打扰", "投诉", "未成交", "未成功", "不成功", "不满", "refused", "declined", "not interested",
            "no interest", "unsuccessful", "do not call",
        ),
        "message": (
            "发送", "已发", "送达", "已读", "留言", "信箱", "群发", "sent", "delivered", "voicemail", "voice mail", "message",
        ),
        "connected": (
            "接通", "已接", "接听", "通话", "已联系", "联系上", "联系到", "有效联系", "有效接触", "沟通", "见面", "面谈", "面访", "拜访", "到访",
            "来行", "到店", "已回", "回复", "回电", "意向", "考虑", "愿意", "同意", "约好", "已约", "约定", "预约", "成交", "已办", "购买",
            "成功", "满意", "告知", "提醒", "知晓", "介绍", "建联", "认领", "没时间", "没空", "在忙", "connected", "answered",
            "reached", "talked", "spoke", "met with", "replied", "interested", "agreed", "appointment", "success",
            "=是", "=y", "=yes", "=true", "=1", "=有效", "=met",
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


def ranked(kind: str, groups: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str, bool]]:
    """Code, word and whether it must be all that was said, in the order in which the first that is found counts."""
    words = [(code, word, is_whole) for code, words in groups.items() for word, is_whole in each_word(words)]
    return sorted(words, key=lambda each: -len(each[1])) if kind == "outcome" else words


def meaning(kind: str, said: str, groups: Mapping[str, tuple[str, ...]]) -> str | None:
    """Code of the word that counts of those found in what was said, as ``meanings.sql`` tells it."""
    text = said.lower()
    return next(
        (code for code, word, is_whole in ranked(kind, groups) if (word == text.strip() if is_whole else word in text)),
        None,
    )
