"""Files: kept under a random name, handed out only to who may see what they belong to, never run as pages."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from crm import files
from crm.audit import history_of
from crm.files import QuotaExceeded, delete_file, expire_files, readable_file, store_file
from crm.models import StoredFile
from crm.uploads import Upload, UploadKind

WORDS = "报价:380 万元".encode()


def upload(data: bytes = WORDS, name: str = "报价.txt") -> Upload:
    return Upload(UploadKind.TEXT, name, "text/plain", data)


@pytest.fixture
def stored(changhong, rep) -> StoredFile:
    """A note of the rep, with his customer."""
    return store_file(upload(), changhong, actor=rep)


def content(response) -> bytes:
    return b"".join(response.streaming_content)


def test_the_bytes_are_kept_under_a_name_nobody_can_guess(stored, changhong, rep):
    with default_storage.open(stored.path) as kept:
        assert kept.read() == WORDS
    assert stored.path == f"{stored.key.hex[:2]}/{stored.key.hex}"
    assert (stored.kind, stored.subject_id, stored.owner, stored.size) == ("account", changhong.pk, rep, len(WORDS))
    assert history_of(stored).get().action == "file.stored"


def test_whoever_sees_the_customer_reads_the_file(stored, rep, manager, director, outsider, teammate, dealer, now):
    readers = [person for person in (rep, manager, director) if readable_file(stored.key, user=person, now=now)]
    others = [readable_file(stored.key, user=person, now=now) for person in (outsider, teammate, dealer)]

    assert readers == [rep, manager, director]
    assert others == [None, None, None]


def test_missing_and_foreign_and_deleted_look_alike(stored, rep, outsider, client_for, now):
    strange = client_for(rep).get(reverse("crm:file", args=[uuid.uuid4()]))
    foreign = client_for(outsider).get(reverse("crm:file", args=[stored.key]))
    delete_file(stored, actor=rep, now=now)
    deleted = client_for(rep).get(reverse("crm:file", args=[stored.key]))

    assert [strange.status_code, foreign.status_code, deleted.status_code] == [404, 404, 404]
    assert history_of(stored).first().action == "file.deleted"


def test_a_file_of_a_kind_that_is_gone_is_not_there(stored, rep, now):
    StoredFile.objects.update(kind="removed")

    assert readable_file(stored.key, user=rep, now=now) is None


def test_a_download_is_never_a_page_of_ours(stored, rep, client_for):
    response = client_for(rep).get(reverse("crm:file", args=[stored.key]))

    assert content(response) == WORDS
    assert response["Content-Type"] == "text/plain"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E6%8A%A5%E4%BB%B7.txt"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", ['a"b.txt', "a\r\nSet-Cookie: x=1.txt", "../../etc/passwd", "=cmd.txt"])
def test_a_strange_name_adds_no_header(changhong, rep, client_for, name):
    stored = store_file(upload(name=name), changhong, actor=rep)
    response = client_for(rep).get(reverse("crm:file", args=[stored.key]))

    assert response["Content-Disposition"].startswith("attachment")
    assert "Set-Cookie" not in dict(response.headers)
    assert "\n" not in response["Content-Disposition"]


def test_bytes_that_are_lost_are_a_404_and_in_the_log(stored, rep, client_for, caplog):
    default_storage.delete(stored.path)

    assert client_for(rep).get(reverse("crm:file", args=[stored.key])).status_code == 404
    assert "are missing" in caplog.text


def test_a_full_storage_is_refused_before_anything_is_written(stored, changhong, rep, teammate, monkeypatch):
    monkeypatch.setattr(files, "QUOTA_BYTES", len(WORDS) + 3)

    with pytest.raises(QuotaExceeded, match="is full"):
        store_file(upload(b"four"), changhong, actor=rep)
    assert StoredFile.objects.count() == 1
    assert store_file(upload(b"abc"), changhong, actor=rep)
    assert store_file(upload(), changhong, actor=teammate)


def test_deleted_files_make_room(stored, changhong, rep, monkeypatch, now):
    monkeypatch.setattr(files, "QUOTA_BYTES", len(WORDS))
    delete_file(stored, actor=rep, now=now)

    assert store_file(upload(), changhong, actor=rep)


def test_a_post_to_a_file_is_not_offered(stored, rep, client_for):
    assert client_for(rep).post(reverse("crm:file", args=[stored.key])).status_code == 405


def test_a_file_kept_for_a_time_is_gone_afterwards_with_its_bytes(changhong, rep, now):
    lasting = store_file(upload(), changhong, actor=rep)
    passing = store_file(upload(), changhong, actor=rep, expires_at=now + timedelta(days=7))
    a_week_later = now + timedelta(days=7)

    assert readable_file(passing.key, user=rep, now=now) == passing
    assert readable_file(passing.key, user=rep, now=a_week_later) is None

    assert expire_files(now=now) == 0
    assert expire_files(now=a_week_later) == 1
    assert expire_files(now=a_week_later) == 0
    assert not default_storage.exists(passing.path)
    assert default_storage.exists(lasting.path)
    assert history_of(passing).first().action == "file.expired"
