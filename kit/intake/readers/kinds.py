"""What a file is, and the encoding of its text, by its bytes: its name, and what it says of itself, may be wrong."""

import codecs
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msoffcrypto
import olefile

from kit.errors import EmptyFile, KitError, MissingFile, UnreadableFile
from kit.intake.readers.archive import DAMAGED, counts_from_1904
from kit.messages import message

Password = Callable[[Path], str | None]

_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
_NOT_TABLES = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7-Zip",
    b"\x1f\x8b": "gzip",
    b"MIME-Version:": "MHTML",
}
_MARKUP = re.compile(r"\s*<(!doctype\s+html|html|head|meta|body|table|style|div|\?xml|!--)", re.IGNORECASE)
_XML_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_ROW_OR_END = re.compile(r"<(?:\w+:)?(?:tr|row)\b|</(?:\w+:)?(?:table|tbody)\s*>", re.IGNORECASE)
_JSON = re.compile(r"\s*(\[\s*)?\{\s*\"")
_RATIO, _LARGE, _LARGEST = 150, 100 << 20, 4 << 30  # unpacked to packed, from so many bytes on, and in any case

_FFFD = "\N{REPLACEMENT CHARACTER}"
_COMMON = re.compile("[\t\r\n -~、-〿一-鿿＀-￮]")  # of UTF-16, where most is Chinese


class LockedFile(KitError):
    """A workbook is encrypted and no password, or a wrong one, was given (path, reason)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is.

    ``form`` is that of a `Grid`; ``content`` the decrypted bytes of an encrypted workbook, which stay in memory;
    ``size`` its bytes once unpacked; ``encoding`` that of text, ``xml`` for an XML spreadsheet.
    """

    form: str
    size: int = 0
    content: bytes | None = None
    date1904: bool = False
    encoding: str | None = None


def unreadable(path: Path, why: str, /, **facts: Any) -> UnreadableFile:
    """Return an error that says why a file cannot be read."""
    return UnreadableFile(path=path, reason=message(f"intake.unreadable.{why}", **facts))


def kind(path: Path, password: Password | None = None) -> Kind:
    """What a file is, after the checks that cost little.

    Raises
    ------
    MissingFile, EmptyFile, UnreadableFile, LockedFile
        If it is not there, empty, no table at all, far larger than it looks, or locked.
    """
    if path.is_dir():
        raise unreadable(path, "folder")
    if not path.is_file():
        raise MissingFile(path=path, need="intake")
    if path.suffix.lower() == ".sql":
        return Kind("database")
    with path.open("rb") as file:
        start = file.read(1 << 20)
    if not start.strip():
        raise EmptyFile(path=path)
    if start.startswith(_PARQUET):
        return Kind("parquet")
    if start.startswith(_ZIP):
        return _zip(path)
    if start.startswith(_OLE):
        return _compound(path, password)
    for mark, name in _NOT_TABLES.items():
        if start.startswith(mark):
            raise unreadable(path, "foreign", name=name)
    return _text(path, start)


def _text(path: Path, start: bytes) -> Kind:
    size, coding = path.stat().st_size, _encoding(path)
    text = codecs.getincrementaldecoder(coding)("ignore").decode(start)
    if _JSON.match(text):
        raise unreadable(path, "foreign", name="JSON")
    if not _MARKUP.match(text) or (
        "<?xml" in text[:100] and not re.search(r"(?i)<(html|table|workbook)|spreadsheet", text)
    ):
        return Kind("delimited", size, encoding=coding)
    with path.open("rb") as file:
        file.seek(max(0, size - (1 << 16) & ~1))
        last = _ROW_OR_END.findall(file.read().decode(coding, "ignore"))[-1:]
    if last and not last[0].startswith("</"):
        raise unreadable(path, "cut")
    if _XML_SPREADSHEET in text:
        return Kind("html", size, encoding="xml")
    return Kind("html", size, encoding=_stated(text) if coding == "gb18030" else coding)


def _encoding(path: Path) -> str:
    """Encoding of a text file: UTF-16 by its mark or its zeros, UTF-8 if its bytes agree, else GB18030.

    A character cut in half, as fixed-length fields leave it, does not decide: of UTF-8 and GB18030 the one in which
    fewer bytes of the first text that is not ASCII make no sense.
    """
    with path.open("rb") as file:
        start = file.read(4096)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        for coding, odd in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
            if len(start) > 8 and odd.count(0) > 0.3 * len(odd) and not start.count(0) > 0.6 * len(start):
                return coding
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        block = b""
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            wrong = {coding: block.decode(coding, "replace").count(_FFFD) for coding in ("utf-8", "gb18030")}
            narrow = "utf-8-sig" if wrong["utf-8"] < wrong["gb18030"] else "gb18030"
            return _wide(start) or narrow
    return "utf-8-sig"


