"""Every URL × everybody: nobody opens what is not his, no URL is left unclassified, no answer loosens the policy."""

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.actions.accounts import edit_account
from accounts.actions.people import change_stance
from accounts.models import Account
from accounts.tests.factories import ContactFactory, DealerLoginFactory
from crm.tests.url_policy import all_policies
from crm.tests.url_rules import ALLOWED, LET_THROUGH, LOGIN, PEOPLE, SEES_REPS_CUSTOMER, Cast, Expected, Policy
from followups.models import Comment
from followups.tests.factories import FollowUpFactory
from pipeline.tests.factories import OpportunityFactory
from teams.models import User
from visits.tests.factories import PlanItemFactory, VisitFactory

POLICIES = all_policies()
# What the security policy would refuse to run or to draw.
INLINE = re.compile(
    r"""<script(?![^>]*\bsrc=)(?![^>]*type="application/json")|\sstyle=["']|\son[a-z]+=["']|=["']javascript:""",
    re.IGNORECASE,
)


def _names(patterns: list[URLPattern | URLResolver], prefix: str = "", route: str = "") -> Iterator[str]:
    """Yield the full name of every URL; its route where it has no name."""
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _names(pattern.url_patterns, space, here)
        else:
            yield f"{prefix}{pattern.name}" if pattern.name else f"/{here}"


URLS = sorted(set(_names(get_resolver().url_patterns)))


@pytest.fixture
def cast(
    rep, teammate, outsider, manager, other_manager, director, clerk, compliance, dealer, admin, changhong: Account
) -> Cast:
    """Everybody, and a customer of Chen Siyuan, given to another dealer than the one who signs in."""
    DealerLoginFactory(user=dealer, account__name="苏州冯达工控经销部", account__owner=None)
    changhong.dealer = DealerLoginFactory(user__name="许强", account__name="无锡许强机电", account__owner=None).account
    changhong.save(update_fields=["dealer"])
    people = (rep, teammate, outsider, manager, other_manager, director, clerk, compliance, dealer, admin)
    return Cast(dict(zip(PEOPLE, people, strict=True)), changhong)


@pytest.fixture
def much_at_changhong(changhong: Account, rep: User, manager: User, today: date) -> tuple[str, ...]:
    """Return words that only who sees the customer may read: its names, its people, what is sold and said there."""
    contact = ContactFactory(account=changhong, name="王长虹建国", mobile="13812347042")
    edit_account(changhong, changes={"city": "长虹市"}, version=changhong.version, actor=rep)
    change_stance(contact, to="H", on=today, actor=rep, note="长虹会上反对")
    OpportunityFactory(account=changhong, name="长虹产线改造", owner=rep)
    Account.objects.filter(pk=changhong.pk).update(potential=5)
    VisitFactory(account=changhong, user=rep, happened_on=today, said="长虹预算已批")
    PlanItemFactory(account=changhong, plan__user=rep, plan__day=today)
    promise = {"text": "联系长虹老王", "made_on": today.isoformat()}
    FollowUpFactory(recipient=rep, subject_kind="account", subject_id=changhong.pk, params=promise)
    Comment.objects.create(subject_kind="account", subject_id=changhong.pk, author=manager, text="长虹要盯紧")
    said = ("长虹市", "长虹会上反对", "长虹产线改造", "长虹预算已批", "联系长虹老王", "长虹要盯紧")
    return (changhong.name, changhong.short_name, changhong.phone, contact.name, contact.mobile, *said)


def _answer(client: Client, method: str, url: str, policy: Policy) -> HttpResponse:
    """Return the answer to one request, and undo what it wrote, so that everybody meets the same rows."""
    with transaction.atomic():
        response = client.post(url, policy.data) if method == "post" else client.get(url)
        transaction.set_rollback(True)
    return response


def _fits(response: HttpResponse, expected: Expected) -> bool:
    if expected == LOGIN:
        return response.status_code == 302 and response.url.startswith(reverse("account_login"))
    if expected == ALLOWED:
        return response.status_code in LET_THROUGH and not _fits(response, LOGIN)
    return response.status_code == expected


def _loose(response: HttpResponse) -> list[str]:
    """Return where an answer would need a looser security policy than the one it carries, or carries a looser one."""
    policy = response.headers.get("Content-Security-Policy", "")
    found = [word for word in ("unsafe-inline", "unsafe-eval", "http:", "*") if word in policy]
    if "default-src" not in policy:
        found.append(f"the policy is {policy!r}")
    is_page = response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming
    return found + (INLINE.findall(response.content.decode()) if is_page else [])


def _url(name: str, policy: Policy, cast: Cast) -> str:
    return reverse(name, kwargs=policy.kwargs(cast)) + (f"?{policy.query}" if policy.query else "")


def _expected(policy: Policy, method: str) -> dict[str, Expected]:
    """Return the answers by name; a method that is not offered is refused to everybody."""
    table = policy.post if method == "post" else policy.get
    return dict(table) if table is not None else dict.fromkeys(PEOPLE, 405)


