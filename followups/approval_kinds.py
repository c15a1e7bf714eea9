"""What can be signed, registered by the rooms above."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

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


_kinds: dict[str, ApprovalKind] = {}


def register_approval(kind: str, approval_kind: ApprovalKind) -> None:
    """Make a kind known; called in `AppConfig.ready`."""
    _kinds[kind] = approval_kind


def approval_kind(kind: str) -> ApprovalKind | None:
    """Return a kind, None when the room that made it is gone."""
    return _kinds.get(kind)


def describe_all(approvals: Sequence["Approval"]) -> dict[int, Description]:
    """Return the descriptions of approvals of any kinds, by id; what its room cannot describe gets its plain name."""
    found: dict[int, Description] = {}
    for name in {approval.kind for approval in approvals}:
        kind = _kinds.get(name)
        if kind:
            found |= kind.describe([approval for approval in approvals if approval.kind == name])
    return {approval.pk: found.get(approval.pk, Description(title=approval.kind)) for approval in approvals}
