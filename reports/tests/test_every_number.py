"""Every number of the manager's page leads to a list and is its length, its sum or its weighted sum.

The page is read as a browser would: each link that carries `data-count`, `data-value` or `data-weighted` is followed.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import AccountFactory, AccountMemberFactory
from followups.tests.factories import FollowUpFactory
from pipeline.choices import ChangeKind, Track
from pipeline.models import ExchangeRate, Opportunity, Pipeline, StageChange
from pipeline.tests.factories import OpportunityFactory
from teams.tests.factories import AbsenceFactory, TeamFactory
from visits.tests.factories import VisitFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
FIGURES = ("count", "value", "weighted")


@pytest.fixture(autouse=True)
def _frozen(now):
    """Stand still at 10:40 on Tuesday, 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@dataclass(frozen=True)
class Link:
    """A number on the page: where it leads, what it is of that list, how much."""

    url: str
    figure: str
    exact: Decimal
    text: str


class Numbers(HTMLParser):
    """Collects the numbers of a page, and every digit in its content that stands in no link and needs none."""

    # What explains, names a period or shows a share of two linked numbers stands outside of links.
    WITHOUT = ("explain", "finding", "unit", "note-line", "axis")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[Link] = []
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.loose: list[str] = []
        self.feed(page[page.index('<div class="kpis"') : page.index("</main>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a number, and what is open."""
        if tag in ("input", "br", "img"):
            return
        given = dict(attrs)
        self.open.append((tag, given))
        for figure in FIGURES:
            if tag == "a" and f"data-{figure}" in given:
                self.links.append(Link(given["href"] or "", figure, Decimal(given[f"data-{figure}"] or ""), ""))

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note digits that lead nowhere."""
        if not re.search(r"\d", data):
            return
        inside = [name for name, _ in self.open]
        classes = {word for _, given in self.open for word in (given.get("class") or "").split()}
        if not {"a", "h2", "th", "title", "caption", "style"}.intersection(inside) and not classes & {*self.WITHOUT}:
            self.loose.append(data.strip())


def behind(client: Client, link: Link) -> Decimal:
    """Return what the list behind a number says of itself."""
    response = client.get(link.url)
    assert response.status_code == 200, link
    shown = response.context
    if link.figure == "count":
        return Decimal(len(shown["queue"].cards) if "queue" in shown else shown["page"].count)
    return Decimal(getattr(shown["sums"], link.figure) if shown["sums"] else 0)


def follow_all(client: Client, **query: str) -> list[Link]:
    """Return the numbers of the page after following each; fails for one that differs from its list."""
    response = client.get(reverse("reports:dashboard"), query)
    assert response.status_code == 200
    numbers = Numbers(response.text)
    assert numbers.loose == []
    lists = {link: behind(client, link) for link in numbers.links}
    assert {link: link.exact for link in lists} == lists
    return numbers.links


def moved(deal: Opportunity, *codes: str, at: datetime, kind: str = ChangeKind.FORWARD, **fields: object) -> None:
    for code in codes:
        StageChange.objects.create(
            opportunity=deal, track=Track.OURS, kind=kind, after=deal.pipeline.steps.get(code=code),
            happened_on=at.date(), origin="IMPORT", history_at=at, **fields,
        )  # fmt: skip


@pytest.fixture
def busy_quarter(manager, rep, teammate, outsider, other_manager, changhong, east):
    """A quarter in which everything happened, also what is easily forgotten."""
    ExchangeRate.objects.create(currency="USD", starts_on=date(2026, 1, 1), rate=Decimal("7.1234"))
    early, late = datetime(2026, 10, 9, tzinfo=UTC), datetime(2026, 11, 23, 2, tzinfo=UTC)
    deal = OpportunityFactory(account=changhong, step="D", amount=Decimal(1_000_000), next_step_on=TODAY)
    moved(deal, "F", "E", at=early)
    moved(deal, "D", at=late)
    moved(deal, "C", at=late, undone_at=late)  # taken back at once: counts no more
    OpportunityFactory(account=None, owner=teammate, step="B", amount=Decimal("33333.3333"), currency="USD")
    OpportunityFactory(account=None, owner=rep, step="E", amount=Decimal(777), currency="EUR")
    OpportunityFactory(account=changhong, amount=None, expected_on=TODAY - timedelta(days=1))
    fleet = Pipeline.objects.get(key="vehicle-fleet")
    OpportunityFactory(account=changhong, pipeline=fleet, amount=Decimal(640_000), opened_on=TODAY)
    for day in (date(2026, 9, 30), date(2026, 10, 1), date(2025, 10, 2), date(2026, 7, 4), TODAY):
        won = OpportunityFactory(
            account=None, owner=rep, state="WON", closed_on=day, step="A", amount=Decimal(2_500_000)
        )
        moved(won, "F", "A", at=early)
    OpportunityFactory(account=None, owner=rep, state="WON", closed_on=TODAY, currency="USD", amount=Decimal(10_000))
    OpportunityFactory(account=None, owner=teammate, state="LOST", closed_on=TODAY)
    # Seen by the manager through an account of his team, but another team's work.
    shared = AccountFactory(owner=rep)
    AccountMemberFactory(account=shared, user=outsider)
    OpportunityFactory(account=shared, owner=outsider, amount=Decimal(90_000))
    closed_team = TeamFactory(name="撤销的组", below=east)
    closed_team.is_active = False
    closed_team.save(update_fields=["is_active"])
    OpportunityFactory(account=None, owner=rep, team=closed_team, amount=Decimal(5_000))
    OpportunityFactory(account=AccountFactory(owner=outsider), amount=Decimal(1_234), step="C")
    AccountFactory(owner=rep, tier="A", last_contact_on=None)
    AccountFactory(owner=teammate, tier="A", last_contact_on=TODAY)
    VisitFactory(account=changhong, happened_on=TODAY, goal_reached=True)
    VisitFactory(account=changhong, happened_on=date(2026, 10, 1))
    VisitFactory(account=changhong, happened_on=date(2026, 9, 30))
    FollowUpFactory(recipient=rep, due_on=TODAY - timedelta(days=2))
    FollowUpFactory(recipient=rep, due_on=TODAY - timedelta(days=2), snoozed_until=TODAY + timedelta(days=2))
    FollowUpFactory(recipient=rep, due_on=TODAY)
    FollowUpFactory(recipient=manager, due_on=TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("who", "period"),
    [
        ("manager", "week"),
        ("manager", "quarter"),
        ("director", "month"),
        ("director", "year"),
        ("other_manager", "quarter"),
    ],
)
def test_every_number_equals_the_list_it_leads_to(who, period, busy_quarter, request, client_for):
    person = request.getfixturevalue(who)
    links = follow_all(client_for(person), period=period)
    assert len(links) >= 44 + 8  # the rows above the team, and at least one person


def test_the_numbers_of_who_left_lead_to_their_lists_too(busy_quarter, rep, manager, client_for):
    rep.is_active = False
    rep.save(update_fields=["is_active"])

    links = follow_all(client_for(manager), period="quarter")

    assert {f"owner={rep.pk}", f"person={rep.pk}"} <= {part for link in links for part in re.split("[?&]", link.url)}
    assert {link.figure for link in links} == set(FIGURES)


def test_so_does_one_team_the_funnel_by_number_and_of_another_pipeline(busy_quarter, director, east, west, client_for):
    client = client_for(director)
    for team in (east, west):
        follow_all(client, team=str(team.pk))
    links = follow_all(client, measure="count", pipeline="vehicle-fleet")
    fleet = Pipeline.objects.get(key="vehicle-fleet").steps.order_by("position")[0]
    assert next(link.exact for link in links if link.url.endswith(f"step={fleet.pk}")) == 1


def test_a_period_that_is_over_and_one_without_anything(busy_quarter, manager, client_for):
    client = client_for(manager)
    for on in ("2026-07-01", "2019-01-01"):
        follow_all(client, period="quarter", on=on)


def test_who_stands_in_for_another_finds_only_his_own_overdue_items_behind_his_number(
    manager, other_manager, outsider, client_for
):
    FollowUpFactory(recipient=outsider, due_on=TODAY - timedelta(days=1))
    FollowUpFactory(recipient=other_manager, due_on=TODAY - timedelta(days=1))
    AbsenceFactory(user=other_manager, deputy=manager, starts_on=TODAY, ends_on=TODAY)
    overdue = [link.exact for link in follow_all(client_for(manager)) if "overdue" in link.url]
    assert sum(overdue) == 2


def test_a_conversion_leads_to_those_who_came_and_those_who_went_on(busy_quarter, manager, client_for):
    client = client_for(manager)
    page = client.get(reverse("reports:dashboard"), {"pipeline": "key-accounts"})
    levels = page.context["levels"]
    assert [(level.entered, level.went_on) for level in levels[:4]] == [(3, 3), (3, 3), (3, 2), (2, 2)]
    for level, following in pairwise(levels):
        url = reverse("reports:passed", args=[level.step.pk])
        assert client.get(url).context["page"].count == level.entered
        assert client.get(url, {"went_on": "yes"}).context["page"].count == level.went_on
        if level.entered:
            assert f"{level.conversion} % went on: {level.went_on} of {level.entered}" in page.text
        assert following.entered <= level.entered
