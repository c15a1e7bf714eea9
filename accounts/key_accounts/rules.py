"""Follow-ups about key accounts. Pure towards the clock: the day is given."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from followups.rules import Due, Param, Rule, RuleContext

REVIEW = "key-account-review"


def key_account_review(context: RuleContext) -> Iterator[Due]:
    """Yield one follow-up for the owner of every key account that is to be looked at again, some days ahead.

    One occurrence is one day of review; a new approval sets the next one.
    """
    line = context.on + timedelta(days=int(context.params["lead_days"]))
    rows = Account.objects.live().key_accounts().filter(key_review_on__lte=line, owner__isnull=False)
    for account in rows.order_by("pk").iterator():
        day = account.key_review_on
        if day is None or account.owner_id is None:
            continue
        yield Due(
            kind=REVIEW,
            subject=("account", account.pk),
            recipient_id=account.owner_id,
            due_on=context.calendar.previous_workday(day),
            key=f"{REVIEW}:{account.pk}:{day.isoformat()}",
            params={"account": account.called, "day": day.isoformat()},
            account_id=account.pk,
            source_version=account.version,
        )


KEY_REVIEW = Rule(
    kind=REVIEW,
    label=_("Key account to be reviewed"),
    title=_("Review the key account %(account)s"),
    reason=_("It is a key account until its review on %(day)s: propose it anew, or let it end."),
    plan=key_account_review,
    params=(Param("lead_days", _("Days ahead"), default=14, low=0, high=90),),
)
