"""Why a row or a cell did not enter the book, and what else a person should know."""

from dataclasses import dataclass

from kit.messages import listed, message


def reason(code: str, detail: str = "", *, in_language: str | None = None) -> str:
    """Sentence of a quarantine reason, in the reader's language unless another is asked for."""
    return message(f"intake.reason.{code}", in_language=in_language, detail=detail)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that intake decided and a person may want to decide otherwise."""

    kind: str
    file: str
    sheet: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return self.sentence(self.file)

    def sentence(self, file: str = "") -> str:
        """Sentence of the notice; without the file where another sentence names it."""
        place = f"{file} [{self.sheet}]".strip() if self.sheet else file
        names = listed(self.names, len(self.names))
        return message(f"intake.notice.{self.kind}", place=place, names=names).lstrip("：: ")
