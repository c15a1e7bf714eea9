"""What can be signed, registered by the rooms above."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from followups.models import Approval


@dataclass(frozen=True)
class Description:
    """A thing to sign as its reader sees it.

    `facts` are at most three (label, value) pairs; `exceptions` are named rule hits ("2 stops < target 4"), none means
    it may be signed with the others at once; `headers` and `rows` are the whole of it as a table. `for_signers` where
    facts and table are for who signs only: who asked may not see the thing itself.
    """

    title: str
    url: str = ""
    facts: Sequence[tuple[str, Any]] = ()
    exceptions: Sequence[str] = ()
    headers: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    note: str = ""
    for_signers: bool = False

    @property
    def outline(self) -> "Description":
        """Return what anybody else may read of it."""
        return replace(self, facts=(), headers=(), rows=())


@dataclass(frozen=True)
class Returning:
    """What it is called to return a kind of thing, what that means for who asked, and what may be written at once.

    `%(who)s` is who asked. `limit` is how much of the reason the thing itself keeps.
    """

    verb: str | Promise
    title: str | Promise
    question: str | Promise
    missing: str | Promise
    starts: Sequence[str | Promise]
    done: str | Promise
    told: str | Promise
    meaning: str | Promise = ""
    limit: int = 2000

    def about(self, who: object) -> "Returning":
        """Return the words as they stand on the page of one request."""
        values = {"who": who}
        named = {name: str(getattr(self, name)) % values for name in ("title", "meaning", "done")}
        return replace(self, **named)  # type: ignore[arg-type]


USUALLY = Returning(
    verb=_("Return"),
    title=_("Return to %(who)s"),
    question=_("What has to change?"),
    missing=_("Say what has to change."),
    starts=(_("Something is missing: "), _("The goal is not clear: "), _("Not at this time: ")),
    done=_("Returned to %(who)s."),
    told=_("Returned: %(title)s"),
)


@dataclass(frozen=True)
class ApprovalKind:
    """A kind of thing to sign.

    `decided(approval, *, actor, now, comment)` is called in the transaction of the last signature or of a return;
    `approval.state` is APPROVED or RETURNED. `reopened(approval, *, actor, now)` puts the subject back to "handed in"
    when a signature is taken back; without it nothing can be. `describe(approvals)` returns descriptions by approval
    id, with a number of queries that does not depend on how many there are.
    """

    label: str | Promise
    decided: Callable[..., None]
    describe: Callable[[Sequence["Approval"]], Mapping[int, Description]]
    reopened: Callable[..., None] | None = None
    returning: Returning = USUALLY


_kinds: dict[str, ApprovalKind] = {}


def register_approval(kind: str, approval_kind: ApprovalKind) -> None:
    """Make a kind known; called in `AppConfig.ready`."""
    _kinds[kind] = approval_kind


def approval_kind(kind: str) -> ApprovalKind | None:
    """Return a kind, None when the room that made it is gone."""
    return _kinds.get(kind)


def returning(kind: str) -> Returning:
    """Return what it is called to return a thing of a kind."""
    known = _kinds.get(kind)
    return known.returning if known else USUALLY


def describe_all(approvals: Sequence["Approval"]) -> dict[int, Description]:
    """Return the descriptions of approvals of any kinds, by id; what its room cannot describe gets its plain name."""
    found: dict[int, Description] = {}
    for name in {approval.kind for approval in approvals}:
        kind = _kinds.get(name)
        if kind:
            found |= kind.describe([approval for approval in approvals if approval.kind == name])
    return {approval.pk: found.get(approval.pk, Description(title=approval.kind)) for approval in approvals}