def _wide(start: bytes) -> str:
    """UTF-16 without a mark in which few characters are Latin: they have zeros on one side, and all are common ones."""
    for coding, odd, even in (("utf-16-le", start[1::2], start[::2]), ("utf-16-be", start[::2], start[1::2])):
        if 0 in odd and 0 not in even:
            text = codecs.getincrementaldecoder(coding)("replace").decode(start)
            if len(_COMMON.findall(text)) > 0.95 * len(text):
                return coding
    return ""


def _stated(text: str) -> str:
    """Encoding of a page that is no Unicode: the one that it names, if it is of another language; else GB18030."""
    found = re.search(r"charset\s*=\s*[\"']?([\w-]+)", text)
    name = found[1].lower() if found else ""
    return name if name in {"big5", "windows-1252", "iso-8859-1", "shift_jis", "euc-kr"} else "gb18030"


def _zip(path: Path, locked: bytes | None = None) -> Kind:
    """A workbook in a zip: xlsx, xlsm, xlsb or ods; refused if it unpacks into more than it can honestly hold."""
    try:
        with zipfile.ZipFile(path if locked is None else io.BytesIO(locked)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names or "ppt/presentation.xml" in names:
                raise unreadable(path, "office")
            if "xl/workbook.xml" not in names and "xl/workbook.bin" not in names and "content.xml" not in names:
                raise unreadable(path, "archive")
            size = sum(part.file_size for part in archive.infolist())
            packed = max(1, sum(part.compress_size for part in archive.infolist()))
            if size > _LARGEST or (size > _LARGE and size > _RATIO * packed):
                raise unreadable(path, "unpacked", packed=f"{packed / 1e6:.1f}", unpacked=f"{size / 1e6:,.0f}")
            return Kind("workbook", size, locked, counts_from_1904(archive, names))
    except DAMAGED as error:
        raise unreadable(path, "damaged") from error


def _compound(path: Path, password: Password | None) -> Kind:
    """A compound file: a workbook of old Excel, or an encrypted new one."""
    try:
        with olefile.OleFileIO(str(path)) as ole:
            streams = {name[-1] for name in ole.listdir()}
        if "EncryptedPackage" in streams:
            return _zip(path, _decrypted(path, password))
        if not streams & {"Workbook", "Book"}:
            raise unreadable(path, "compound")  # noqa: TRY301
        with path.open("rb") as file:
            locked = "Workbook" in streams and msoffcrypto.OfficeFile(file).is_encrypted()
        content = _decrypted(path, password) if locked else None
        date1904 = _date1904_of_compound(str(path) if content is None else io.BytesIO(content))
        return Kind("workbook", path.stat().st_size, content, date1904)
    except KitError:
        raise
    except Exception as error:
        raise unreadable(path, "damaged") from error


def _date1904_of_compound(source: Any) -> bool:
    """Flag of the DATEMODE record (0x22) in the globals of a BIFF workbook."""
    with olefile.OleFileIO(source) as ole:
        stream = ole.openstream("Workbook" if ole.exists("Workbook") else "Book").read(1 << 20)
    at = 0
    while at + 4 <= len(stream):
        record, size = int.from_bytes(stream[at : at + 2], "little"), int.from_bytes(stream[at + 2 : at + 4], "little")
        if record == 0x22:
            return bool(stream[at + 4 : at + 6] == b"\x01\x00")
        if record == 0x0A:  # end of the globals
            break
        at += 4 + size
    return False


def _decrypted(path: Path, password: Password | None) -> bytes:
    """Content of an encrypted workbook, in memory only."""
    given = password(path) if password else None
    if not given:
        raise LockedFile(path=path, reason=message("intake.password.none"))
    opened = io.BytesIO()
    with path.open("rb") as file:
        try:
            office = msoffcrypto.OfficeFile(file)
            office.load_key(password=given)
            office.decrypt(opened)
        except Exception as error:
            raise LockedFile(path=path, reason=message("intake.password.wrong")) from error
    return opened.getvalue()


def opens(path: Path, password: str) -> bool:
    """Whether a password is that of an encrypted workbook of today's Excel."""
    try:
        with path.open("rb") as file:
            msoffcrypto.OfficeFile(file).load_key(password=password, verify_password=True)
    except Exception:  # noqa: BLE001 - whatever is wrong with the file, another will say
        return False
    return True
