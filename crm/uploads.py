"""Checking what people upload: type by content, limits before decoding, photos rebuilt without their location.

Nothing is believed that the browser says: neither the name nor the type. Photos are decoded and written anew, so that
nothing that was hidden in them is kept; other files are refused when they carry programs.
"""

import io
import re
import struct
import unicodedata
import warnings
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

import puremagic
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps, UnidentifiedImageError

from crm.archives import MEGABYTE, RefusedArchive, inspect_archive, password_protected

MAX_BYTES: Final = 20 * MEGABYTE
MAX_PIXELS: Final = 50_000_000
MAX_DECODED: Final = 120_000_000  # bytes a picture may need while it is decoded
_HELD_BYTES: Final = {"JPEG": 0, "PNG": 4, "GIF": 4, "WEBP": 10}  # bytes a pixel of the full picture, as measured
MAX_EDGE: Final = 3200  # a kept picture is scaled down to this many pixels on its longer side
MAX_NAME: Final = 150
_HEAD: Final = 4096


# Pillow only warns up to twice its own limit, which lies above ours.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class UploadKind(StrEnum):
    """What a file is to the reader."""

    IMAGE = "image"
    PDF = "pdf"
    WORD = "word"
    SHEET = "sheet"
    SLIDES = "slides"
    TEXT = "text"
    AUDIO = "audio"


EVERYTHING: Final = frozenset(UploadKind)
LABELS: Final = {
    UploadKind.IMAGE: gettext_lazy("photo (JPEG, PNG, WebP, GIF)"),
    UploadKind.PDF: gettext_lazy("PDF"),
    UploadKind.WORD: gettext_lazy("Word (.docx)"),
    UploadKind.SHEET: gettext_lazy("Excel (.xlsx)"),
    UploadKind.SLIDES: gettext_lazy("PowerPoint (.pptx)"),
    UploadKind.TEXT: gettext_lazy("text (.txt, .csv)"),
    UploadKind.AUDIO: gettext_lazy("sound recording"),
}


