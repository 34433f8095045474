"""How a layout differs from the one that was confirmed: labels added, gone, renamed, moved."""

from collections.abc import Sequence
from dataclasses import dataclass

from kit.intake.propose import likeness
from kit.messages import listed, message
from kit.schema import normalise

_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Changes:
    """Differences of a layout; ``renamed`` holds pairs of an old and a new label that may be the same column."""

    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    moved: tuple[str, ...] = ()
    header_row: tuple[int, int] | None = None

    def __bool__(self) -> bool:
        return bool(self.added or self.gone or self.renamed or self.moved or self.header_row)

    def lines(self) -> list[str]:
        """Return the differences in words."""
        pairs = tuple(f"{old} → {new}" for old, new in self.renamed)
        named = {"added": self.added, "gone": self.gone, "renamed": pairs, "moved": self.moved}
        found = [message(f"intake.changed.{how}", names=listed(names, 20)) for how, names in named.items() if names]
        if self.header_row:
            before, now = self.header_row
            found.append(message("intake.changed.header_row", before=before, now=now))
        return found


def changes(before: Sequence[str], now: Sequence[str], rows: tuple[int | None, int] | None = None) -> Changes:
    """Compare the labels of a confirmed layout with those of a delivery; ``rows`` are the rows of both headers."""
    old, new = [normalise(h)[0] for h in before], [normalise(h)[0] for h in now]
    gone = [i for i, key in enumerate(old) if key not in new]
    added = [i for i, key in enumerate(new) if key not in old]
    renamed = []
    for i in list(gone):
        ranked = sorted(added, key=lambda j: (-(likeness(old[i], new[j]) + 0.2 * (i == j)), j))
        if ranked and (likeness(old[i], new[ranked[0]]) >= _ALIKE or (i == ranked[0] and len(old) == len(new))):
            renamed.append((before[i], now[ranked[0]]))
            gone.remove(i)
            added.remove(ranked[0])
    swapped = {b for b, _ in renamed}
    order = [key for key in old if key in new], [key for key in new if key in old]
    moved = [h for h, key in zip(before, old, strict=True) if h not in swapped and key in new and _moved(key, *order)]
    row = (rows[0], rows[1]) if rows and rows[0] and rows[0] != rows[1] else None
    # A hint in brackets is part of the label: (万元) that became (元) is a change, though the column is the same.
    hints = [(b, n) for b, key in zip(before, old, strict=True) for n, k in zip(now, new, strict=True)
             if key == k and normalise(b)[1] != normalise(n)[1]]  # fmt: skip
    return Changes(
        tuple(now[i] for i in added), tuple(before[i] for i in gone), (*renamed, *hints), tuple(moved), row,
    )  # fmt: skip


def _moved(key: str, old: list[str], new: list[str]) -> bool:
    """Whether a label has another one before it than it had, among those that are in both."""
    at, now = old.index(key), new.index(key)
    return (old[at - 1] if at else "") != (new[now - 1] if now else "")
