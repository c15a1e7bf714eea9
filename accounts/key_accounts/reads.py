"""Reading what a key account needs, who decides, and how a proposal stands to it in words."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.key_accounts.nominating import TOP_TOTAL, Bar, Lack, lacks
from accounts.models import KeyAccountRule, KeyAccountSigner, Nomination
from teams.models import User

RULE_PK = 1


def key_rule() -> KeyAccountRule:
    """Return what the firm asks; an unsaved one with our numbers where an admin never set any."""
    return KeyAccountRule.objects.filter(pk=RULE_PK).first() or KeyAccountRule(pk=RULE_PK)


def bar_of(rule: KeyAccountRule) -> Bar:
    """Return what a proposal needs."""
    return Bar(rule.total_wanted, rule.each_wanted)


def key_group() -> list[User]:
    """Return the active members of the key-account group, by name."""
    signers = KeyAccountSigner.objects.values("user_id")
    return list(User.objects.active().filter(pk__in=signers).order_by("name", "pk"))


def in_words(lack: Lack) -> str:
    """Return what a proposal lacks, as a sentence of a few words."""
    if not lack.criterion:
        return _("%(score)s points of %(most)s, %(wanted)s are wanted") % {
            "score": lack.score,
            "most": TOP_TOTAL,
            "wanted": lack.wanted,
        }
    return _("%(criterion)s: %(score)s, %(wanted)s wanted") % {
        "criterion": Nomination.words_of(lack.criterion),
        "score": lack.score,
        "wanted": lack.wanted,
    }


def lacks_of(nomination: Nomination, rule: KeyAccountRule) -> list[str]:
    """Return what a proposal lacks, in words; nothing for one that reaches all."""
    return [in_words(lack) for lack in lacks(nomination.scores, bar_of(rule))]


def standing(accounts: Iterable[int], user: User) -> dict[int, Nomination]:
    """Return the proposal by which each of these customers carries its mark, where the person may read it; one query.

    A dealer sees that his customer is a key account, but not how we judge it.
    """
    approved = Nomination.objects.visible_to(user).filter(account__in=list(accounts), state="APPROVED").order_by("pk")
    return {nomination.account_id: nomination for nomination in approved}
