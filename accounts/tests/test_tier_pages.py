"""The pages of the tier policy: what an admin sees and does, what a director sees, a customer's own tier."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actions.tier_hands import override_tier
from accounts.models import Account, AccountRating, TierPolicy, TierRound
from accounts.tests.factories import AccountFactory, RatingScaleFactory, TierPolicyFactory, TurnoverFactory
from accounts.tests.test_account_page import opened
from accounts.tests.tier_steps import asked, signed, signed_and_applied
from followups.actions.approvals import send_back
from followups.models import Approval
from teams.models import User

QUERIES = 17
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Every page is opened at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def ten(rep: User, today: date) -> list[Account]:
    """Ten customers of tier C, each selling a thousand more than the one before."""
    accounts = [AccountFactory(owner=rep, name=f"客户{number:02}", tier="C", potential=3) for number in range(1, 11)]
    for number, account in enumerate(accounts, start=1):
        TurnoverFactory(account=account, booked_on=today, amount=Decimal(1000 * number))
    return accounts


def typed(client: Client, **values: object) -> dict[str, object]:
    """Return the form of a new draft with some values changed."""
    return opened(client, reverse("accounts:new_draft")) | values


def test_the_policy_in_force_stands_beside_the_actual_shares(ten, admin: User, client_for: SignIn) -> None:
    shown = client_for(admin).get(reverse("accounts:tiers"))
    assert "Run again: 3 customers would move" in shown.content.decode()
    by_tier = {row.tier: row for row in shown.context["compared"]}
    assert by_tier["C"].customers == 100
    assert by_tier["A"].reference == {"turnover": 70, "customers": 10, "staff": 15}
    assert "No customer has tier A yet." in shown.content.decode()


def test_an_admin_reads_whom_a_draft_moves_and_why_but_opens_no_customer(
    ten, admin: User, director: User, client_for: SignIn
) -> None:
    draft = TierPolicyFactory()
    url = reverse("accounts:draft", args=[draft.pk])
    for person, link in ((admin, ""), (director, ten[9].get_absolute_url())):
        shown = client_for(person).get(url).context
        assert shown["moving_text"] == "3 customers move"
        assert [(mover.name, mover.owner, mover.before, mover.after) for mover in shown["movers"]] == [
            ("客户10", "陈思远", "C", "A"),
            ("客户09", "陈思远", "C", "B"),
            ("客户08", "陈思远", "C", "B"),
        ]
        assert shown["movers"][0].url == link
        assert shown["movers"][0].reason.startswith("place 1 of 10, score ")
    assert client_for(admin).get(ten[9].get_absolute_url()).status_code == 404


def test_a_cell_of_the_matrix_lists_its_customers(ten, admin: User, client_for: SignIn) -> None:
    draft = TierPolicyFactory()
    client, url = client_for(admin), reverse("accounts:draft", args=[draft.pk])

    def listed(before: str, after: str) -> list[str]:
        shown = client.get(url, {"from": before, "to": after}).context
        assert (before.strip("-"), after.strip("-")) == shown["move"]
        return [mover.name for mover in shown["movers"]]

    assert listed("C", "B") == ["客户09", "客户08"]
    assert len(listed("C", "C")) == 7
    assert listed("-", "A") == []
    data = typed(client, cut_a="20", cut_b="30")
    answer = client.post(reverse("accounts:simulate"), data | {"from": "C", "to": "A"})
    assert [mover.name for mover in answer.context["movers"]] == ["客户10", "客户09"]
    assert client.get(url, {"from": "X", "to": "A"}).context["move"] is None


def test_tiers_set_by_hand_stand_with_their_reason_and_end(
    ten, admin: User, manager: User, today: date, now: datetime, client_for: SignIn
) -> None:
    until = today + timedelta(days=30)
    override_tier(ten[0], to="A", until=until, reason="战略客户", actor=manager, on=today, now=now)
    ((account, change, is_seen),) = client_for(admin).get(reverse("accounts:tiers")).context["by_hand"]
    assert (account, account.tier_fixed_until, is_seen) == (ten[0], until, False)
    assert (change.reason, change.actor) == ("战略客户", manager)


def test_the_matrix_counts_customers_and_their_turnover(ten, admin: User, client_for: SignIn) -> None:
    shown = client_for(admin).get(reverse("accounts:new_draft"))
    row = next(row for row in shown.context["matrix"] if row.tier == "C")
    assert {to: (cell.customers, cell.turnover) for to, cell in row.cells} == {
        "A": (1, 10_000),
        "B": (2, 17_000),
        "C": (7, 28_000),
    }
    assert (row.total.customers, row.total.turnover) == (10, 55_000)
    assert (shown.context["visits_before"], shown.context["visits_after"]) == (Decimal("3.3"), Decimal("6.5"))
    assert [(load.name, load.before, load.after) for load in shown.context["loads"]] == [
        ("陈思远", Decimal("3.3"), Decimal("6.5"))
    ]


def test_typing_shows_the_effect_and_keeps_nothing(ten, admin: User, client_for: SignIn) -> None:
    client = client_for(admin)
    data = typed(client, cut_a="50", cut_b="60")
    shown = client.post(reverse("accounts:simulate"), data, headers={"HX-Request": "true"})
    assert shown.context["moving"] == 6
    assert TierPolicy.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"weight_turnover": "50"}, "The weights add up to 90; together they must make 100."),
        ({"margin": "10"}, "With this margin nobody could rise to A or fall to C any more. Make it smaller."),
        ({"cut_by": "SCORE"}, "By score, A needs more points than B, B more than 0, and A at most 100."),
        ({"cut_a": "30", "cut_b": "20"}, "A must end above 0, A and B together above A, and both below 100."),
        ({"ref_A_turnover": "60"}, "Reference for share of turnover: the three add up to 90 and must make 100."),
        ({"days_A": "0"}, "greater than or equal to 1"),
    ],
)
def test_rules_that_do_not_fit_are_refused_with_a_sentence_and_nothing_is_lost(
    wrong: dict[str, str], says: str, ten, admin: User, client_for: SignIn
) -> None:
    client = client_for(admin)
    data = typed(client, name="四季度", **wrong)
    answer = client.post(reverse("accounts:new_draft"), data)
    assert answer.status_code == 422
    assert answer.content.decode().count(says) >= 2  # in the summary and at its field
    assert 'value="四季度"' in answer.content.decode()
    assert TierPolicy.objects.count() == 1
    live = client.post(reverse("accounts:simulate"), data, headers={"HX-Request": "true"})
    assert says in live.content.decode()


@pytest.fixture
def cast(admin: User, director: User, today: date, now: datetime) -> dict:
    """Who asks, who signs, and when."""
    return {"admin": admin, "director": director, "on": today, "now": now}


def said(answer) -> str:
    """Return what the page tells."""
    return answer.content.decode()


def test_draft_ask_sign_apply_and_back(ten, admin: User, director: User, client_for: SignIn) -> None:
    client = client_for(admin)
    client.post(reverse("accounts:new_draft"), typed(client, name="四季度", cut_a="50", cut_b="60"))
    draft = TierPolicy.objects.get(name="四季度")
    url = draft.get_absolute_url()
    client.post(url, opened(client, url) | {"cut_a": "40", "days_A": "7", "weight_margin": "0"})
    draft.refresh_from_db()
    assert (draft.cut_a, draft.contact_days["A"], draft.weights["turnover"]) == (40, 7, 60)
    ask = reverse("accounts:ask_signature", args=[draft.pk])
    assert "何云 was asked to sign." in said(client.post(ask, opened(client, ask), follow=True))
    approval = Approval.objects.waiting().get()
    theirs = client_for(director)
    assert "6 customers move" in said(theirs.get(reverse("followups:approval", args=[approval.pk])))
    theirs.post(reverse("followups:approve", args=[approval.pk]))
    apply = reverse("accounts:apply", args=[draft.pk])
    assert "6 customers move" in said(client.get(apply))
    assert "Applied: 6 customers moved." in said(client.post(apply, opened(client, apply), follow=True))
    assert Account.objects.filter(tier="A").count() == 4
    shown = said(client.get(reverse("accounts:tiers")))
    assert "One can go back to “ABC” until 2027-02-22." in shown
    back = client.post(reverse("accounts:roll_back", args=[draft.pk]), follow=True)
    assert "“ABC” is in force again: 6 customers moved." in said(back)
    assert Account.objects.filter(tier="C").count() == 10


def test_a_draft_says_where_it_stands(cast, admin: User, director: User, now: datetime, client_for: SignIn) -> None:
    draft = TierPolicyFactory(name="四季度")
    client, url = client_for(admin), draft.get_absolute_url()
    assert "A director signs before it can be applied." in said(client.get(url))
    approval = asked(draft, **cast)
    shown = said(client.get(url))
    assert "何云 is asked to sign." in shown
    assert "Save the draft" not in shown
    data = opened(client, reverse("accounts:new_draft")) | {"name": "改名"}
    answer = client.post(url, data)
    assert (answer.status_code, "Take the request back, then change it." in said(answer)) == (422, True)
    assert 'value="改名"' in said(answer)
    send_back(approval, actor=director, now=now, comment="A 类太多")
    assert "何云 returned it: A 类太多" in said(client.get(url))
    signed(draft, **cast)
    assert "Changing the rules makes the signature void." in said(client.get(url))
    saved = client.post(url, opened(client, url) | {"cut_a": "12"}, follow=True)
    assert "The rules changed, so they have to be signed again." in said(saved)
    refused = client.post(reverse("accounts:apply", args=[draft.pk]), {"day": "2026-11-24"})
    assert "This draft was changed after it had been signed. Ask for a signature again." in said(refused)


def test_a_day_is_chosen_and_called_off_and_one_in_the_past_is_refused(cast, admin: User, client_for: SignIn) -> None:
    draft = signed(TierPolicyFactory(), **cast)
    client, apply = client_for(admin), reverse("accounts:apply", args=[draft.pk])
    past = client.post(apply, {"day": "2026-11-23"})
    assert (past.status_code, "This day has passed. Choose today or a later day." in said(past)) == (422, True)
    assert 'value="2026-11-23"' in said(past)
    assert "To be applied on 2026-12-01." in said(client.post(apply, {"day": "2026-12-01"}, follow=True))
    called_off = client.post(reverse("accounts:call_off", args=[draft.pk]), follow=True)
    assert "Called off." in said(called_off)
    other = TierPolicyFactory()
    ask = client.post(reverse("accounts:ask_signature", args=[other.pk]), {"signer": cast["director"].pk,
                      "apply_on": "2026-11-23"})  # fmt: skip
    assert (ask.status_code, "This day has passed." in said(ask)) == (422, True)


def test_without_a_director_asking_says_so(admin: User, client_for: SignIn) -> None:
    draft = TierPolicyFactory()
    answer = client_for(admin).get(reverse("accounts:ask_signature", args=[draft.pk]), follow=True)
    assert "Make somebody a director." in said(answer)


def test_after_ninety_days_there_is_no_way_back_but_a_sentence(ten, cast, admin, now, client_for: SignIn) -> None:
    policy = TierPolicyFactory(name="四季度")
    signed_and_applied(policy, **cast)
    with time_machine.travel(now + timedelta(days=91), tick=False):
        client = client_for(admin)
        shown = said(client.get(reverse("accounts:tiers")))
        assert "One could go back to “ABC” until 2027-02-22." in shown
        assert "Go back to “ABC”" not in shown
        answer = client.post(reverse("accounts:roll_back", args=[policy.pk]), follow=True)
    assert "One could go back until 2027-02-22." in said(answer)


def test_two_drafts_stand_side_by_side(ten, admin: User, client_for: SignIn) -> None:
    first, second = TierPolicyFactory(name="从严"), TierPolicyFactory(name="从宽", cut_a=Decimal(20))
    client, url = client_for(admin), reverse("accounts:compare_drafts")
    shown = client.get(url, {"a": first.pk, "b": second.pk})
    assert [side["moving"] for side in shown.context["sides"]] == [3, 3]
    assert [(row.name, row.now, row.first, row.second) for row in shown.context["parted"]] == [
        ("客户09", "C", "B", "A")
    ]
    pair = shown.context["load_pairs"][0]
    assert (pair.name, pair.now, pair.first, pair.second) == ("陈思远", Decimal("3.3"), Decimal("6.5"), Decimal("7.6"))
    same = client.get(url, {"a": first.pk, "b": first.pk})
    assert (same.status_code, "Choose another draft than the first." in said(same)) == (422, True)


def test_running_again_asks_a_director_where_the_rules_say_so(ten, admin, director, client_for: SignIn) -> None:
    client, url = client_for(admin), reverse("accounts:run_tiers")
    assert "3 customers move" in said(client.get(url))
    done = client.post(url, follow=True)
    assert "3 customers move: a director was asked to sign." in said(done)
    kept = TierRound.objects.get()
    shown = client_for(director).get(kept.get_absolute_url()).context
    assert [(who.name, before, after) for who, before, after, *_judged in shown["moves"]] == [
        ("客户08", "C", "B"),
        ("客户09", "C", "B"),
        ("客户10", "C", "A"),
    ]
    TierPolicy.objects.update(applies_itself=True)
    assert "Applied: 3 customers moved." in said(client.post(url, follow=True))


def test_very_many_customers_are_simulated_and_changed_by_a_worker(
    ten, cast, admin: User, client_for: SignIn, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    monkeypatch.setattr("accounts.tiers.runs.AT_ONCE", 5)
    draft = signed(TierPolicyFactory(name="四季度"), **cast)
    client, url = client_for(admin), draft.get_absolute_url()
    assert "made in the background" in said(client.get(url))
    data = opened(client, url) | {"start": "1"}
    with django_capture_on_commit_callbacks() as waiting:
        started = client.post(reverse("accounts:simulate"), data, headers={"HX-Request": "true"})
        assert "Waiting for a free worker" in said(started)
        again = client.post(reverse("accounts:simulate"), data)
    assert len(waiting) == 1  # the same question is asked once
    waiting[0]()
    assert client.get(again.url).context["moving_text"] == "3 customers move"
    shown = client.get(url, {"from": "C", "to": "B"}).context
    assert [mover.name for mover in shown["movers"]] == ["客户09", "客户08"]
    assert client.post(reverse("accounts:apply", args=[draft.pk]), {"day": "2026-11-24"}).status_code == 302
    assert Account.objects.filter(tier="A").count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("accounts:apply", args=[draft.pk]), {"day": "2026-11-24"})
    assert Account.objects.filter(tier="A").count() == 1
    progress = client.get(reverse("accounts:tier_progress"), headers={"HX-Request": "true"})
    assert "See the tiers" in said(progress)
    shown = said(client_for(cast["director"]).get(reverse("accounts:tier", args=[ten[9].pk])))
    assert "the last was on 2026-11-24" in shown


def test_two_drafts_of_very_many_customers_are_compared_by_a_worker(
    ten, admin: User, client_for: SignIn, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    monkeypatch.setattr("accounts.tiers.runs.AT_ONCE", 5)
    pair = {"a": TierPolicyFactory().pk, "b": TierPolicyFactory(cut_a=Decimal(20)).pk}
    client = client_for(admin)
    with django_capture_on_commit_callbacks(execute=True):
        started = client.post(reverse("accounts:compare_drafts"), pair)
    shown = client.get(started.url).context
    assert [(row.name, row.first, row.second) for row in shown["parted"]] == [("客户09", "B", "A")]


def test_a_further_criterion_is_defined_rated_and_weighed(ten, admin: User, rep: User, client_for: SignIn) -> None:
    client = client_for(admin)
    client.post(reverse("accounts:new_scale"), {"name": "创新意愿", "hint": "0 观望，5 率先", "is_active": "on"})
    scale = RatingScaleFactory._meta.model.objects.get(name="创新意愿")
    seller, rate = client_for(rep), reverse("accounts:rate", args=[ten[0].pk])
    seller.post(rate, opened(seller, rate) | {f"rating_{scale.pk}": "5"})
    assert AccountRating.objects.get().value == 5
    assert "创新意愿" in said(seller.get(reverse("accounts:tier", args=[ten[0].pk])))
    weights = {"weight_turnover": "0", "weight_potential": "0", "weight_credit": "0"}
    data = typed(client, **weights, **{f"weight_rating_{scale.pk}": "100"})
    shown = client.post(reverse("accounts:simulate"), data, headers={"HX-Request": "true"})
    assert [(mover.name, mover.after) for mover in shown.context["movers"]] == [("客户01", "A")]
    assert "创新意愿 100 %" in said(shown)


def test_the_page_reads_the_same_for_one_draft_as_for_three(ten, admin: User, client_for: SignIn) -> None:
    client, counts = client_for(admin), []
    client.get(reverse("accounts:tiers"))
    for more in (1, 2):
        TierPolicyFactory.create_batch(more)
        with CaptureQueriesContext(connection) as read:
            client.get(reverse("accounts:tiers"))
        counts.append(len(read))
    assert counts[0] == counts[1] == QUERIES


def test_two_admins_change_the_same_draft(ten, admin: User, client_for: SignIn) -> None:
    client = client_for(admin)
    draft = TierPolicyFactory()
    url = reverse("accounts:draft", args=[draft.pk])
    data = opened(client, url)
    client.post(url, data | {"cut_a": "20"})
    answer = client.post(url, data | {"cut_a": "25"})
    assert answer.status_code == 409
    assert "20.00" in answer.content.decode()


def test_two_admins_change_the_weights_of_the_same_draft(ten, admin: User, client_for: SignIn) -> None:
    client, draft = client_for(admin), TierPolicyFactory()
    url = draft.get_absolute_url()
    data = opened(client, url)
    client.post(url, data | {"weight_turnover": "50", "weight_margin": "10"})
    answer = client.post(url, data | {"weight_turnover": "40", "weight_credit": "35"})
    assert (answer.status_code, "林越 changed this meanwhile: weights." in said(answer)) == (422, True)
    assert TierPolicy.objects.get(pk=draft.pk).weights["turnover"] == 50
    again = {name: field.value() for name, field in ((each.name, each) for each in answer.context["form"])}
    client.post(url, {name: "" if value is None else value for name, value in again.items()})
    assert TierPolicy.objects.get(pk=draft.pk).weights == {"turnover": 40, "potential": 25, "credit": 35}


# --- one customer -----------------------------------------------------------------------------------------------------
def test_a_customer_shows_what_it_earns_beside_what_it_has(ten, rep: User, client_for: SignIn) -> None:
    shown = client_for(rep).get(reverse("accounts:tier", args=[ten[9].pk])).content.decode()
    assert "place 1 of 10, score 75.0 (turnover 100.0, growth potential 60.0, credit standing 0.0)" in shown
    assert "Set by hand" not in shown


def test_a_manager_sets_a_tier_by_hand_and_ends_it(ten, manager: User, today: date, client_for: SignIn) -> None:
    client, until = client_for(manager), today + timedelta(days=30)
    url = reverse("accounts:override", args=[ten[0].pk])
    wrong = client.post(url, {"tier": "A", "until": today.isoformat(), "reason": "战略客户"})
    assert wrong.status_code == 422
    assert "战略客户" in wrong.content.decode()
    client.post(url, {"tier": "A", "until": until.isoformat(), "reason": "战略客户"})
    shown = client.get(reverse("accounts:tier", args=[ten[0].pk])).content.decode()
    assert f"by hand until {until}" in shown
    assert "战略客户" in shown
    client.post(reverse("accounts:free", args=[ten[0].pk]))
    assert Account.objects.get(pk=ten[0].pk).tier == "C"
