"""The pages of claims and of the pool: what a rep reads before filing, what is refused, what the lists cost."""

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.actions.claims import release
from accounts.actions.giving import give_accounts
from accounts.models import Account, Claim, ClaimPolicy
from accounts.tests.factories import AccountFactory, ClaimFactory, ContactFactory
from crm.audit import history_of
from crm.models import UndoEntry
from crm.undo import undo
from followups.dispatching import dispatch_due
from followups.models import Approval, Notification
from followups.wording import wording
from teams.models import Team, User

SignIn = Callable[[User], Client]
NEW, LIST, POOL, RULES = "/accounts/claims/new/", "/accounts/claims/", "/accounts/pool/", "/accounts/claims/rules/"


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Every page is opened at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def held(changhong: Account) -> Claim:
    """Chen Siyuan claimed Changhong, until the end of the year."""
    return ClaimFactory(account=changhong)


def filed(client: Client, name: str, **fields: Any) -> HttpResponse:
    """File a claim as the form sends it."""
    data = {"client_id": str(uuid.uuid4()), "name": name, "region": "华东", "month": "2026-11"}
    return client.post(NEW, data | fields)


def choices(response: HttpResponse) -> list[str]:
    """Return the companies the form asks about."""
    return [str(label) for _key, label in response.context["form"].fields["which"].choices]


# --- filing -----------------------------------------------------------------------------------------------------------
def test_the_form_knows_region_month_and_what_was_searched_for(rep: User, client_for: SignIn) -> None:
    shown = client_for(rep).get(NEW, {"name": "常州恒立"}).content.decode()

    assert 'value="华东一区"' in shown
    assert 'type="month" name="month" value="2026-11"' in shown
    assert 'value="常州恒立"' in shown


def test_a_new_name_is_a_customer_at_once(rep: User, client_for: SignIn) -> None:
    response = filed(client_for(rep), "常州恒立液压有限公司", city="常州")

    account = Account.objects.get()
    assert (response.status_code, response.url) == (302, account.get_absolute_url())
    assert (account.owner, account.city, account.claims.get().month) == (rep, "常州", date(2026, 11, 1))


