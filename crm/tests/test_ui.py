"""Marks, components and the frame."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.base import Message
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone, translation

from crm import context, navigation
from crm.navigation import Command, NavEntry, commands_for, nav_for, register_command, register_nav, register_place
from crm.templatetags.ui import data_script, filter_fields, initials, undo_id

TEMPLATES = Path(settings.BASE_DIR) / "templates"
OWN = [
    *(TEMPLATES / "components").glob("*.html"),
    *(TEMPLATES / "bootstrap5").rglob("*.html"),
    *TEMPLATES.glob("*.html"),
]
NOW = datetime(2026, 11, 24, 2, 40, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_shanghai():
    with timezone.override("Asia/Shanghai"), translation.override("en"):
        yield


def render(source: str, **values: object) -> str:
    return engines["django"].from_string(source).render(values)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- marks ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "shown", "exact"),
    [
        ("zh-hans", "380 万元", "3,800,000 元"),
        ("zh-hant", "380 萬元", "3,800,000 元"),
        ("en", "CNY 3.8M", "CNY 3,800,000"),
    ],
)
def test_an_amount_is_short_for_the_eye_and_exact_in_its_title(language: str, shown: str, exact: str):
    with translation.override(language):
        html = render("{% money amount %}", amount=Decimal(3_800_000))
    assert words(html) == shown
    assert f'title="{exact}"' in html


def test_a_column_names_its_unit_once():
    with translation.override("zh-hans"):
        assert words(render("{% money_unit %}|{% money_column amount %}", amount=Decimal(3_800_000))) == "万元| 380"


@pytest.mark.parametrize(
    "tag", ["money x", "money_column x", "day x", "day_short x", "day_long x", "clock x", "delta x"]
)
def test_nothing_is_two_dashes(tag: str):
    assert render("{% " + tag + " %}", x=None) == "--"


def test_zero_is_a_value():
    assert render("{{ x|dash }} {{ y|dash }}", x=0, y="") == "0 --"


@pytest.mark.parametrize(
    ("language", "expected"),
    [("zh-hans", "11月24日 周二"), ("zh-hant", "11月24日 週二"), ("zh-hk", "11月24日 週二"), ("en", "Tue 24 Nov")],
)
def test_a_heading_writes_the_day_as_the_language_does(language: str, expected: str):
    with translation.override(language):
        assert words(render("{% day_long d %}", d=date(2026, 11, 24))) == expected


def test_an_instant_becomes_the_day_of_the_readers_zone():
    late = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert (
        words(render("{% day d %} {% day_short d %} {% clock d %} {% weekday d %}", d=late))
        == "2026-11-24 11-24 01:00 Tue"
    )


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(hours=24), "11-23 10:40"),
        (timedelta(days=365), "2025-11-24"),
        (timedelta(minutes=-5), "11-24 10:45"),
    ],
)
def test_how_long_ago_is_said_by_words_within_a_day_then_by_date(before: timedelta, expected: str):
    assert words(render("{% ago then now %}", then=NOW - before, now=NOW)) == expected


def test_ago_takes_the_requests_instant():
    assert words(render("{% ago then %}", then=NOW, request=SimpleNamespace(now=NOW))) == "just now"


@pytest.mark.parametrize(
    ("value", "said"), [("A", "A Tier A"), ("c", "C Tier C"), ("", "– No tier yet"), (None, "– No tier yet")]
)
def test_a_tier_is_a_letter_and_words(value: str | None, said: str):
    assert words(render("{% tier value %}", value=value)) == said


@pytest.mark.parametrize(
    ("value", "css", "word"),
    [
        ("PS", "st-ps", "Power sponsor"),
        ("NON_SUPPORTER", "st-ns", "Non-supporter"),
        ("", "st-none", "Not met yet"),
        ("?", "st-none", "Not met yet"),
    ],
)
def test_a_stance_is_a_shape_and_a_word(value: str, css: str, word: str):
    html = render("{% stance value %}", value=value)
    assert css in html
    assert words(html) == word


def test_a_change_has_an_arrow_and_no_colour():
    assert words(render("{% delta a %} {% delta b %} {% delta c '' %}", a=6, b=-2.5, c=0)) == "↑ 6 % ↓ 2.5 % → 0"


@pytest.mark.parametrize(
    ("name", "mark"), [("陈思远", "思远"), ("李敏", "李敏"), ("chen", "C"), ("", "?"), ("Li 敏", " 敏")]
)
def test_the_round_mark_of_a_person(name: str, mark: str):
    assert initials(name) == mark


def test_what_people_type_is_escaped():
    html = render(
        "{% pill text tone %}{% include 'components/person_line.html' with name=text %}", text="<b>x</b>", tone="warn"
    )
    assert "<b>x</b>" not in html.replace("<b>&lt;", "&lt;")
    assert "&lt;b&gt;x&lt;/b&gt;" in html


def test_a_message_offers_its_undo():
    assert undo_id(Message(25, "Moved.", extra_tags="undo:12")) == "12"
    assert undo_id(Message(25, "Saved.")) == ""


# --- components -------------------------------------------------------------------------------------------------------
def template_names() -> list[str]:
    return sorted(str(path.relative_to(TEMPLATES)) for path in OWN)


@pytest.mark.parametrize("name", template_names())
def test_every_template_of_the_frame_says_what_it_needs_and_is_short(name: str):
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    assert text.startswith("{#")
    assert len(text.splitlines()) <= (40 if "/" in name else 150)
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script>|\|safe\b|#[0-9a-f]{3,6}\"(?! ?>)", text) or name.endswith(
        "logo.html"
    )


def test_every_icon_that_a_template_or_an_entry_names_is_in_the_sprite():
    drawn = set(
        re.findall(
            r'symbol id="([a-z0-9-]+)"', (Path(settings.BASE_DIR) / "static/vendor/icons/sprite.svg").read_text()
        )
    )
    used = {
        name for path in TEMPLATES.rglob("*.html") for name in re.findall(r'{% icon "([a-z0-9-]+)"', path.read_text())
    }
    used |= {entry.icon for entry in navigation.registry.entries.values()}
    used |= {command.icon for command in navigation.registry.commands.values()}
    assert used - drawn == set()


def test_facts_that_are_empty_are_folded_away():
    html = render("{% include 'components/field_facts.html' %}", facts=[("City", "苏州"), ("Staff", 0), ("Credit", "")])
    assert words(html) == "City 苏州 Staff 0 1 empty field Credit"


class PlanForm(forms.Form):
    """A form of one page."""

    purpose = forms.CharField(label="Purpose", help_text="One line.")
    kind = forms.ChoiceField(
        choices=[("a", "At the door"), ("b", "By phone")], widget=forms.RadioSelect, required=False
    )

    def clean(self):
        """Refuse whatever was typed."""
        raise forms.ValidationError("The day is over.")


def test_errors_are_named_on_top_linked_to_their_fields_and_repeated_there():
    page = "{% load crispy_forms_filters %}{% include 'components/error_summary.html' %}{{ form|crispy }}"
    html = render(page, form=PlanForm({"purpose": ""}))
    assert html.count("2 things need correcting") == 1
    assert '<a href="#id_purpose">Purpose: This field is required.</a>' in html
    assert "<li>The day is over.</li>" in html
    assert 'id="id_purpose_error"' in html
    assert 'aria-invalid="true"' in html


def test_a_page_that_puts_the_summary_above_its_form_has_it_once():
    """Crispy-forms draws the errors of a form too; readers saw everything twice."""
    template = "{% load crispy_forms_filters %}{% include 'components/error_summary.html' %}{{ form|crispy }}"
    html = render(template, form=PlanForm({"purpose": ""}))
    assert html.count("data-error-summary") == 1
    assert html.count("<li>The day is over.</li>") == 1


def test_optional_fields_say_so_and_few_choices_are_chips():
    html = render("{% load crispy_forms_filters %}{{ form|crispy }}", form=PlanForm())
    assert html.count("(optional)") == 1
    assert html.count('<label class="chip"') == 2
    assert "*" not in words(html)


def test_a_filter_shows_five_fields_and_opens_the_others_when_one_is_in_use():
    fields = {name: forms.CharField(required=False) for name in "abcdefg"}
    form = type("ManyFilters", (forms.Form,), fields)
    assert [field.name for field in filter_fields(form({}))["first"]] == list("abcde")
    assert [filter_fields(form({name: "x"}))["rest_in_use"] for name in "ag"] == [False, True]
    assert filter_fields(type("FewFilters", (forms.Form,), dict(list(fields.items())[:6]))({}))["rest"] == []


def sort_header(sort: str) -> str:
    request = RequestFactory().get("/customers/", {"sort": sort, "page": "3", "city": "苏州"})
    request.user = AnonymousUser()
    template = engines["django"].get_template("components/sort_header.html")
    return template.render({"label": "Name", "field": "name", "sort": sort}, request)


def test_a_column_heading_turns_the_order_round_and_goes_back_to_the_first_page():
    assert 'aria-sort="ascending"' in sort_header("name")
    assert "sort=-name&amp;city=" in sort_header("name")
    assert "page=" not in sort_header("name")
    assert 'aria-sort="descending"' in sort_header("-name")
    assert "aria-sort" not in sort_header("city")


@pytest.mark.parametrize(
    ("state", "is_over", "seen"),
    [
        ("RUNNING", False, "630 / 1000 · 63 %"),
        ("DONE", True, "Open the result"),
        ("FAILED", True, "Nothing is half done"),
    ],
)
def test_a_job_shows_how_far_it_is(state: str, is_over: bool, seen: str):
    job = SimpleNamespace(
        title="Import",
        percent=63,
        done=630,
        total=1000,
        state=state,
        is_over=is_over,
        get_state_display=state,
        error="",
    )
    html = render("{% include 'components/progress.html' with poll_url='/jobs/1/' result_url='/r' %}", job=job)
    assert seen in html
    assert ("hx-get" in html) is not is_over


def test_every_page_with_a_form_names_its_errors_once():
    """Crispy draws none of the whole form; a step of filling one in checks nothing yet."""
    texts = {page.name: page.read_text() for page in TEMPLATES.rglob("*.html")}
    drawn = {name for name, text in texts.items() if re.search(r"\{% crispy |\|crispy", text)}
    assert {name for name in drawn if "error_summary" not in texts[name]} == {"place_part.html"}


# --- navigation -------------------------------------------------------------------------------------------------------
@pytest.fixture
def _own_registry(monkeypatch):
    monkeypatch.setattr(navigation, "registry", navigation._Registry())


def request_of(role: str = "REP", view_name: str = "", namespace: str = ""):
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(role=role, theme="dark", density="", single_keys=False)
    request.resolver_match = SimpleNamespace(view_name=view_name, namespace=namespace)
    return request


@pytest.fixture
def _entries(_own_registry):
    for order, (key, phone, roles) in enumerate(
        [
            ("today", True, None),
            ("customers", True, None),
            ("log", True, None),
            ("opportunities", {"REP"}, None),
            ("approvals", {"MANAGER"}, {"MANAGER"}),
            ("me", True, None),
            ("tiers", False, {"ADMIN"}),
            ("gone", True, None),
        ]
    ):
        url_name = "no:where" if key == "gone" else "account_login" if key != "customers" else "account_logout"
        register_nav(NavEntry(key, key, url_name, "home", order=order, phone=phone, roles=roles, emphasis=key == "log"))


@pytest.mark.usefixtures("_entries")
def test_the_phone_bar_has_logging_in_the_middle_and_what_the_role_needs():
    assert [item.key for item in nav_for(request_of("REP"))[1]] == ["today", "customers", "log", "opportunities", "me"]
    assert [item.key for item in nav_for(request_of("MANAGER"))[1]] == ["today", "customers", "log", "approvals", "me"]


@pytest.mark.usefixtures("_own_registry")
def test_a_role_with_few_pages_of_its_own_gets_the_first_others_on_the_phone():
    for order, key in enumerate(["a", "b", "me"]):
        register_nav(NavEntry(key, key, "account_login", "home", order=order, phone=key == "me"))
    assert [item.key for item in nav_for(request_of("ADMIN"))[1]] == ["a", "b", "me"]


@pytest.mark.usefixtures("_entries")
def test_an_entry_is_hidden_from_other_roles_and_where_its_room_is_missing():
    assert {item.key for item in nav_for(request_of("REP"))[0]} == {"today", "customers", "log", "opportunities", "me"}
    assert "tiers" in {item.key for item in nav_for(request_of("ADMIN"))[0]}


@pytest.mark.usefixtures("_entries")
def test_only_one_entry_is_current():
    side, _bar = nav_for(request_of(view_name="account_logout"))
    assert [item.key for item in side if item.current] == ["customers"]


@pytest.mark.usefixtures("_own_registry")
def test_a_page_without_an_entry_marks_the_one_of_its_namespace():
    register_nav(NavEntry("a", "a", "account_login", "home", match=("accounts",)))
    assert nav_for(request_of(view_name="accounts:detail", namespace="accounts"))[0][0].current


@pytest.mark.usefixtures("_own_registry")
def test_groups_stay_together_and_what_has_none_comes_first():
    for order, (key, group) in enumerate([("a", "Manage"), ("b", ""), ("c", "Set up"), ("d", "Manage"), ("e", "")]):
        register_nav(NavEntry(key, key, "account_login", "home", group, order))
    assert "".join(item.key for item in nav_for(request_of())[0]) == "beadc"


@pytest.mark.usefixtures("_own_registry")
def test_what_waits_is_counted():
    register_nav(NavEntry("a", "a", "account_login", "home", count=lambda request: 5))
    assert nav_for(request_of())[0][0].count == 5


@pytest.mark.usefixtures("_own_registry")
def test_commands_are_those_of_the_role():
    register_command(Command("b", "b", "account_login", "home", order=2))
    register_command(Command("a", "a", "account_login", "home", order=1, roles={"ADMIN"}))
    assert [item.key for item in commands_for(request_of("REP"))] == ["b"]
    assert [item.key for item in commands_for(request_of("ADMIN"))] == ["a", "b"]


@pytest.mark.usefixtures("_own_registry")
def test_a_place_nobody_registered_has_no_address():
    register_place("me", "account_login")
    assert navigation.place_url("me").endswith("/login/")
    assert navigation.place_url("help") == ""


def test_theme_comes_from_the_person_then_from_the_cookie_and_never_from_elsewhere():
    request = request_of()
    request.COOKIES = {"theme": "light", "density": "compact"}
    assert (context.page(request)["theme"], context.page(request)["density"]) == ("dark", "compact")
    request.user.theme = ""
    assert context.page(request)["theme"] == "light"
    request.COOKIES = {"theme": '"><script>'}
    assert context.page(request)["theme"] == "auto"


# --- error pages ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_last_pages_need_no_context(name: str):
    html = engines["django"].get_template(name).render()
    assert "Back to the start" in html
    assert "<script" not in html


def test_a_missing_page_says_what_to_do(client, db):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "ask your manager" in answer.content.decode() or "主管" in answer.content.decode()


def test_the_sign_in_page_shows_the_theme_of_the_cookie(client, db):
    client.cookies["theme"] = "dark"
    assert 'data-bs-theme="dark"' in client.get("/no/such/page/").content.decode()


def test_data_for_scripts_keep_their_characters_and_cannot_end_the_script() -> None:
    html = data_script({"name": "长虹</script><b>", "on": date(2026, 11, 24)}, "texts")
    assert html.startswith('<script id="texts" type="application/json">{"name": "长虹\\u003C/script\\u003E')
    assert html.count("</script>") == 1
    assert json.loads(re.sub("<[^>]+>", "", html)) == {"name": "长虹</script><b>", "on": "2026-11-24"}
