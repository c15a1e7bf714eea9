"""Checking uploads: what is kept, in which form, and what is refused with which advice."""

import io
import zipfile
import zlib
from contextlib import suppress
from functools import cache

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from crm.uploads import EVERYTHING, MAX_BYTES, RefusedUpload, UploadKind, clean_name, inspect_upload

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GPS, ORIENTATION, DESCRIPTION = 0x8825, 0x0112, 0x010E


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def picture(kind="JPEG", size=(40, 20), mode="RGB", **saved):
    written = io.BytesIO()
    Image.new(mode, size, (0, 128, 128, 90)[: len(mode)]).save(written, kind, **saved)
    return written.getvalue()


def packed(**parts):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), text)
    return written.getvalue()


def png_header(width, height):
    body = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\0\0\0"
    chunk = b"\0\0\0\x0d" + body + zlib.crc32(body).to_bytes(4)
    data = b"IDAT" + zlib.compress(b"\0" * 1000)
    idat = (len(data) - 4).to_bytes(4) + data + zlib.crc32(data).to_bytes(4)
    return b"\x89PNG\r\n\x1a\n" + chunk + idat + b"\0\0\0\0IEND\xaeB`\x82"


def pdf(inner=b""):
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog " + inner + b" >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def pdf_with_packed_script():
    stream = zlib.compress(b"<< /S /JavaScript /JS (app.alert(1)) >>")
    return pdf() + b"2 0 obj << /Type /ObjStm /N 1 /Filter /FlateDecode >>\nstream\n" + stream + b"\nendstream\nendobj"


@cache
def workbook():
    written = io.BytesIO()
    openpyxl.Workbook().save(written)
    return written.getvalue()


def refusal(data, name="photo.jpg", **options):
    with pytest.raises(RefusedUpload) as caught:
        inspect_upload(data, name, **options)
    assert caught.value.sentence == str(caught.value)
    assert caught.value.sentence.endswith(".")
    return caught.value.code


def test_a_photo_is_turned_upright_and_loses_what_it_told_about_the_place():
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[DESCRIPTION] = "<script>alert(1)</script>"
    exif.get_ifd(GPS)[2] = (31.0, 13.0, 50.0)
    data = picture(exif=exif, comment=b"secret", icc_profile=b"profile")
    kept = inspect_upload(data, "IMG_1.JPG")
    assert (kept.kind, kept.content_type, kept.name) == (UploadKind.IMAGE, "image/jpeg", "IMG_1.JPG")
    assert (kept.width, kept.height) == (20, 40)
    with Image.open(io.BytesIO(kept.data)) as opened:
        assert opened.size == (20, 40)
        assert not opened.getexif()
        assert {"icc_profile", "comment", "exif", "xmp"}.isdisjoint(opened.info)
    assert b"script" not in kept.data


def test_text_hidden_in_a_png_is_gone():
    hidden = PngImagePlugin.PngInfo()
    hidden.add_text("Comment", "<script>alert(1)</script>")
    kept = inspect_upload(picture("PNG", pnginfo=hidden) + b"<?php system('id'); ?>", "chart.png")
    assert (kept.content_type, kept.name) == ("image/png", "chart.png")
    assert b"script" not in kept.data
    assert b"php" not in kept.data


def test_a_moving_picture_keeps_its_first_frame():
    frames = [Image.new("P", (10, 10), n) for n in range(5)]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    kept = inspect_upload(written.getvalue(), "banner.gif")
    assert (kept.content_type, kept.name, kept.width) == ("image/png", "banner.png", 10)
    with Image.open(io.BytesIO(kept.data)) as opened:
        assert getattr(opened, "n_frames", 1) == 1


def test_transparency_is_kept_and_a_large_photo_is_scaled():
    see_through = inspect_upload(picture("WEBP", mode="RGBA"), "logo.webp")
    assert (see_through.name, see_through.content_type) == ("logo.png", "image/png")
    large = inspect_upload(picture(size=(6400, 3200)), "wall.jpg")
    assert (large.width, large.height) == (3200, 1600)


