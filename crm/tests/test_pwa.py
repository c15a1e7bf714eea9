"""What a device is told and given, and what it sends back: the server's side of working without a connection."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from crm import pwa
from crm.editing import Clash, EditConflict
from crm.models import UndoEntry
from crm.offline_texts import TEXTS
from crm.pwa import device_keys, register_offline_page
from crm.submissions import Submission, accepted, refused, takes_submission

# --- the service worker, the manifest, the offline page ---


def config_of(response: HttpResponse) -> dict[str, Any]:
    first_line = response.content.decode().split("\n", 1)[0]
    return json.loads(first_line.removeprefix("self.CONFIG = ").removesuffix(";"))


@pytest.mark.django_db
def test_the_worker_rules_the_whole_site_and_is_never_kept(client: Client):
    response = client.get("/sw.js")

    assert response.status_code == 200
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert (response["Cache-Control"], response["Service-Worker-Allowed"]) == ("no-cache", "/")


@pytest.mark.django_db
def test_the_worker_names_its_build_and_its_shell(client: Client):
    config = config_of(client.get("/sw.js"))

    assert config["version"] == pwa.build_version()
    assert "/static/js/outbox.js" in config["shell"]
    assert config["offline"] == "/offline/"


def test_every_file_of_the_shell_exists():
    assert [name for name in pwa.SHELL_FILES if not (pwa.STATIC_DIR / name).is_file()] == []


def test_a_changed_file_is_a_new_build(tmp_path, monkeypatch):
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "app.js").write_text("one", encoding="utf-8")
    monkeypatch.setattr(pwa, "STATIC_DIR", tmp_path)
    first = pwa.build_version.__wrapped__()
    (tmp_path / "js" / "app.js").write_text("two", encoding="utf-8")

    assert pwa.build_version.__wrapped__() != first


@pytest.mark.django_db
def test_the_kill_switch_is_version_zero(client: Client, settings):
    settings.SERVICE_WORKER = False

    assert config_of(client.get("/sw.js")) == {"version": "0"}


@pytest.mark.django_db
def test_the_manifest_lets_a_phone_install_it(client: Client):
    response = client.get("/manifest.webmanifest")
    data = response.json()

    assert response["Content-Type"] == "application/manifest+json"
    assert (data["scope"], data["display"]) == ("/", "standalone")
    assert {icon["sizes"] for icon in data["icons"]} >= {"192x192", "512x512"}
    assert any(icon.get("purpose") == "maskable" for icon in data["icons"])


def test_the_offline_page_holds_nothing_of_anybody(client: Client, rep, client_for):
    theirs = client_for(rep).get("/offline/")

    assert theirs.status_code == client.get("/offline/").status_code == 200
    assert rep.name not in theirs.content.decode()
    assert "data-user" not in theirs.content.decode()


# --- who is signed in ---


@pytest.mark.django_db
def test_nobody_is_told_so(client: Client):
    response = client.get(reverse("crm:session"))

    assert (response.status_code, response.json()) == (401, {"user": None})
    assert "no-store" in response["Cache-Control"]


def test_a_person_is_given_his_token_and_keys(rep, client_for):
    response = client_for(rep).get(reverse("crm:session"))
    data = response.json()

    assert (data["user"], data["name"], data["keys"]) == (rep.pk, "陈思远", device_keys(rep.pk))
    assert len(data["csrf"]) == 64
    assert "no-store" in response["Cache-Control"]


def test_everybody_has_a_key_of_his_own_and_always_the_same(settings):
    settings.SECRET_KEY_FALLBACKS = []

    assert device_keys(1) == device_keys(1)
    assert device_keys(1) != device_keys(2)


def test_a_retired_secret_still_opens_what_it_closed(settings):
    old = device_keys(1)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the new one", [settings.SECRET_KEY]

    assert device_keys(1)[1:] == old
    assert device_keys(1)[0] not in old


def test_devices_keep_only_pages_that_were_registered(monkeypatch, rep):
    monkeypatch.setattr(pwa, "_offline_pages", {})
    register_offline_page("crm:outbox")
    register_offline_page("crm:outbox")
    register_offline_page("nowhere:page")

    assert pwa.offline_pages(rep) == ["/outbox/"]


def test_nobodys_device_asks_for_a_page_he_may_not_open(rep, admin, client_for):
    def kept(person) -> list[str]:
        return client_for(person).get(reverse("crm:session")).json()["pages"]

    assert kept(rep) == [reverse("visits:today"), reverse("visits:new")]
    assert kept(admin) == []


# --- headers the device relies on ---


def test_a_page_says_whose_it_is_and_may_not_be_kept_by_others(rep, client_for):
    response = client_for(rep).get(reverse("crm:outbox"))

    assert response["X-Signed-In"] == str(rep.pk)
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
def test_a_page_of_nobody_says_nothing(client: Client):
    response = client.get(reverse("account_login"))

    assert "X-Signed-In" not in response
    assert "Clear-Site-Data" not in response


def test_signing_out_clears_what_the_browser_keeps(rep, client_for):
    client = client_for(rep)
    response = client.post(reverse("account_logout"))

    assert response["Clear-Site-Data"] == '"cache"'
    assert "X-Signed-In" not in response
    assert client.get(reverse("crm:session")).status_code == 401


def test_a_page_fetched_in_the_background_leaves_messages_to_be_read(rep, client_for, now):
    entry = UndoEntry.objects.create(actor=rep, action="gone", label="x", inverse={}, expires_at=now.replace(year=2999))
    client = client_for(rep)
    client.post(reverse("crm:undo", args=[entry.pk]))
    pages = [client.get("/outbox/", headers={"X-Background": text}).content.decode() for text in ("1", "", "")]

    assert ["can no longer be undone" in page for page in pages] == [False, True, False]


def test_the_outbox_says_what_it_needs_without_a_script(rep, client_for):
    page = client_for(rep).get(reverse("crm:outbox")).content.decode()

    assert "<noscript>" in page
    assert "needs JavaScript" in page


def test_every_text_the_scripts_ask_for_is_there(rep, client_for):
    page = client_for(rep).get(reverse("crm:outbox")).content.decode()
    block = re.search(r'<script id="texts" type="application/json">(.*?)</script>', page, re.DOTALL)
    texts = json.loads(block.group(1))
    scripts = "".join(path.read_text(encoding="utf-8") for path in (pwa.STATIC_DIR / "js").glob("*.js"))
    asked = set(re.findall(r"\btexts\.(\w+)", scripts))

    assert asked - set(texts) == set()
    assert set(TEXTS) - asked == set()


# --- appearance and language ---


def test_the_appearance_follows_the_person(rep, client_for):
    client = client_for(rep)
    response = client.post(reverse("crm:theme"), {"theme": "dark", "next": "/outbox/"})

    rep.refresh_from_db()
    assert (response.url, rep.theme, response.cookies["theme"].value) == ("/outbox/", "dark", "dark")
    assert 'data-bs-theme="dark"' in client.get("/outbox/").content.decode()


@pytest.mark.parametrize(("name", "value"), [("theme", "pink"), ("theme", ""), ("language", "xx"), ("language", "")])
def test_what_is_not_offered_is_refused(rep, client_for, name, value):
    assert client_for(rep).post(reverse(f"crm:{name}"), {name: value}).status_code == 400


def test_the_language_follows_the_person(rep, client_for):
    client_for(rep).post(reverse("crm:language"), {"language": "zh-hant", "next": "/outbox/"})

    rep.refresh_from_db()
    assert rep.language == "zh-hant"


@pytest.mark.django_db
def test_the_language_is_remembered_before_signing_in(client: Client):
    response = client.post(reverse("crm:language"), {"language": "zh-hans", "next": "/account/login/"})

    assert (response.status_code, response.url) == (302, "/account/login/")
    assert client.cookies["language"].value == "zh-hans"


# --- what a device sends ---


class NoteForm(forms.Form):
    """Words that must be there, and a number."""

    said = forms.CharField()
    count = forms.IntegerField(required=False)


Send = Callable[..., JsonResponse]


@pytest.fixture
def send(rep) -> Send:
    """Send something as the rep's device would; `view` answers it."""

    def sent(view: Callable[..., HttpResponse] | None = None, *, body: Any = None, **changes: Any) -> JsonResponse:
        data = {"format": 1, "client_id": str(UUID(int=7)), "user": rep.pk, "fields": {"said": ["words"]}} | changes
        text = json.dumps(data) if body is None else body
        request = RequestFactory().post("/", text, content_type="application/json")
        request.user = rep
        with translation.override("en"):
            return takes_submission(view or note)(request)

    return sent