class RefusedUpload(Exception):
    """A file that is not kept; `code` is for tests and logs, the sentence says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


@dataclass(frozen=True, slots=True)
class Upload:
    """A checked file: what it is, a safe name with the ending of its content, and the bytes to keep."""

    kind: UploadKind
    name: str
    content_type: str
    data: bytes
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class _Type:
    kind: UploadKind
    endings: tuple[str, ...]  # the first is given to files whose own ending is another
    content_type: str


_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_JPEG: Final = _Type(UploadKind.IMAGE, (".jpg", ".jpeg"), "image/jpeg")
_PNG: Final = _Type(UploadKind.IMAGE, (".png",), "image/png")
_PDF: Final = _Type(UploadKind.PDF, (".pdf",), "application/pdf")
_TEXT: Final = _Type(UploadKind.TEXT, (".txt", ".csv", ".md", ".log"), "text/plain")
_PACKED: Final = {
    "docx": _Type(UploadKind.WORD, (".docx",), _OFFICE + "wordprocessingml.document"),
    "xlsx": _Type(UploadKind.SHEET, (".xlsx",), _OFFICE + "spreadsheetml.sheet"),
    "pptx": _Type(UploadKind.SLIDES, (".pptx",), _OFFICE + "presentationml.presentation"),
}
_SOUNDS: Final = {
    ".m4a": _Type(UploadKind.AUDIO, (".m4a", ".mp4"), "audio/mp4"),
    ".mp4": _Type(UploadKind.AUDIO, (".m4a", ".mp4"), "audio/mp4"),
    ".webm": _Type(UploadKind.AUDIO, (".webm", ".weba"), "audio/webm"),
    ".ogg": _Type(UploadKind.AUDIO, (".ogg", ".oga", ".opus"), "audio/ogg"),
    ".mp3": _Type(UploadKind.AUDIO, (".mp3",), "audio/mpeg"),
    ".wav": _Type(UploadKind.AUDIO, (".wav",), "audio/wav"),
}
_PICTURES: Final = {".jpg", ".jpeg", ".jfif", ".png", ".apng", ".webp", ".gif"}
_PHONE_PICTURES: Final = {".heic", ".heif", ".avif"}
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP: Final = re.compile(
    rb"<(?:!doctype|\?xml|\?php|html|head|body|script|svg|iframe|img|object|embed|meta|style|link|x:)", re.IGNORECASE
)
_ACTIVE_PDF: Final = frozenset({b"/javascript", b"/js", b"/launch", b"/richmedia", b"/xfa"})
_PDF_STREAM: Final = re.compile(rb"(/ObjStm\b[^>]{0,400}>>\s*)?stream\r?\n(.*?)endstream", re.DOTALL)
_PDF_NAME: Final = re.compile(rb"/[A-Za-z#][A-Za-z0-9#]{1,60}")
_DECODER_ERRORS: Final = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, AttributeError,
    ArithmeticError, zlib.error, struct.error,
)  # fmt: skip
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)


def inspect_upload(data: bytes, filename: str, *, allowed: Collection[UploadKind] = EVERYTHING) -> Upload:
    """Return the checked file; raises RefusedUpload with a sentence that says what to do.

    A photo comes back rebuilt: upright, at most 3,200 pixels long, without EXIF, GPS or anything hidden in it. A script
    inside the compressed body of a PDF is looked for in its object streams, not in attachments of attachments; files
    are therefore handed out as downloads only.
    """
    if not data:
        raise RefusedUpload("empty", _("The file is empty. Choose it again, or check that it was saved."))
    if len(data) > MAX_BYTES:
        raise RefusedUpload("too-large", _("The file is larger than 20 MB. Make it smaller or upload it in parts."))
    found = _type_of(data)
    if found.kind not in allowed:
        raise _not_allowed(allowed)
    if found.kind is UploadKind.PDF:
        _check_pdf(data)
    if found.kind is not UploadKind.IMAGE:
        return Upload(found.kind, _named(filename, found), found.content_type, data)
    found, picture, size = _rebuilt(data)
    return Upload(found.kind, _named(filename, found), found.content_type, picture, *size)


def clean_name(filename: str) -> str:
    """Return the last part of a file name without anything that misleads: at most 150 characters, never empty.

    Path parts, control characters, marks that turn the writing direction, and the signs a file system refuses go.
    """
    last = unicodedata.normalize("NFC", filename.encode("utf-8", "replace").decode()).replace("\\", "/").split("/")[-1]
    kept = "".join(" " if each.isspace() else each for each in last if each.isprintable() or each.isspace())
    name = re.sub(r'[<>:"|?*\ufffd]', "_", kept).strip(" .")
    if _RESERVED.match(name):
        name = f"_{name}"
    path = PurePosixPath(name)
    if len(name) > MAX_NAME:
        name = path.stem[: MAX_NAME - len(path.suffix[:10])] + path.suffix[:10]
    return name or "file"


def _named(filename: str, found: _Type) -> str:
    name = clean_name(filename)
    suffix = PurePosixPath(name).suffix
    if suffix.lower() in found.endings:
        return name
    stem = name[: -len(suffix)] if suffix else name
    for ending in found.endings:
        if stem.lower().endswith(ending) and len(stem) > len(ending):
            return stem
    return f"{stem[: MAX_NAME - len(found.endings[0])]}{found.endings[0]}"


def _type_of(data: bytes) -> _Type:
    """Return what the bytes are; raises RefusedUpload."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _packed(data)
    if data.startswith(b"%PDF-"):
        return _PDF
    if data.startswith(_OLE):
        raise _old_office(data)
    endings = _endings(data)
    if endings & _PICTURES:
        return _JPEG
    for ending, sound in _SOUNDS.items():
        if ending in endings and not endings & _PHONE_PICTURES:
            return sound
    return _plain_text(data, endings)


def _endings(data: bytes) -> set[str]:
    try:
        return {match.extension for match in puremagic.magic_string(data[:_HEAD]) if match.confidence > 0.25}
    except puremagic.PureError:
        return set()


def _packed(data: bytes) -> _Type:
    try:
        return _PACKED[inspect_archive(data)]
    except RefusedArchive as refusal:
        raise RefusedUpload(refusal.code, refusal.sentence) from refusal