def test_every_url_is_classified() -> None:
    assert [name for name in URLS if name not in POLICIES] == []


def test_every_policy_is_for_a_url_that_exists() -> None:
    assert [name for name in POLICIES if name not in URLS] == []


def test_every_policy_names_everybody() -> None:
    tables = [(name, table) for name, policy in POLICIES.items() for table in (policy.get, policy.post) if table]
    assert [name for name, table in tables if set(table) != set(PEOPLE)] == []


def test_every_policy_offers_a_method() -> None:
    assert [name for name, policy in POLICIES.items() if policy.get is None and policy.post is None] == []


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", [name for name in sorted(POLICIES) if name in URLS])
def test_everybody_is_answered_as_the_policy_says(name: str, method: str, cast: Cast) -> None:
    policy = POLICIES[name]
    try:
        url = _url(name, policy, cast)
    except NoReverseMatch as problem:
        pytest.fail(f"the policy of {name} builds the wrong arguments: {problem}")
    wrong = {}
    for person, expected in _expected(policy, method).items():
        client = Client(raise_request_exception=True)
        client.force_login(cast.people[person], backend="allauth.account.auth_backends.AuthenticationBackend")
        response = _answer(client, method, url, policy)
        if not _fits(response, expected):
            wrong[person] = f"{response.status_code}, expected {expected}"
        elif loose := _loose(response):
            wrong[person] = f"not allowed by a strict security policy: {loose}"
    assert wrong == {}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", [name for name in sorted(POLICIES) if name in URLS])
def test_who_is_not_signed_in(name: str, method: str, cast: Cast) -> None:
    policy = POLICIES[name]
    offered = policy.get if method == "get" else policy.post
    response = _answer(Client(), method, _url(name, policy, cast), policy)
    if policy.anonymous == LOGIN:
        assert _fits(response, LOGIN), response.status_code
    elif offered is None:
        assert response.status_code == 405
    elif method == "get":
        assert response.status_code == policy.anonymous
    elif policy.anonymous_post is not None:
        assert response.status_code == policy.anonymous_post
    else:
        assert response.status_code in LET_THROUGH | {policy.anonymous}


# Pages that tell something of a customer to people who do not see it, on purpose.
# Tier rules cannot be judged without knowing whom they move: an admin reads its name there, and nothing else.
TELLS: dict[str, set[str]] = {
    name: {"admin: 长虹精密"}
    for name in ("accounts:draft", "accounts:new_draft", "accounts:apply", "accounts:run_tiers")
}

# Whoever is not named here may see rows of his own on a page, but never the customer of `rep`.
BLIND = [person for person in PEOPLE if person not in SEES_REPS_CUSTOMER]


def _text(response: HttpResponse) -> str:
    """Return what an answer says, a workbook's sheets included."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if not content.startswith(b"PK"):
        return content.decode(errors="replace")
    with ZipFile(BytesIO(content)) as book:
        return "".join(book.read(part).decode(errors="replace") for part in book.namelist())


def _readable(name: str) -> list[str]:
    """Return those who open the page though they do not see the customer of `rep`."""
    policy = POLICIES[name]
    return [person for person in BLIND if policy.get is not None and policy.get[person] in (200, ALLOWED)]


@pytest.mark.parametrize("name", [name for name in sorted(POLICIES) if name in URLS and _readable(name)])
def test_no_page_names_a_customer_to_who_does_not_see_it(
    name: str, cast: Cast, much_at_changhong: tuple[str, ...]
) -> None:
    policy = POLICIES[name]
    url = _url(name, policy, cast)
    asking = f"{url}{'&' if policy.query else '?'}q=长虹&field=q"
    told = set()
    for person in _readable(name):
        client = Client()
        client.force_login(cast.people[person], backend="allauth.account.auth_backends.AuthenticationBackend")
        for address, headers in ((url, {}), (asking, {}), (asking, {"HX-Request": "true"})):
            said = _text(client.get(address, headers=headers))
            told |= {f"{person}: {word}" for word in much_at_changhong if word in said}
    assert told == TELLS.get(name, set())


@pytest.mark.parametrize(("path", "status"), [("/nowhere/", 404), ("/accounts/999999/", 404), ("/dashboard/", 403)])
def test_a_refusal_is_as_strict_as_a_page(path: str, status: int, client: Client, rep) -> None:
    client.force_login(rep)
    response = client.get(path)
    assert (response.status_code, _loose(response)) == (status, [])


def test_a_form_from_elsewhere_is_refused_as_strictly(rep) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(rep, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.post("/me/", {})
    assert (response.status_code, _loose(response)) == (403, [])


def test_what_the_policy_would_refuse_is_found() -> None:
    pages = ('<p style="x">', "<a onclick='x'>", "<script>x</script>", '<a href="javascript:x">', '<script src="/x">')
    answers = [HttpResponse(page, headers={"Content-Security-Policy": "default-src 'self'"}) for page in pages]
    assert [bool(_loose(answer)) for answer in answers] == [True, True, True, True, False]