@pytest.mark.parametrize(
    ("data", "name", "kind", "kept"),
    [
        (pdf(), "报价V1.2.pdf", UploadKind.PDF, "报价V1.2.pdf"),
        (workbook(), "list", UploadKind.SHEET, "list.xlsx"),
        (packed(word__document_xml="<w/>"), "offer.docx", UploadKind.WORD, "offer.docx"),
        (packed(ppt__presentation_xml="<p/>"), "talk.docx", UploadKind.SLIDES, "talk.pptx"),
        ("会议纪要：已谈妥。\r\n".encode(), "notes.txt", UploadKind.TEXT, "notes.txt"),
        ("姓名,电话".encode("gb18030"), "list.csv", UploadKind.TEXT, "list.csv"),
        ("姓名".encode("utf-16"), "list.csv", UploadKind.TEXT, "list.csv"),
        (b"PK is our partner", "note.exe", UploadKind.TEXT, "note.txt"),
        (b"\0\0\0\x1cftypM4A \0\0\0\0" + b"\0" * 100, "voice.m4a", UploadKind.AUDIO, "voice.m4a"),
        (b"\x1aE\xdf\xa3" + b"\0" * 100, "voice.webm", UploadKind.AUDIO, "voice.webm"),
        (b"OggS\0\x02" + b"\0" * 100, "voice", UploadKind.AUDIO, "voice.ogg"),
        (picture(), "shell.php", UploadKind.IMAGE, "shell.jpg"),
        (pdf(), "offer.pdf.exe", UploadKind.PDF, "offer.pdf"),
    ],
)
def test_the_content_says_what_a_file_is(data, name, kind, kept):
    upload = inspect_upload(data, name)
    assert (upload.kind, upload.name) == (kind, kept)
    if kind is not UploadKind.IMAGE:
        assert upload.data == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"x" * (MAX_BYTES + 1), "too-large"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "markup"),
        (b'<?xml version="1.0"?><a/>', "markup"),
        (b"\n\n<!DOCTYPE html><body onload=alert(1)>", "markup"),
        ("<html>".encode("utf-16"), "markup"),
        (b"<?php system($_GET['c']); ?>", "markup"),
        (b"GIF89a/*<script>alert(1)</script>*/", "picture"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 500, "picture"),
        (picture("PNG")[:60], "picture"),
        (png_header(13_000, 13_000), "pixels"),
        (png_header(30_000, 30_000), "pixels"),
        (png_header(2, 60_000_000), "pixels"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, "heic"),
        (b"MZ\x90\0" + b"\0" * 100, "unknown"),
        (b"\x7fELF" + b"\0" * 100, "unknown"),
        (b"abc\0def", "unknown"),
        (b"\x81\xff\xfe\xfd", "unknown"),
        (OLE + b"\0" * 600, "old-office"),
        (OLE + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600, "password"),
        (packed(a_txt="1"), "archive"),
        (packed(word__document_xml="<w/>", word__vbaProject_bin="x"), "macros"),
        (packed(word__document_xml='<!DOCTYPE a [<!ENTITY b "c">]>'), "entities"),
        (packed(word__document_xml="0" * 60_000_000), "bomb"),
        (workbook()[:-200], "corrupt"),
        (b"PK\x03\x04" + b"\0" * 300, "corrupt"),
        (pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "pdf-script"),
        (pdf(b"/OpenAction << /S /J#61vaScript >>"), "pdf-script"),
        (pdf(b"/AA << /S /Launch /F (cmd.exe) >>"), "pdf-script"),
        (pdf_with_packed_script(), "pdf-script"),
    ],
)
def test_what_is_refused(data, code):
    assert refusal(data) == code


def test_a_link_inside_an_office_file_is_refused():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
        link = zipfile.ZipInfo("word/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal(written.getvalue()) == "corrupt"


def test_bytes_inside_a_pdf_stream_are_no_script():
    body = b"2 0 obj << /Length 9 >>\nstream\n /JS /JavaScript \nendstream\nendobj"
    assert inspect_upload(pdf() + body, "scan.pdf").kind is UploadKind.PDF


def test_only_what_the_place_allows():
    assert refusal(pdf(), allowed={UploadKind.IMAGE}) == "not-allowed"
    with pytest.raises(RefusedUpload, match="JPEG"):
        inspect_upload(pdf(), "offer.pdf", allowed={UploadKind.IMAGE})
    assert inspect_upload(picture(), "a.jpg", allowed={UploadKind.IMAGE}).kind is UploadKind.IMAGE


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\li\\报价.xlsx", "报价.xlsx"),
        ("/etc/cron.d/job", "job"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\0b.pdf", "ab.pdf"),
        ("a\r\nb.pdf", "a  b.pdf"),
        ("zero\u200bwidth.pdf", "zerowidth.pdf"),
        ("<b>.pdf", "_b_.pdf"),
        ("con.pdf", "_con.pdf"),
        ("...", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("\ud800.pdf", "_.pdf"),
        ("王建国 的 报价（终）.pdf", "王建国 的 报价（终）.pdf"),
    ],
)
def test_a_name_cannot_mislead(typed, kept):
    assert clean_name(typed).replace("?", "_") == kept


@pytest.mark.property
@given(st.text(max_size=400))
def test_any_name_becomes_a_short_plain_one(typed):
    name = clean_name(typed)
    assert 0 < len(name) <= 150
    assert name.isprintable()
    assert not set(name) & set('/\\<>:"|?*\0')
    assert clean_name(name) == name
    assert len(inspect_upload(b"text", typed).name) <= 150


@pytest.mark.property
@settings(max_examples=150)
@given(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "XLSX", "PDF"]), st.data())
def test_damaged_files_are_refused_or_kept_but_never_crash(kind, data):
    whole = {"XLSX": workbook, "PDF": pdf_with_packed_script}.get(kind, lambda: picture(kind))()
    damaged = bytearray(whole)
    for _each in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(RefusedUpload):
        assert inspect_upload(bytes(damaged), "x.jpg").kind in EVERYTHING


@pytest.mark.property
@given(st.binary(max_size=300))
def test_any_bytes_are_a_file_or_a_refusal(data):
    with suppress(RefusedUpload):
        assert inspect_upload(data, "x").kind in EVERYTHING


@pytest.mark.answers
def test_real_workbooks_are_taken_and_old_ones_refused_with_advice(data_dir):
    folder = data_dir / "xlsx_sheetjs"
    for path in folder.glob("*.xlsx"):
        assert inspect_upload(path.read_bytes(), path.name).kind is UploadKind.SHEET, path.name
    for path in folder.rglob("*.xls"):
        assert refusal(path.read_bytes()) in {"old-office", "markup", "unknown"}, path.name