def _old_office(data: bytes) -> RefusedUpload:
    if "EncryptedPackage".encode("utf-16-le") in data:
        refusal = password_protected()
        return RefusedUpload(refusal.code, refusal.sentence)
    return RefusedUpload(
        "old-office", _("The file is in an old Office format. Save it as .docx, .xlsx, .pptx or PDF and upload that.")
    )


def _plain_text(data: bytes, endings: set[str]) -> _Type:
    if endings & _PHONE_PICTURES:
        raise RefusedUpload(
            "heic", _("This photo format is not read here. Set the camera to “Most Compatible” or save it as JPEG.")
        )
    if _MARKUP.search(data[:_HEAD].replace(b"\0", b"")):
        raise RefusedUpload(
            "markup", _("Web pages and SVG drawings are not accepted. Upload the file as PDF, PNG or plain text.")
        )
    if not _is_text(data):
        raise RefusedUpload("unknown", _not_allowed(EVERYTHING).sentence)
    return _TEXT


def _is_text(data: bytes) -> bool:
    """Return whether the bytes are writing: no control characters, and one of the encodings of our languages."""
    codec = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
    for encoding in (codec,) if codec else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", text)
    return False


def _not_allowed(allowed: Collection[UploadKind]) -> RefusedUpload:
    labels = [str(LABELS[kind]) for kind in UploadKind if kind in allowed]
    sentence = _("This kind of file is not accepted here. Upload one of these: %(kinds)s.")
    return RefusedUpload("not-allowed", sentence % {"kinds": _(", ").join(labels)})


def _check_pdf(data: bytes) -> None:
    """Refuse a PDF that runs something when it is opened. Names may be spelt with #xx, so they are read first."""
    outside = _PDF_STREAM.sub(b" ", data)
    packed = (_unpacked(match[2]) for match in _PDF_STREAM.finditer(data) if match[1])
    for part in (outside, *packed):
        names = {_spelt(name).lower() for name in _PDF_NAME.findall(part)}
        if names & _ACTIVE_PDF:
            raise RefusedUpload("pdf-script", _("The PDF runs scripts. Print it into a new PDF and upload that."))


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream, MEGABYTE)
    except zlib.error:
        return b""


def _spelt(name: bytes) -> bytes:
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), name)


def _rebuilt(data: bytes) -> tuple[_Type, bytes, tuple[int, int]]:
    """Return a photo decoded and written anew, and its size in pixels; of a moving picture the first frame."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP", "GIF")) as source:
            _check_pixels(source)
            lossless = source.format in ("PNG", "GIF")
            scale = min(1, MAX_EDGE / max(source.size))
            source.draft("RGB", (int(source.width * scale), int(source.height * scale)))
            source.thumbnail((MAX_EDGE, MAX_EDGE), reducing_gap=None)  # a gap would undo the draft
            bare = _upright(source)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except _DECODER_ERRORS as error:
        raise RefusedUpload(
            "picture", _("The picture cannot be read. Open it, save it again as JPEG or PNG and upload that.")
        ) from error
    lossless = lossless or bare.mode == "RGBA"
    bare.info.clear()  # colour profile, comments, XMP: the encoders would write them again
    written = io.BytesIO()
    if lossless:
        bare.save(written, "PNG", compress_level=4)
    else:
        bare.save(written, "JPEG", quality=85, optimize=False, progressive=False)
    return _PNG if lossless else _JPEG, written.getvalue(), bare.size


def _upright(source: Image.Image) -> Image.Image:
    """Return the picture turned as the camera held it, in the two modes that are kept."""
    ImageOps.exif_transpose(source, in_place=True)
    mode = "RGBA" if source.has_transparency_data else "RGB"
    return source if source.mode == mode else source.convert(mode)


def _check_pixels(source: Image.Image) -> None:
    """Refuse by the announced size. A plain JPEG is scaled while it is decoded, the others are held whole first."""
    pixels = source.width * source.height
    held = _HELD_BYTES.get(source.format or "", 10)
    if source.format == "JPEG" and source.info.get("progressive"):
        held = 6
    elif source.has_transparency_data:
        held = 10
    if pixels > MAX_PIXELS or pixels * held > MAX_DECODED:
        raise _too_many_pixels()


def _too_many_pixels() -> RefusedUpload:
    return RefusedUpload("pixels", _("The picture has too many pixels. Make it smaller and upload it again."))
