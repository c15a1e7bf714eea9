"""One visit with everything that followed from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import Contact, StanceChange
from followups.models import FollowUp
from followups.subjects import address_of
from followups.wording import wording
from pipeline.models import Evidence
from visits.models import Visit

KIND = "visit"


@dataclass(frozen=True)
class FollowLine:
    """A follow-up that stands on the visit."""

    title: str
    due_on: date
    is_open: bool
    url: str


@dataclass(frozen=True)
class VisitPage:
    """A visit as it is shown."""

    met: Sequence[Contact]
    stances: Sequence[StanceChange]
    evidence: Sequence[Evidence]
    follow_ups: Sequence[FollowLine]
    unknown: Contact | None

    @property
    def has_effects(self) -> bool:
        """Return whether anything followed from the visit beside its dates."""
        return bool(self.stances or self.evidence or self.follow_ups)


def _follow_ups(visit: Visit) -> list[FollowLine]:
    rows = FollowUp.objects.about(KIND, visit.pk).exclude(state="CANCELLED").order_by("due_on", "pk")
    return [
        FollowLine(
            wording(row.kind, row.params).title, row.due_on, row.state == "OPEN", address_of(("follow_up", row.pk))
        )
        for row in rows[:10]
    ]


def unjudged(visit: Visit) -> Contact | None:
    """Return one person who was met and of whom nobody has said where he or she stands: one question at a time."""
    return Contact.objects.filter(met_on__visit=visit, stance="").order_by("met_on__pk").first()


def visit_page(visit: Visit) -> VisitPage:
    """Return what the page of a visit shows; four queries. `unknown` is as in `unjudged`."""
    met = list(Contact.objects.filter(met_on__visit=visit).order_by("met_on__pk"))
    stances = StanceChange.objects.filter(source_kind=KIND, source_id=visit.pk).select_related("contact").order_by("pk")
    evidence = Evidence.objects.standing().filter(source_kind=KIND, source_id=visit.pk)
    return VisitPage(
        met=met,
        stances=list(stances),
        evidence=list(evidence.select_related("criterion", "opportunity").order_by("pk")),
        follow_ups=_follow_ups(visit),
        unknown=next((person for person in met if not person.stance), None),
    )
