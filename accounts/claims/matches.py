"""Which customers a claim may be about already, and what the person who files it may know of them."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import Likeness
from accounts.duplicates.reads import similar_to
from accounts.models import Account, Ownership
from teams.models import User

SAME_OR_NOT = "new"


@dataclass(frozen=True)
class Match:
    """A customer we have that may be the one filed; `is_same` where it has the very name, or the very code."""

    account: Account
    is_seen: bool
    is_same: bool
    is_own: bool
    held_since: date
    reason_words: list[str]

    @property
    def words(self) -> str:
        """Return what stands at the choice.

        Who sees the customer reads its holder. Who does not is told only that it is held, by whose team and since when:
        enough to leave it alone or to ask, too little to go through colleagues' customers by guessing names.
        """
        account = self.account
        values = {"name": account.name, "since": self.held_since.isoformat()}
        if self.is_own:
            return _("%(name)s: your own customer") % values
        if account.owner_id is None:
            return _("%(name)s: in the pool, yours at once") % values
        if self.is_seen:
            return _("%(name)s: held by %(owner)s since %(since)s") % {**values, "owner": account.owner}
        return _("The same company: held by %(team)s since %(since)s") % {
            "team": account.team or _("another team"),
            "since": values["since"],
        }


def matches_for(*, name: str, phone: str, credit_code: str, user: User) -> list[Match]:
    """Return the customers a claim may be about, most alike first."""
    found = similar_to(name=name, phone=phone, credit_code=credit_code, user=user)
    keys = [similar.account.pk for similar in found]
    since = {row.account_id: row.started_on for row in Ownership.objects.open().filter(account__in=keys)}
    return [
        Match(
            account=similar.account,
            is_seen=similar.is_seen,
            is_same=similar.account.name == name or Likeness.CODE in similar.verdict.reasons,
            is_own=similar.account.owner_id == user.pk,
            held_since=since.get(similar.account.pk, timezone.localdate(similar.account.recorded_at)),
            reason_words=similar.reason_words,
        )
        for similar in found
    ]
