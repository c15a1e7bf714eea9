"""Two filings of one customer with a row of every kind on each, and the whole database as it can be compared."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models

from accounts.models import Account, AccountLook, Contact, MatchKey, StanceChange, TierChange
from accounts.tests.factories import AccountFactory, AccountMemberFactory, ContactFactory, TurnoverFactory
from crm.audit import plain
from crm.models import AuditEntry, StoredFile, UndoEntry
from followups.models import Comment
from followups.tests.factories import ApprovalFactory, DeliveryFactory, FollowUpFactory, NotificationFactory
from pipeline.models import Decider, Opportunity
from pipeline.tests.factories import EvidenceFactory, OpportunityFactory
from teams.models import User
from visits.models import Visit, VisitContact
from visits.tests.factories import DayPlanFactory, PlanItemFactory, VisitFactory

SEEN = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
# History only grows, an undo entry is used, keys are worked out anew; a version goes up and never back.
NOT_COMPARED = (AuditEntry, UndoEntry, MatchKey)
ROOMS = ("crm", "teams", "followups", "accounts", "pipeline", "visits", "imports")
State = dict[tuple[str, int], dict[str, Any]]


@dataclass(frozen=True)
class Twins:
    """The customer that stays, its second filing, and who stands on both."""

    keep: Account
    drop: Account
    wang: Contact  # at the one that stays
    wang_again: Contact
    deal: Opportunity  # on the second filing
    visit: Visit


def whole_state() -> State:
    """Return every row of every room, versions left out."""
    found: State = {}
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            if model not in NOT_COMPARED:
                found |= {(model._meta.label, row.pk): _values(row) for row in model._base_manager.all()}
    return found


def _values(row: models.Model) -> dict[str, Any]:
    fields = [field.attname for field in row._meta.concrete_fields if field.name not in ("version", "source_version")]
    return {name: plain(getattr(row, name)) for name in fields}


def keys() -> set[tuple[int, int]]:
    """Return what every customer is found by."""
    return set(MatchKey.objects.values_list("account", "key"))


def _people(account: Account) -> tuple[Contact, Contact]:
    boss = ContactFactory(account=account, name="李总", title="总经理")
    wang = ContactFactory(account=account, name="王建国", mobile="13812345678", reports_to=boss, title="采购经理")
    StanceChange.objects.create(contact=wang, before="", after="SP", happened_on=date(2026, 11, 3))
    return boss, wang


def hang_everything_on(account: Account, user: User, day: date) -> tuple[Contact, Opportunity, Visit]:
    """Put a row of every kind on a customer."""
    _boss, wang = _people(account)
    subject = {"subject_kind": "account", "subject_id": account.pk}
    AccountFactory(name=f"{account.name}无锡分公司", owner=user, parent=account)
    AccountMemberFactory(account=account)
    AccountLook.objects.create(account=account, user=user, seen_at=SEEN)
    TurnoverFactory(account=account, booked_on=day, amount=Decimal("120000.5"))
    TierChange.objects.create(account=account, before="", after="A", kind="COMPUTED", happened_on=day)
    item = FollowUpFactory(recipient=user, account_id=account.pk, **subject)
    DeliveryFactory(follow_up=item)
    NotificationFactory(recipient=user, **subject)
    ApprovalFactory(requested_by=user, **subject)
    Comment.objects.create(author=user, text="请跟进", **subject)
    Comment.objects.create(author=user, text="换岗了", subject_kind="contact", subject_id=wang.pk)
    StoredFile.objects.create(
        name="合同.pdf", content_type="application/pdf", size=3, sha256="0", owner=user, kind="account",
        subject_id=account.pk,
    )  # fmt: skip
    deal = OpportunityFactory(account=account, owner=user)
    Decider.objects.create(opportunity=deal, contact=wang, role="D")
    EvidenceFactory(opportunity=deal, contact=wang, criterion=deal.our_step.criteria.first())
    item = PlanItemFactory(plan=DayPlanFactory(user=user, day=day), account=account, contact=wang)
    visit = VisitFactory(account=account, user=user, happened_on=day, plan_item=item)
    VisitContact.objects.create(visit=visit, contact=wang)
    return wang, deal, visit


def make_twins(rep: User, teammate: User, manager: User) -> Twins:
    """Make two filings of one customer, of two reps."""
    keep = AccountFactory(
        name="苏州长虹精密科技有限公司", short_name="长虹精密", owner=rep, phone="0512-65881402", province="江苏",
        last_contact_on=date(2026, 11, 10), next_contact_on=date(2026, 12, 10), tier="B",
    )  # fmt: skip
    drop = AccountFactory(
        name="蘇州長虹精密科技股份有限公司", owner=teammate, phone="0512 6588 1499", city="苏州", tier="A",
        last_contact_on=date(2026, 11, 20), next_contact_on=date(2026, 12, 1), external_id="K-77", notes="款到发货",
    )  # fmt: skip
    wang, _deal, _visit = hang_everything_on(keep, rep, date(2026, 11, 10))
    wang_again, deal, visit = hang_everything_on(drop, teammate, date(2026, 11, 20))
    colleague = AccountMemberFactory(account=keep, user=manager).user
    AccountMemberFactory(account=drop, user=colleague)
    return Twins(keep, drop, wang, wang_again, deal, visit)


Merge = Callable[..., UndoEntry]
