"""What a chapter notebook works with: the branch's customers, and ways to say, tabulate and chart a result.

A cell is a line or two: compute with `kit.analysis`, then ``say``, ``table`` or ``chart`` it. A result that the data
cannot give is announced once, with the columns that would unlock it, and skipped after that.
"""

from kit.chapter.opening import open_chapter
from kit.chapter.showing import Chapter
from kit.facts import EVERY_BRANCH

__all__ = ["EVERY_BRANCH", "Chapter", "open_chapter"]
