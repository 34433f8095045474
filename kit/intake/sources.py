"""Which files an engagement folder gives, with the mapping of each; opened once, however often they are looked at."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from kit.errors import KitError, MissingFile
from kit.intake.grid import Sheet
from kit.intake.labels import settled, signature
from kit.intake.mapping import Mapping, load_mapping
from kit.intake.opening import Opened, given_password, open_file, sample
from kit.intake.readers import Password
from kit.intake.values import Profile, profile
from kit.messages import message
from kit.schema import ambiguous, normalise, schema

_LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_RETURNED = "returned"  # the folder within extracts/ whose files are read, however they lie in it


class MissingSource(MissingFile):
    """A mapping names a file that is not there (path, file, name, known)."""


class NothingReadable(KitError):
    """No file of a folder can be read (path, listed)."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, with the mapping that says how and the mapping's path; without one, labels decide."""

    path: Path
    mapping: Mapping | None = None
    origin: Path | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A file or a sheet that is not read: the place in it, if it is known, and why, in words."""

    path: Path
    sheet: str
    place: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.path.name}{f' [{self.sheet}]' if self.sheet else ''} {self.place}".strip()
        return self.reason if self.reason.startswith(place) else f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Family:
    """Sheets that are read in one way: the same labels, the same context, the same mapping."""

    key: str
    sheets: tuple[Sheet, ...]
    mapping: Mapping | None = None
    origin: Path | None = None

    @property
    def first(self) -> Sheet:
        """The sheet that stands for all of them."""
        return self.sheets[0]

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """File and sheet of each."""
        return tuple(sheet.names for sheet in self.sheets)


@dataclass(slots=True)
class Files:
    """Files that were opened, and the first rows of their sheets; each is read once."""

    password: Password = given_password
    opened: dict[tuple[Path, Path | None], Opened | KitError] = field(default_factory=dict)
    samples: dict[tuple[Path, str], Sequence[tuple[str, ...]]] = field(default_factory=dict)
    profiles: dict[tuple[Path, str, int], Profile] = field(default_factory=dict)

    def open(self, source: Source) -> Opened | KitError:
        """Sheets of a source and what is left out of it, or why it cannot be read."""
        key = (source.path, source.origin)
        if key not in self.opened:
            try:
                self.opened[key] = open_file(source.path, source.mapping, self.password)
            except KitError as error:
                self.opened[key] = error
        return self.opened[key]

    def rows(self, sheet: Sheet) -> Sequence[tuple[str, ...]]:
        """First data rows of a sheet; none if they cannot be read: staging will say why."""
        key = (sheet.path, sheet.name)
        if key not in self.samples:
            try:
                self.samples[key] = sample(sheet)
            except KitError:
                self.samples[key] = ()
        return self.samples[key]

    def column(self, sheet: Sheet, position: int) -> list[str]:
        """Text of a column in the first data rows."""
        return [row[position] for row in self.rows(sheet) if position < len(row)]

    def profile(self, sheet: Sheet, position: int) -> Profile:
        """Return what the text of a column looks like."""
        key = (sheet.path, sheet.name, position)
        if key not in self.profiles:
            self.profiles[key] = profile(self.column(sheet, position))
        return self.profiles[key]


def find_sources(folder: Path) -> list[Source]:
    """Sources of an engagement folder: what ``mapping/*.yml`` name, then every other file in ``extracts/``.

    What lies in ``extracts/returned/`` is read too, in whatever folders: managers' workbooks come back by branch.

    A file that a mapping names exactly is not taken by another's pattern.

    Raises
    ------
    MissingFile
        If there is nothing to read, or a mapping names a file that is not there.
    """
    extracts = folder / "extracts"
    exact: list[Source] = []
    found: list[Source] = []
    for origin in sorted([*folder.glob("mapping/*.yml"), *folder.glob("mapping/*.yaml")]):
        mapping = load_mapping(origin)
        path = (folder / mapping.file).resolve() if mapping.file else extracts
        path = path if path.is_file() else (extracts / mapping.file).resolve()
        paths = [path] if path.is_file() else _matching(extracts, mapping.file)
        if not paths:
            known = [p.name for p in sorted(extracts.glob("*"))]
            raise MissingSource(path=origin, file=mapping.file, name=Path(mapping.file).name, known=known)
        (exact if path.is_file() else found).extend(Source(each, mapping, origin) for each in paths)
    named = {(s.path, s.mapping.sheet) for s in exact if s.mapping}
    found = [*exact, *(s for s in found if s.mapping and (s.path, s.mapping.sheet) not in named)]
    mapped = {source.path for source in found}
    found += [Source(path) for path in _given(extracts) if path not in mapped and not mapped & set(path.glob("*"))]
    if not found:
        raise MissingFile(path=extracts, need=message("errors.need.extracts"))
    return found


def _given(extracts: Path) -> list[Path]:
    """What lies in the folder, without what machines leave there; a folder in it, which is not read, with its files."""
    back = extracts / _RETURNED
    within = (p for p in back.rglob("*") if p.is_file())
    given = (p for p in (*extracts.glob("*"), *within) if p.name[0] not in ".~" and p.name.lower() not in _LITTER)
    found = [p.resolve() for p in given if p != back]
    return sorted(p for p in found if p.is_file() or any(each.is_file() for each in p.rglob("*")))


def _matching(extracts: Path, pattern: str) -> list[Path]:
    if not pattern or Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        return []
    return sorted(p.resolve() for p in extracts.glob(pattern) if p.is_file())


def families(sources: Sequence[Source], files: Files) -> tuple[list[Family], list[Sheet], list[Refused]]:
    """Sheets by the way they are read; the sheets that a mapping leaves out; and the files that cannot be read."""
    grouped: dict[tuple[object, ...], tuple[Source, list[Sheet]]] = {}
    claims: dict[tuple[Path, str], list[tuple[Source, Sheet]]] = {}
    free: dict[tuple[Path, str], tuple[Sheet, bool]] = {}
    refused: dict[Path, Refused] = {}
    for source in sources:
        found = files.open(source)
        if isinstance(found, KitError):
            refused.setdefault(source.path, Refused(source.path, "", "", str(found)))
            continue
        opened = found.sheets
        by_labels = source.mapping is None or source.mapping.headers is not None
        taken = _taken(source, opened)
        for sheet in opened:
            place = (sheet.path, sheet.name)
            free[place] = (sheet, by_labels and free.get(place, (sheet, True))[1])
            if sheet in taken:
                claims.setdefault(place, []).append((source, sheet))
    for claimed in claims.values():
        for source, sheet in _fitting(claimed):
            grouped.setdefault((source.origin, signature(sheet)), (source, []))[1].append(sheet)
    skipped = []
    for place, (sheet, by_labels) in free.items():
        if by_labels and place not in claims:
            grouped.setdefault((None, signature(sheet), _context(sheet)), (Source(place[0]), []))[1].append(sheet)
        elif place not in claims:
            skipped.append(sheet)
    made = [Family(_key(key), tuple(sheets), s.mapping, s.origin) for key, (s, sheets) in grouped.items()]
    return made, skipped, list(refused.values())


def _taken(source: Source, opened: Sequence[Sheet]) -> list[Sheet]:
    """Sheets of a file that its mapping is about: not one with none of the labels that were confirmed."""
    mapping = source.mapping
    if mapping is None:
        return []
    wanted = mapping.sheet
    found = [s for s in opened if wanted is None or s.name == wanted] or [
        s for s in opened if fnmatchcase(s.name, str(wanted))
    ]
    found = found[:1] if wanted is None else found
    if mapping.headers is None:
        return found
    if not mapping.tables:
        return [s for s in found if signature(s) == tuple(normalise(h)[0] for h in mapping.headers)]
    labels = {normalise(c.column)[0] for cells in mapping.tables.values() for c in cells.values() if c.column}
    return [s for s in found if not labels or labels & set(signature(s))]


def _fitting(claimed: Sequence[tuple[Source, Sheet]]) -> list[tuple[Source, Sheet]]:
    """Of the mappings of a sheet, those that are about its layout.

    Where reviews recorded several layouts of the same files, it is the one with these labels, else the one with most
    of them. Mappings that a person wrote for the same sheet, to feed several tables, all count.
    """
    taken = []
    for source, sheet in claimed:
        assert source.mapping is not None
        same = [
            s.mapping
            for s, _ in claimed
            if s.mapping and (s.mapping.file, s.mapping.sheet) == (source.mapping.file, source.mapping.sheet)
        ]
        alike = {id(m): _alike(m, sheet) for m in same if m.headers is not None}
        best = max(alike.values(), default=0.0)
        if source.mapping.headers is None:
            keep = best < 1
        else:
            keep = id(source.mapping) == next(key for key, value in alike.items() if value == best)
        taken += [(source, sheet)] if keep else []
    return taken


def _alike(mapping: Mapping, sheet: Sheet) -> float:
    """Share of labels that a recorded layout and a sheet have in common; 1 if they are the same, in this order."""
    before, now = tuple(normalise(h)[0] for h in mapping.headers or ()), signature(sheet)
    return 1.0 if before == now else 0.99 * len(set(before) & set(now)) / max(len(set(before) | set(now)), 1)


def _context(sheet: Sheet) -> tuple[str, ...]:
    """What the ambiguous labels of a sheet are settled to: it may differ where the labels do not."""
    found = []
    for table in schema():
        asked = ambiguous(table)
        for position, header in enumerate(sheet.headers):
            meanings = asked.get(normalise(header)[0].rpartition("/")[2])
            meaning = settled(sheet, position, meanings) if meanings else None
            found += [f"{table}:{position}:{meaning.id}"] if meaning else []
    return tuple(found)


def _key(parts: tuple[object, ...]) -> str:
    origin, *rest = parts
    identity = repr([origin.name if isinstance(origin, Path) else "", *rest])
    return hashlib.sha256(identity.encode()).hexdigest()[:12]
