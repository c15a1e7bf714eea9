"""Who works for a customer: its owner, the account team, and who leads them."""

from django.db.models import Q, QuerySet

from accounts.models import Account, AccountMember
from teams.choices import Role
from teams.models import Team, User


def people_of(account: Account) -> QuerySet[User]:
    """Return the colleagues who see a customer because it is theirs: owner, account team, the managers above."""
    members = AccountMember.objects.current().filter(account=account).values("user_id")
    there = Q(pk=account.owner_id) | Q(pk__in=members)
    if account.team:
        above = Team.objects.get_ancestors(account.team).values("manager_id")
        there |= Q(pk=account.team.manager_id) | Q(pk__in=above)
    return User.objects.active().filter(there).exclude(role=Role.DEALER)