def test_what_is_missing_is_said_and_nothing_typed_is_lost(rep: User, client_for: SignIn) -> None:
    response = client_for(rep).post(NEW, {"client_id": str(uuid.uuid4()), "name": "常州恒立", "note": "展会认识"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"region", "month"}
    assert "展会认识" in response.content.decode()
    assert not Account.objects.exists()


def test_who_sees_the_customer_reads_who_holds_it(held: Claim, rep: User, manager: User, client_for: SignIn) -> None:
    assert choices(filed(client_for(rep), "苏州长虹精密科技有限公司")) == [
        "苏州长虹精密科技有限公司: your own customer"
    ]
    assert choices(filed(client_for(manager), "苏州长虹精密科技有限公司")) == [
        f"苏州长虹精密科技有限公司: held by 陈思远 since {held.account.recorded_at:%Y-%m-%d}"
    ]


def test_who_does_not_see_it_learns_the_team_and_the_day_only(held: Claim, outsider: User, client_for: SignIn) -> None:
    response = filed(client_for(outsider), "苏州长虹精密科技有限公司")

    assert response.status_code == 422
    assert choices(response) == [f"The same company: held by 华东一区 since {held.account.recorded_at:%Y-%m-%d}"]
    assert "Say which it is, then file again" in response.content.decode()
    assert "陈思远" not in response.content.decode()
    assert held.account.phone not in response.content.decode()


def test_a_customer_one_sees_can_be_looked_at_before_filing(
    held: Claim, rep: User, outsider: User, client_for: SignIn
) -> None:
    way = f'href="{held.account.get_absolute_url()}"'
    assert way in filed(client_for(rep), held.account.name).content.decode()
    assert way not in filed(client_for(outsider), held.account.name).content.decode()


def test_a_name_that_is_only_alike_may_be_another_company(held: Claim, rep: User, client_for: SignIn) -> None:
    client = client_for(rep)
    assert choices(filed(client, "长虹精密"))[-1] == "None of these: it is another company"

    assert filed(client, "长虹精密", which="new").status_code == 302
    assert Account.objects.filter(owner=rep).count() == 2


def test_the_second_claim_goes_to_the_manager(
    held: Claim, teammate: User, manager: User, rep: User, client_for: SignIn
) -> None:
    client = client_for(teammate)
    response = filed(client, held.account.name, which=str(held.account_id), note="去年的展会上认识")

    claim = Claim.objects.waiting().get()
    assert response.url == claim.get_absolute_url()
    page = client.get(response.url).content.decode()
    assert "赵敏 decides. Until then the customer stays where it is." in page
    assert "Open the customer" not in page
    waiting = client_for(manager).get(reverse("followups:approval", args=[Approval.objects.get().pk]))
    assert "去年的展会上认识" in waiting.content.decode()
    assert "Somebody holds this customer" in waiting.content.decode()


def test_who_claims_second_reads_no_more_of_the_customer_than_before_he_filed(
    held: Claim, outsider: User, manager: User, client_for: SignIn
) -> None:
    """The manager reads who holds it, since when and who was there last; the claimant only that somebody does."""
    filed(client_for(outsider), held.account.name, which=str(held.account_id), note="去年的展会上认识")
    asked = Approval.objects.get()
    url = reverse("followups:approval", args=[asked.pk])

    read = client_for(manager).get(url).content.decode()
    told = client_for(outsider).get(url).content.decode()

    assert ("陈思远" in read, "Holds it now" in read) == (True, True)
    assert ("陈思远" in told, "Holds it now" in told) == (False, False)
    assert ("Somebody holds this customer" in told, "去年的展会上认识" in told) == (True, True)
    assert "陈思远" not in client_for(outsider).get("/approvals/?view=mine").content.decode()


def test_the_second_claim_is_refused_with_a_sentence(held: Claim, outsider: User, client_for: SignIn) -> None:
    ClaimPolicy.objects.create(pk=1, second_claim="REFUSE")
    response = filed(client_for(outsider), held.account.name, which=str(held.account_id))

    assert response.status_code == 422
    assert "华东一区 holds this customer already. It cannot be claimed twice." in response.content.decode()


def test_a_customer_of_the_pool_is_claimed_by_its_name(outsider: User, east: Team, client_for: SignIn) -> None:
    pooled = AccountFactory(name="无锡华鑫轴承有限公司", owner=None, team=east)
    client = client_for(outsider)
    assert choices(filed(client, pooled.name)) == ["无锡华鑫轴承有限公司: in the pool, yours at once"]

    filed(client, pooled.name, which=str(pooled.pk))
    pooled.refresh_from_db()
    assert (pooled.owner, pooled.team) == (outsider, outsider.team)


def test_a_new_customer_beyond_the_limit_is_not_made(rep: User, client_for: SignIn) -> None:
    ClaimPolicy.objects.create(pk=1, limit_total=1)
    AccountFactory(owner=rep)
    response = client_for(rep).post("/accounts/new/", {"name": "常州恒立", "kind": "PROSPECT", "owner": rep.pk})

    assert response.status_code == 422
    assert "as many as a person may" in response.content.decode()


# --- the pool ---------------------------------------------------------------------------------------------------------
def test_the_pool_tells_the_firm_and_nothing_of_its_people_and_deals(
    held: Claim, rep: User, outsider: User, now: datetime, client_for: SignIn
) -> None:
    ContactFactory(account=held.account, name="王建国", mobile="13812347042")
    release(held.account, reason="客户搬迁", actor=rep, now=now)
    client = client_for(outsider)
    shown = client.get(POOL).content.decode()

    assert [word in shown for word in ("苏州长虹精密科技有限公司", "陈思远", "客户搬迁", "Released")] == [True] * 4
    assert [word in shown for word in ("王建国", "13812347042", "0512-65881402")] == [False] * 3
    assert client.get(held.account.get_absolute_url()).status_code == 404

    client.post(reverse("accounts:take", args=[held.account_id]))
    assert "王建国" in client.get(held.account.get_absolute_url()).content.decode()


def test_one_tap_claims_and_can_be_taken_back(outsider: User, client_for: SignIn) -> None:
    pooled = AccountFactory(name="无锡华鑫轴承有限公司", owner=None)
    AccountFactory(owner=outsider)
    client = client_for(outsider)
    response = client.post(reverse("accounts:take", args=[pooled.pk]), follow=True)

    assert "无锡华鑫轴承有限公司 is yours until 2027-01-23." in response.content.decode()
    assert "Protected until 2027-01-23, 60 days left" in response.content.decode()

    there = {"next": pooled.get_absolute_url()}
    back = client.post(reverse("crm:undo", args=[UndoEntry.objects.get().pk]), there, follow=True)
    assert (back.status_code, back.request["PATH_INFO"]) == (200, POOL), "the customer's own page is gone with it"
    assert "Claim 无锡华鑫轴承有限公司" in back.content.decode()


def test_who_taps_late_hears_who_was_quicker_and_who_never_saw_it_hears_nothing(
    held: Claim, rep: User, teammate: User, outsider: User, now: datetime, client_for: SignIn
) -> None:
    url = reverse("accounts:take", args=[held.account_id])
    assert client_for(outsider).post(url).status_code == 404

    release(held.account, reason="客户搬迁", actor=rep, now=now)
    client_for(teammate).post(url)
    response = client_for(outsider).post(url, follow=True)
    assert "刘婷 was a moment quicker. Choose another one." in response.content.decode()


def test_ones_own_lapsed_customer_says_from_when_it_is_free(
    held: Claim, rep: User, now: datetime, client_for: SignIn
) -> None:
    release(held.account, reason="客户搬迁", actor=rep, now=now)
    shown = client_for(rep).get(POOL).content.decode()

    assert "yours to claim from 2026-12-24" in shown
    assert reverse("accounts:take", args=[held.account_id]) not in shown


def test_one_of_the_pool_given_to_somebody_by_mistake_is_there_again_as_it_was(
    held: Claim, rep: User, teammate: User, manager: User, now: datetime, client_for: SignIn
) -> None:
    release(held.account, reason="客户搬迁", actor=rep, now=now)
    pooled = Account.objects.get()
    entry = give_accounts([pooled], to=teammate, actor=manager, now=now)
    undo(entry, actor=manager, now=now)

    (row,) = client_for(rep).get(POOL).context["rows"]
    assert (row.pool_kind, row.pool_reason, row.held_by) == ("RELEASED", "客户搬迁", "陈思远")
    assert row.free_on is not None, "who gave it up waits, as before"


def test_filters_of_the_pool(rep: User, now: datetime, client_for: SignIn) -> None:
    released = AccountFactory(name="甲公司", owner=rep, tier="A", city="苏州", last_contact_on=date(2026, 11, 20))
    release(released, reason="搬迁", actor=rep, now=now)
    AccountFactory(name="乙公司", owner=None, city="无锡")
    client = client_for(rep)

    def names(query: str) -> list[str]:
        return [row.name for row in client.get(f"{POOL}?{query}").context["rows"]]

    assert names("") == ["甲公司", "乙公司"]
    assert names("why=RELEASED") == names("tier=A") == names("city=苏") == ["甲公司"]
    assert names("quiet=30") == names("tier=none") == ["乙公司"]
    assert names("sort=-name") == ["甲公司", "乙公司"]
    assert "No customer fits these filters" in client.get(f"{POOL}?q=不存在").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_pool_costs_the_same_with_one_and_with_three_rows(
    count: int, rep: User, client_for: SignIn, django_assert_num_queries
) -> None:
    AccountFactory.create_batch(count, owner=None)
    client = client_for(rep)
    client.get(POOL)
    # session, user, absences, menu (2); rules, count, rows; held; saved views; industries to choose
    with django_assert_num_queries(13):
        client.get(POOL)


# --- my claims --------------------------------------------------------------------------------------------------------
def test_what_lapses_next_stands_first_and_others_are_not_seen(
    held: Claim, rep: User, outsider: User, manager: User, client_for: SignIn
) -> None:
    soon = ClaimFactory(account=AccountFactory(name="昆山华鑫", owner=rep), protected_until=date(2026, 11, 27))
    foreign = ClaimFactory(account=AccountFactory(name="成都天奥", owner=outsider))

    def shown(person: User, query: str = "") -> list[tuple[Claim, int | None]]:
        return list(client_for(person).get(f"{LIST}?{query}").context["rows"])

    assert shown(rep) == shown(manager) == [(soon, 3), (held, 37)]
    assert shown(outsider) == [(foreign, 37)]
    assert shown(rep, "soon=14") == [(soon, 3)]
    assert shown(rep, "q=长虹") == [(held, 37)]
    assert shown(rep, "state=WAITING") == []


def test_the_list_is_downloaded_as_shown(held: Claim, rep: User, client_for: SignIn) -> None:
    response = client_for(rep).get("/accounts/claims/export/?format=csv&col=claimant&col=until")

    assert response.content.decode("utf-8-sig").splitlines() == [
        '"Customer","Responsible","Protected until"',
        '"苏州长虹精密科技有限公司","陈思远","2026-12-31"',
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_with_one_and_with_three_rows(
    count: int, rep: User, client_for: SignIn, django_assert_num_queries
) -> None:
    for account in AccountFactory.create_batch(count, owner=rep):
        ClaimFactory(account=account)
    client = client_for(rep)
    client.get(LIST)
    # session, user, absences, menu (2); count, rows, who sees them; rules; saved views; people, teams to choose
    with django_assert_num_queries(13):
        client.get(LIST)


# --- a customer's page ------------------------------------------------------------------------------------------------
def test_the_page_says_how_long_it_is_protected_and_history_who_held_it(
    held: Claim, rep: User, manager: User, now: datetime, client_for: SignIn
) -> None:
    client = client_for(manager)
    assert "Protected until 2026-12-31, 37 days left" in client.get(held.account.get_absolute_url()).content.decode()

    client.post(reverse("accounts:release", args=[held.account_id]), {"reason": "客户搬迁"})
    page = client.get(reverse("accounts:history", args=[held.account_id]))
    told = [(str(row.owner or "–"), row.get_kind_display(), row.reason) for row in page.context["owners"]]
    assert told == [("–", "released to the pool", "客户搬迁"), ("陈思远", "there before this was kept", "")]
    assert "in the pool" in page.content.decode()


def test_a_release_asks_for_a_reason(held: Claim, rep: User, client_for: SignIn) -> None:
    response = client_for(rep).post(reverse("accounts:release", args=[held.account_id]), {"reason": ""})

    assert response.status_code == 422
    assert Account.objects.get(pk=held.account_id).owner == rep


def test_a_manager_extends_and_a_bad_day_is_said(held: Claim, manager: User, client_for: SignIn) -> None:
    client, url = client_for(manager), reverse("accounts:extend_claim", args=[held.pk])
    bad = client.post(url, {"until": "2026-12-01", "reason": "招标推迟"})
    assert bad.status_code == 422
    assert "Choose a day after 2026-12-31" in bad.content.decode()

    client.post(url, {"until": "2027-02-28", "reason": "招标推迟"})
    held.refresh_from_db()
    assert held.protected_until == date(2027, 2, 28)


# --- the rules --------------------------------------------------------------------------------------------------------
def rules(**changed: Any) -> dict[str, Any]:
    """Return the rules as the form sends them."""
    numbers = {"days_a": 45, "days_b": 60, "days_c": 120, "days_none": 60, "warning_days": 5, "cooling_days": 30}
    switches = {"contact_counts": "on", "progress_counts": "on", "deals_exempt": "on"}
    return {"version": 1, "second_claim": "MANAGER"} | numbers | switches | changed


def test_an_admin_changes_the_rules_and_history_tells(admin: User, client_for: SignIn) -> None:
    client = client_for(admin)
    client.post(RULES, rules(days_a=90, limit_total=80))

    policy = ClaimPolicy.objects.get()
    assert (policy.days_a, policy.limit_total, policy.version) == (90, 80, 2)
    assert history_of(policy).get().changes == {"days_a": [45, 90], "limit_total": [None, 80], "version": [1, 2]}
    (told,) = client.get(RULES).context["events"]
    assert (str(told.title), told.lines[0].label) == ("Rules of claims changed", "A: days of protection")


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"days_c": 90}, "days_c", "Tier C is seen every 90 days; the protection must be longer than that."),
        ({"days_none": 6}, "days_none", "Ensure this value is greater than or equal to 7."),
        ({"warning_days": 31}, "warning_days", "Ensure this value is less than or equal to 30."),
        (
            {"contact_counts": "", "progress_counts": ""},
            "contact_counts",
            "Something must renew a protection: choose contacts, steps or both.",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    changed: dict[str, Any], field: str, sentence: str, admin: User, client_for: SignIn
) -> None:
    response = client_for(admin).post(RULES, rules(**changed))

    assert response.status_code == 422
    assert response.context["form"].errors[field][0] == sentence
    assert not ClaimPolicy.objects.exists()


