"""What the text of a column looks like: how much of it reads as money, a date, a flag …; never the text itself."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import quantiles

from kit.schema import Column

_NUMBER = re.compile(r"[-+]?((\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+)|\(((\d{1,3}(,\d{3})+|\d+)(\.\d*)?)\)|[\d,.]+-")
_MISSING = re.compile(r"|--?|——?|/|\\N?|空|无|#N/A|N/A|NA|#?NULL!?|\(NULL\)|NONE|NAN|NAT", re.IGNORECASE)
_DATE = re.compile(
    r"(19|20)\d\d([-/.年]?)(0?[1-9]|1[0-2])(\2|月)?((0?[1-9]|[12]\d|3[01])日?)?([ T]*\d{1,2}:.*)?|9999\D?12\D?31|4\d{4}"
)
_FLAG = re.compile(r"是|否|[01]|有|无|y(es)?|no?|t(rue)?|f(alse)?|√|×|已|未", re.IGNORECASE)
_NO = re.compile(r"否|无|未|0+(\.0+)?|no?|f(alse)?|×|✗", re.IGNORECASE)
_PHONE = re.compile(r"1[3-9]\d[\d*]{8}")
_CERTIFICATE = re.compile(r"\d{17}[\dXx]|[1-9][\d*]{13,16}[\dXx]|[0-9A-HJ-NPQRTUWXY]{18}")
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")  # most numbers
_SMALL = 10  # a value that fewer rows have may be one person's
_FEW = 12  # distinct values of a column that holds codes


@dataclass(frozen=True, slots=True)
class Profile:
    """Of a column's text: cells with a value, distinct values, the share that reads as each kind, and common codes."""

    filled: int
    distinct: int
    shares: Mapping[str, float]
    codes: tuple[str, ...]


def amount(text: str) -> Decimal | None:
    """Return the number that a cell holds."""
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    plain = re.sub(r"元$|[￥¥ ]", "", unicodedata.normalize("NFKC", text).strip())
    if not _NUMBER.fullmatch(plain) or not re.search(r"\d", plain):
        return None
    digits = plain.replace(",", "").strip("()-+")
    if digits.count(".") > 1:
        return None
    return Decimal(digits) * (-1 if plain[0] in "(-" or plain[-1] == "-" else 1)


def is_one_sided(texts: Sequence[str]) -> bool:
    """Whether flags say yes, or nothing, and never no."""
    filled = [text for text in texts if text and (_NO.fullmatch(text) or not _MISSING.fullmatch(text))]
    return 0 < len(filled) < len(texts) and not any(_NO.fullmatch(text) for text in filled)


def _kinds(text: str) -> set[str]:
    plain, number = unicodedata.normalize("NFKC", text), amount(text)
    kinds = {name for name, form in _FORMS.items() if form.fullmatch(plain)}
    if number is not None:
        kinds.add("money")
        kinds |= {"whole"} if number == int(number) and len(plain) <= 9 else set()
        kinds |= {"fraction"} if number != int(number) else set()
    if re.fullmatch(r"[0-9A-Za-z-]{2,40}", plain) and re.search(r"\d", plain):
        kinds.add("id")
    if re.search(r"[\u4e00-\u9fff]", plain):
        kinds.add("words")
    return kinds


_FORMS = {"date": _DATE, "flag": _FLAG, "phone": _PHONE, "certificate": _CERTIFICATE}


def profile(texts: Sequence[str]) -> Profile:
    """Profile of the text of a column."""
    filled = [text for text in texts if not _MISSING.fullmatch(text)]
    counts = Counter(filled)
    kinds: Counter[str] = Counter()
    for text, times in counts.items():
        kinds.update(dict.fromkeys(_kinds(text), times))
    shares = {kind: times / len(filled) for kind, times in kinds.items()} if filled else {}
    few = len(counts) <= _FEW and len(filled) >= 4 * len(counts)
    codes = [text for text, times in counts.most_common() if times >= _SMALL and not re.search(r"\d{5}", text)]
    return Profile(len(filled), len(counts), shares, tuple(codes) if few else ())


def fit(found: Profile, column: Column) -> float | None:
    """How well values fit a column's type, from 0 to 1; None if there is nothing to judge by."""
    if not found.filled:
        return None
    share = found.shares.get
    if column.type == "money":
        return share("money", 0.0) * (0.3 if share("date", 0) > 0.9 or share("phone", 0) > 0.5 else 1)
    if column.type == "bool":
        return share("phone", 0.0) if column.unit == "号码" else share("flag", 0.0)
    if column.type == "cat" and column.values and found.codes:
        return sum(code in column.values for code in found.codes) / len(found.codes)
    return {
        "date": share("date", 0.0),
        "int": share("whole", 0.0),
        "decimal": share("money", 0.0),
        "secret": max(share("certificate", 0.0), share("id", 0.0)),
        "cat": 0.6 if 1 < found.distinct <= max(_FEW, found.filled / 20) and not share("fraction") else 0.2,
    }.get(column.type, _text(found, column))


def _text(found: Profile, column: Column) -> float:
    if not column.id.endswith("_id"):
        return found.shares.get("words", 0.0) * 0.6
    ids, apart = found.shares.get("id", 0.0), found.distinct / found.filled
    if column.id == "customer_id":
        return ids * (apart if found.shares.get("phone", 0) < 0.5 else 0.2)
    return ids * (1 if apart <= 0.5 or found.filled < 20 else 0.3)


def shape(text: str) -> str:
    """Shape of a text: digits become 9, letters A, 汉字 字."""
    return "".join(map(_masked, text[:24]))


def _masked(character: str) -> str:
    kind = unicodedata.category(character)
    if kind.startswith("N"):
        return "9"
    if not kind.startswith("L"):
        return character
    return "字" if "CJK" in unicodedata.name(character, "") else "A"


def examples(texts: Sequence[str], count: int = 3) -> tuple[str, ...]:
    """Codes that many rows share, as they are; else the commonest shapes."""
    codes = profile(texts).codes
    if codes:
        return codes[:count]
    return tuple(text for text, _ in Counter(shape(t) for t in texts if t).most_common(count))


def percentile(values: Sequence[Decimal], share: int) -> Decimal:
    """Value below which ``share`` percent lie."""
    return quantiles(values, n=100, method="inclusive")[share - 1]
