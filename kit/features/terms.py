"""The words in which bank systems log contacts and sales: found anywhere in what was written, the first that fits."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["TERMS"]

# Kind of word → code → the words that tell it. They are the systems' own, not a client's choice.
TERMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "way": {
        "mass": ("群发",),
        "visit": ("上门", "面访", "到访", "面谈", "来行", "visit"),
        "call": ("电话", "电访", "外呼", "call", "phone"),
        "wechat": ("微信", "企微"),
        "sms": ("短信", "SMS", "sms"),
    },
    "outcome": {
        "hung_up": ("挂机", "挂断", "hung up"),
        "invalid": ("空号", "停机", "错号", "号码有误", "invalid"),
        "no_answer": ("未接", "没接", "无人接", "拒接", "关机", "占线", "无法接通", "no answer"),
    },
    "objection": {
        "O1": ("O1", "疑诈", "诈骗"),
        "O2": ("O2", "冷淡", "没时间", "没有时间", "没空"),
        "O3": ("O3", "挂机", "挂断"),
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
}  # fmt: skip
