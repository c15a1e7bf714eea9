"""Uploads in a bucket: the same code, chosen by FILES_URL alone, against a small S3 server of our own."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from crm.files import store_file
from crm.installation import file_storage
from crm.uploads import Upload, UploadKind


class Bucket(BaseHTTPRequestHandler):
    """Keeps what is PUT, and gives it back."""

    kept: dict[str, bytes]

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"0"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_PUT(self) -> None:
        """Keep an object; larger ones come in chunks, each with its length before it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            size, _, rest = body.partition(b"\r\n")
            body = rest[: int(size.split(b";")[0], 16)]
        self.kept[self.path.split("?")[0]] = body
        self._answer(200)

    def do_GET(self) -> None:
        """Give an object back."""
        body = self.kept.get(self.path.split("?")[0])
        self._answer(404) if body is None else self._answer(200, body)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def bucket(settings, tmp_path: Path) -> Iterator[dict[str, bytes]]:
    """What the S3 server keeps, by path; the product is told of it by address alone."""
    kept: dict[str, bytes] = {}
    handler = type("OwnBucket", (Bucket,), {"kept": kept})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"s3+http://key:sec%2Fret@127.0.0.1:{server.server_port}/crm-files?region=cn-north-1"
    settings.STORAGES = settings.STORAGES | {"default": file_storage(url, tmp_path)}
    yield kept
    server.shutdown()
    server.server_close()


def test_a_file_goes_into_the_bucket_and_only_who_sees_its_customer_gets_it_back(
    bucket, changhong, rep, outsider, client_for, tmp_path
) -> None:
    upload = Upload(kind=UploadKind.TEXT, name="报价.txt", content_type="text/plain", data="380 万元".encode())
    stored = store_file(upload, changhong, actor=rep)
    url = reverse("crm:file", args=[stored.key])

    assert bucket == {f"/crm-files/{stored.path}": upload.data}
    assert list(tmp_path.iterdir()) == []
    assert b"".join(client_for(rep).get(url).streaming_content) == upload.data
    assert client_for(outsider).get(url).status_code == 404


def test_bytes_that_are_gone_are_a_404(bucket, changhong, rep, client_for) -> None:
    stored = store_file(
        Upload(kind=UploadKind.TEXT, name="a.txt", content_type="text/plain", data=b"a"), changhong, actor=rep
    )
    bucket.clear()

    assert client_for(rep).get(reverse("crm:file", args=[stored.key])).status_code == 404


def test_without_an_address_files_lie_in_the_folder(tmp_path: Path) -> None:
    assert file_storage("", tmp_path)["OPTIONS"] == {"location": str(tmp_path)}


@pytest.mark.parametrize("url", ["https://s3.example.com/bucket", "s3://s3.example.com/bucket", "s3://a:b@host", "x"])
def test_a_wrong_address_is_refused_with_a_right_one(url: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="s3://KEY:SECRET"):
        file_storage(url, tmp_path)
