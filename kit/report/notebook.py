"""Executed notebooks as one document: ours hold its blocks, of any other what it shows is read into blocks."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from nbconvert.filters import strip_ansi

from kit.document import blocks as doc
from kit.document.carry import MIME, from_json
from kit.report.foreign import IMAGE_TYPES, picture, read_html, read_markdown
from kit.resources import read_yaml, templates

_UNSHOWN = {"lab", "parameters", "injected-parameters"}
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Document:
    """Blocks with what a cover or masthead says of them; empty where a notebook does not say it.

    Attributes
    ----------
    facts
        The notebook's ``branch_kit`` metadata: bank, branch_name, as_of, prepared, footer, kit_version, and the
        relative addresses ``index`` and ``pdf``.
    """

    title: str
    language: str
    blocks: tuple[doc.Block, ...]
    facts: Mapping[str, str]


@cache
def labels(language: str) -> dict[str, Any]:
    """Words that a page needs besides its blocks, in English if asked for, else in Chinese."""
    found: dict[str, dict[str, Any]] = read_yaml(templates() / "report" / "labels.yml")
    return found["en" if language.lower().startswith("en") else "zh"]


def report_of(chapters: Iterable[Any], facts: Mapping[str, object]) -> Document:
    """The executed chapters of a branch in order, without the cells for the analyst alone (``lab``, parameters)."""
    cells = (cell for nb in chapters for cell in nb.cells if not _UNSHOWN & set(cell.metadata.get("tags", [])))
    return _document(cells, facts, code="")


def document_of(nb: Any, *, name: str = "", code: bool = True) -> Document:
    """What a notebook shows.

    Parameters
    ----------
    nb : nbformat.NotebookNode
        Executed, left as it is. Where its metadata have ``branch_kit``, neither code nor stderr is shown.
    name
        Title of last resort, such as the file's name.
    code
        Whether another notebook's code and stderr are shown.
    """
    facts = dict(nb.metadata.get("branch_kit") or {})
    source = "".join(cell.source for cell in nb.cells)
    spoken = "zh" if len(_HAN.findall(source)) > len(source) / 20 else "en"
    language = str(nb.metadata.get("language_info", {}).get("name", "python"))
    facts = {"language": spoken, "title": nb.metadata.get("title")} | {k: v for k, v in facts.items() if v}
    return _document(nb.cells, facts, name, code=language if code and "branch_kit" not in nb.metadata else "")


def _document(cells: Iterable[Any], facts: Mapping[str, object], name: str = "", *, code: str) -> Document:
    said = {key: str(value) for key, value in facts.items() if value not in (None, "")}
    words = labels(said["language"])
    blocks = _outlined(block for cell in cells for block in _Reader(words, code).cell(cell))
    chapters = (doc.plain(block.text) for block in blocks if isinstance(block, doc.Heading) and block.chapter)
    title = next(filter(_seen, (said.get("title", ""), *chapters, name, words["report"])))
    return Document(title, words["language"], blocks, said)


def _seen(text: str) -> bool:
    """Whether anything of a text is visible: more than blanks, control characters and marks without a letter."""
    return any(unicodedata.category(char) not in {"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"} for char in text)


def _outlined(blocks: Iterable[doc.Block]) -> tuple[doc.Block, ...]:
    """Leave no gap between heading levels and no heading empty, as PDF/UA asks."""
    above: list[int] = []
    outlined: list[doc.Block] = []
    for block in blocks:
        if not isinstance(block, doc.Heading):
            outlined.append(block)
        elif _seen(doc.plain(block.text)):
            above = [outer for outer in above if outer < block.level] + [block.level]
            outlined.append(replace(block, level=len(above)))
    return tuple(outlined)


class _Reader:
    """Reads the cells of a notebook; their source and stderr too where ``code`` is the language of the source."""

    def __init__(self, words: Mapping[str, Any], code: str) -> None:
        self.words, self.code = words, code

    def cell(self, cell: Any) -> Iterator[doc.Block]:
        if cell.cell_type == "markdown":
            yield from read_markdown(cell.source, cell.get("attachments"))
        elif cell.cell_type == "raw" and not cell.metadata.get("raw_mimetype"):
            yield doc.Code(cell.source)
        elif cell.cell_type == "code":
            if self.code and cell.source.strip():
                yield doc.Code(cell.source, self.code)
            for output in cell.outputs:
                yield from self._output(output)

    def _output(self, output: Any) -> tuple[doc.Block, ...]:
        if output.output_type == "stream":  # warnings of libraries quote data and are no part of a report
            hidden = not self.code and output.name == "stderr"
            return () if hidden or not output.text.strip() else (doc.Code(strip_ansi(output.text)),)
        if output.output_type == "error":
            return (doc.Code(strip_ansi(f"{output.ename}: {output.evalue}")[:500]),)
        return self._shown(output.data, output.metadata) if output.data else ()

    def _shown(self, data: Mapping[str, Any], meta: Mapping[str, Any]) -> tuple[doc.Block, ...]:
        if MIME in data:
            return from_json(data[MIME])
        image = next((mime for mime in IMAGE_TYPES if mime in data), None)
        if image:
            own = meta.get(image)
            alternative = (own if isinstance(own, dict) else meta).get("alt")
            found = picture(data[image], image, str(alternative or ""))
            return (doc.Figure(found) if found else self._note(self.words["unreadable"]),)
        blocks = read_markdown(data["text/markdown"]) if "text/markdown" in data else ()
        blocks = blocks or read_html(data.get("text/html", ""))
        text = data.get("text/plain") or data.get("text/latex")
        if not blocks and text:
            return (doc.Code(strip_ansi(text)),)
        return blocks or (self._note(f"{self.words['unknown']} ({', '.join(sorted(data))})"),)

    @staticmethod
    def _note(text: str) -> doc.Paragraph:
        return doc.Paragraph((text,), small=True)
