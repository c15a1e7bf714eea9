"""The first admin of an empty installation."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from teams.actions.people import create_user
from teams.actions.teams import create_team
from teams.choices import Role
from teams.models import SecurityPolicy, User
from teams.refusals import Refusal
from teams.second_factor import POLICY_PK


def set_up(*, firm: str, name: str, username: str, password: str, email: str = "", time_zone: str = "") -> User:
    """Return the first admin, in the top team named after the firm.

    Raises Refusal when somebody was quicker: the policy's row can be made only once, so the second of two waits for
    the first and then finds it taken.
    """
    try:
        with transaction.atomic():
            SecurityPolicy.objects.create(pk=POLICY_PK)
            if User.objects.exists():
                raise IntegrityError
            team = create_team(name=firm, below=None, actor=None)
            return create_user(
                name=name,
                username=username,
                email=email,
                password=password,
                role=Role.ADMIN,
                team=team,
                time_zone=time_zone,
                actor=None,
            )
    except IntegrityError:
        raise Refusal(_("Somebody has set this up already. Sign in instead.")) from None
