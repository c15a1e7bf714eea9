"""Who works for a customer: its owner, the account team, and who leads them."""

from django.db.models import BooleanField, CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

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


def works_for(person: str, account: str) -> ExpressionWrapper:
    """Return whether somebody works for a customer, as a column of rows that name both; the rule of `people_of`."""
    team_path = ExpressionWrapper(OuterRef(f"{account}__team__path"), output_field=CharField())
    above = Team.objects.order_by().annotate(team_path=team_path).filter(team_path__startswith=F("path"))
    members = AccountMember.objects.order_by().current()
    there = Q(**{f"{account}__owner": F(person)})
    there |= Q(Exists(members.filter(account=OuterRef(account), user=OuterRef(person))))
    there |= Q(Exists(above.filter(manager=OuterRef(person))))
    inside = Q(**{f"{person}__is_active": True}) & ~Q(**{f"{person}__role": Role.DEALER})
    return ExpressionWrapper(there & inside, output_field=BooleanField())