def test_two_admins_at_once_are_asked(admin: User, client_for: SignIn) -> None:
    client = client_for(admin)
    client.post(RULES, rules(days_a=90))
    clash = client.post(RULES, rules(days_a=30, seen='{"days_a": ["45"]}'))

    assert clash.status_code == 409
    assert ClaimPolicy.objects.get().days_a == 90


# --- refusing a second claim ------------------------------------------------------------------------------------------
def test_refusing_says_what_it_means_and_wants_a_reason(
    held: Claim, teammate: User, manager: User, client_for: SignIn
) -> None:
    filed(client_for(teammate), held.account.name, which=str(held.account_id))
    asked, client = Approval.objects.get(), client_for(manager)
    url = reverse("followups:return", args=[asked.pk])

    for page in (client.get(reverse("followups:approval", args=[asked.pk])), client.get(url)):
        shown = page.content.decode()
        assert "Refuse the claim of 刘婷" in shown
        assert "刘婷 reads your reason at once, and may file again" in shown
        assert "Why is it refused?" in shown
        assert "What has to change?" not in shown
    empty = client.post(url, {"comment": "  "})
    assert (empty.status_code, Approval.objects.waiting().count()) == (422, 1)
    assert "Say why: the claimant reads it" in empty.content.decode()
    assert client.post(url, {"comment": "陈" * 251}).status_code == 422  # the claim keeps the whole of it


def test_who_is_refused_reads_why_and_may_file_again(
    held: Claim, teammate: User, manager: User, now: datetime, client_for: SignIn
) -> None:
    filed(client_for(teammate), held.account.name, which=str(held.account_id))
    claim = Claim.objects.waiting().get()
    url = reverse("followups:return", args=[Approval.objects.get().pk])
    answer = client_for(manager).post(url, {"comment": "陈思远正在投标"}, follow=True)
    assert "Refused. 刘婷 is told why." in answer.content.decode()

    dispatch_due(clock=lambda: now)
    told = Notification.objects.get(recipient=teammate, kind="approval_returned")
    words = wording(told.kind, told.params)
    assert (words.title, words.reason) == ("Claim refused: 苏州长虹精密科技有限公司", "赵敏 writes: 陈思远正在投标")
    assert "陈思远正在投标" in client_for(teammate).get(claim.get_absolute_url()).content.decode()
    assert filed(client_for(teammate), held.account.name, which=str(held.account_id)).status_code == 302
    assert Claim.objects.waiting().count() == 1