def note(_request: Any, submission: Submission) -> HttpResponse:
    """Answer as a room would."""
    form = NoteForm(submission.fields)
    return accepted(submission, url="/x/", title="A note", text="Kept.", undo=5) if form.is_valid() else refused(form)


def answer_of(response: HttpResponse) -> Any:
    return json.loads(response.content)


def test_a_form_is_accepted_with_its_identifier(send: Send):
    response = send()

    assert response.status_code == 200
    assert answer_of(response) == {
        "client_id": str(UUID(int=7)),
        "url": "/x/",
        "title": "A note",
        "text": "Kept.",
        "undo": 5,
    }


def test_a_form_that_needs_correcting_comes_back_with_its_sentences(send: Send):
    response = send(fields={"said": [""], "count": ["three"]})

    assert response.status_code == 422
    assert answer_of(response)["errors"] == {"said": ["This field is required."], "count": ["Enter a whole number."]}


def test_repeated_names_keep_their_order(send: Send):
    seen: list[list[str]] = []

    def look(_request: Any, submission: Submission) -> HttpResponse:
        seen.append(submission.fields.getlist("met"))
        return accepted(submission)

    send(look, fields={"met": ["3", "1", "2"], "said": "one"})
    assert seen == [["3", "1", "2"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "no json"},
        {"body": "[]"},
        {"body": "null"},
        {"body": "[" * 100_000},
        {"body": b"\xff\xfe"},
        {"client_id": "x"},
        {"client_id": None},
        {"fields": None},
        {"fields": ["said"]},
        {"fields": {"said": [1]}},
        {"fields": {"said": {"a": "b"}}},
        {"fields": {str(number): "x" for number in range(501)}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_no_form_is_refused_in_words(send: Send, changes):
    response = send(**changes)

    assert (response.status_code, answer_of(response)) == (400, {"message": "The form could not be read."})


def test_an_unknown_format_asks_for_a_reload(send: Send):
    assert "Reload it" in answer_of(send(format=2))["message"]


@pytest.mark.parametrize("user", [None, 0, "1", 4711])
def test_what_somebody_else_wrote_is_not_taken_as_ones_own(send: Send, user):
    assert send(user=user).status_code == 401


def test_half_a_character_does_not_stop_the_rest(send: Send):
    seen: list[str] = []

    def look(_request: Any, submission: Submission) -> HttpResponse:
        seen.append(submission.fields["said"])
        return accepted(submission)

    send(look, fields={"said": ["好\ud83d 的😀"]})
    assert seen == ["好\ufffd 的😀"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24T02:40:00.120Z", datetime(2026, 11, 24, 2, 40, 0, 120000, tzinfo=UTC)),
        ("2026-11-24T02:40:00", None),
        ("2026-13-99T00:00:00Z", None),
        ("yesterday", None),
        (17, None),
        (None, None),
    ],
)
def test_the_devices_clock_is_a_claim_that_may_be_nonsense(send: Send, text, expected):
    seen: list[datetime | None] = []

    def look(_request: Any, submission: Submission) -> HttpResponse:
        seen.append(submission.written_at)
        return accepted(submission)

    send(look, written_at=text)
    assert seen == [expected]


@pytest.mark.parametrize(
    ("problem", "status", "words"),
    [
        (PermissionDenied(), 403, "not change it"),
        (Http404(), 404, "no longer there"),
        (EditConflict([Clash("phone", "phone", "1", "2", "赵敏")]), 409, "Somebody else"),
    ],
)
def test_refusals_are_told_in_words_the_outbox_can_show(send: Send, problem, status, words):
    def refuse(_request: Any, _submission: Submission) -> HttpResponse:
        raise problem

    response = send(refuse)
    assert response.status_code == status
    assert words in answer_of(response)["message"]


def test_a_conflict_shows_both_values(send: Send):
    def clash(_request: Any, _submission: Submission) -> HttpResponse:
        raise EditConflict([Clash("phone", "phone", "1111", "2222", "赵敏")])

    assert answer_of(send(clash, client_id=str(uuid4())))["clashes"] == [
        {"field": "phone", "label": "phone", "theirs": "1111", "ours": "2222"}
    ]
