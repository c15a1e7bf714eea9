"""Who may open what in this room."""

from django.utils import timezone

from crm.tests.url_rules import ALLOWED, Cast, Policy, everyone, only, row_page, row_write
from followups.choices import Channel, DeliveryState
from followups.models import Approval
from followups.tests.factories import (
    ApprovalFactory,
    DeliveryFactory,
    FollowUpFactory,
    KeptMailFactory,
    NotificationFactory,
)

SEE_REPS_ITEM = ("rep", "manager", "director")


def _item(cast: Cast) -> dict[str, int]:
    return {"pk": FollowUpFactory(recipient=cast.rep).pk}


def _line(cast: Cast) -> dict[str, int]:
    return {"pk": NotificationFactory(recipient=cast.rep).pk}


def _approval(cast: Cast) -> dict[str, int]:
    """Build something that waits for a signature; a walk through all pages asks for it several times."""
    waiting = Approval.objects.filter(requested_by=cast.rep, steps__approver=cast.manager).first()
    return {"pk": (waiting or ApprovalFactory(requested_by=cast.rep, approver=cast.manager)).pk}


def _dead(cast: Cast) -> dict[str, int]:
    item = FollowUpFactory(recipient=cast.rep)
    row = DeliveryFactory(
        follow_up=item, channel=Channel.EMAIL, state=DeliveryState.DEAD, last_error="550", due_at=timezone.now()
    )
    return {"pk": row.pk}


def _mail(cast: Cast) -> dict[str, int]:
    return {"pk": KeptMailFactory(recipients=cast.rep.email).pk}


def _about_account(cast: Cast) -> dict[str, object]:
    return {"kind": "account", "pk": cast.account.pk}


ADMIN = only("admin")
ADMIN_WRITE = only("admin", allowed=ALLOWED)

POLICY: dict[str, Policy] = {
    "followups:centre": Policy(get=everyone()),
    "followups:new": Policy(get=everyone(), post=everyone(ALLOWED)),
    "followups:item": Policy(get=row_page(*SEE_REPS_ITEM), kwargs=_item),
    "followups:done": Policy(post=row_write("rep", forbidden=("manager", "director")), kwargs=_item),
    "followups:reopen": Policy(post=row_write("rep", forbidden=("manager", "director")), kwargs=_item),
    "followups:later": Policy(
        get=row_page(*SEE_REPS_ITEM),
        post=row_write("rep", forbidden=("manager", "director")),
        kwargs=_item,
        data={"on": "2099-01-05"},
    ),
    "followups:notifications": Policy(get=everyone()),
    "followups:open_notification": Policy(post=row_write("rep"), kwargs=_line),
    "followups:read_all": Policy(post=everyone(ALLOWED), data={"up_to": "1"}),
    "followups:choices": Policy(get=everyone(), post=everyone(ALLOWED)),
    "followups:comments": Policy(
        get=row_page(),
        post=row_write("rep", "manager", "director", "clerk"),
        kwargs=_about_account,
        data={"text": "why?", "client_id": "5f6d4a3e-6a4a-4a3e-9d57-3a0f6b0c7a11"},
    ),
    "followups:approvals": Policy(get=everyone()),
    "followups:approve_all": Policy(get=everyone(), post=everyone(ALLOWED)),
    "followups:approval": Policy(get=row_page(*SEE_REPS_ITEM), kwargs=_approval),
    "followups:approve": Policy(post=row_write("manager", forbidden=("rep", "director")), kwargs=_approval),
    "followups:return": Policy(
        get=only("manager", others=404, rep=403, director=403),
        post=row_write("manager", forbidden=("rep", "director")),
        kwargs=_approval,
        data={"comment": "again, please"},
    ),
    "followups:rules": Policy(get=ADMIN),
    "followups:rule": Policy(get=ADMIN, post=ADMIN_WRITE, kwargs=lambda cast: {"kind": "visit_tomorrow"}),
    "followups:outbox": Policy(get=ADMIN),
    "followups:send_again": Policy(post=ADMIN_WRITE, kwargs=_dead),
    "followups:mails": Policy(get=everyone()),
    "followups:mail": Policy(get=row_page("rep", "admin"), kwargs=_mail),
    "followups:healthz": Policy(get=everyone(), anonymous=200),
    "followups:readyz": Policy(get=everyone(), anonymous=200),
}
