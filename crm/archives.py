"""Judging a zip-based office file by its directory, before anything is unpacked or parsed.

A workbook of 2.7 MB can unpack to 321 MB and keep a process busy for half a minute; its directory says so at once.
"""

import io
import lzma
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

MEGABYTE: Final = 1024 * 1024
_MACRO_PARTS: Final = re.compile(r"vbaproject|vbadata|/activex/|/macrosheets/|/dialogsheets/", re.IGNORECASE)
_MAIN_PARTS: Final = {"xl/workbook.xml": "xlsx", "word/document.xml": "docx", "ppt/presentation.xml": "pptx"}
_ARCHIVE_ERRORS: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, NotImplementedError, EOFError, ValueError, OSError,
    RuntimeError, LookupError, OverflowError,
)  # fmt: skip
_SYMLINK: Final = 0o120000
_ENCRYPTED: Final = 0x1
_LOCAL_HEADER: Final = 30
_HEAD: Final = 4096


class RefusedArchive(Exception):
    """A zip file that is not opened; `code` is for tests and logs, the sentence says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How large an office file may become: entries, bytes unpacked, bytes of one part, unpacked per packed byte."""

    entries: int = 2000
    unpacked: int = 200 * MEGABYTE
    strings: int = 80 * MEGABYTE
    ratio: int = 200
    ratio_from: int = 10 * MEGABYTE


def inspect_archive(data: bytes, limits: ArchiveLimits | None = None) -> str:
    """Return "xlsx", "docx" or "pptx" for a harmless office file; raises RefusedArchive for everything else.

    Refuses bombs (by the directory's sizes, which Python's zipfile then enforces), overlapping and repeated entries,
    links, passwords, macros, and parts that declare a document type, the door to entity tricks.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_sizes(entries, limits or ArchiveLimits())
            _check_layout(entries, archive.start_dir)
            kind = _kind(entries)
            _check_macros(archive, entries)
            _check_parts(archive, entries)
    except _ARCHIVE_ERRORS as error:
        raise corrupt() from error
    return kind


def corrupt() -> RefusedArchive:
    """Return the refusal of a file that cannot be opened."""
    return RefusedArchive(
        "corrupt", _("The file is damaged. Open it in its own program, save it again and upload that.")
    )


def _check_sizes(entries: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    strings = max((e.file_size for e in entries if e.filename.lower().endswith("sharedstrings.xml")), default=0)
    swells = unpacked > limits.ratio_from and unpacked / packed > limits.ratio
    if len(entries) > limits.entries or unpacked > limits.unpacked or strings > limits.strings or swells:
        raise RefusedArchive(
            "bomb",
            _("The file is much larger inside than it looks. Keep only the sheet you need and save it as CSV."),
        )


def _check_layout(entries: list[zipfile.ZipInfo], directory_at: int) -> None:
    """Refuse entries that share bytes, repeat a name, are links or need a password."""
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise password_protected()
    names = {entry.filename for entry in entries}
    linked = any((entry.external_attr >> 16) & 0o170000 == _SYMLINK for entry in entries)
    if linked or len(names) != len(entries):
        raise corrupt()
    in_order = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [e.header_offset + _LOCAL_HEADER + len(e.orig_filename) + e.compress_size for e in in_order]
    starts = [entry.header_offset for entry in in_order[1:]] + [directory_at]
    if any(end > start for end, start in zip(ends, starts, strict=True)):
        raise corrupt()


def password_protected() -> RefusedArchive:
    """Return the refusal of a file that needs a password."""
    return RefusedArchive("password", _("The file has a password. Save it without one and upload that."))


def macros() -> RefusedArchive:
    """Return the refusal of a file that carries programs."""
    return RefusedArchive(
        "macros", _("The file contains macros. Save it as .xlsx, .docx or .pptx without macros, or as CSV.")
    )


def _kind(entries: list[zipfile.ZipInfo]) -> str:
    names = {entry.filename for entry in entries}
    for part, kind in _MAIN_PARTS.items():
        if part in names:
            return kind
    raise RefusedArchive("archive", _("A packed file is not accepted. Upload the documents one by one."))


def _check_macros(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    if any(_MACRO_PARTS.search("/" + entry.filename) for entry in entries):
        raise macros()
    listed = next((entry for entry in entries if entry.filename == "[Content_Types].xml"), None)
    if listed and b"macroenabled" in archive.read(listed)[:MEGABYTE].lower():
        raise macros()


def _check_parts(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse a part that begins with a document type declaration; the parser would refuse it too, later."""
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            with archive.open(entry) as part:
                head = part.read(_HEAD).replace(b"\0", b"").lower()
            if b"<!doctype" in head or b"<!entity" in head:
                raise RefusedArchive(
                    "entities", _("The file holds instructions that are not accepted. Save it again as .xlsx or CSV.")
                )
