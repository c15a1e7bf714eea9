"""What a person is today: for whom he stands in, which teams he leads. Pages and the worker ask the same."""

from datetime import date

from teams.choices import Role
from teams.models import Absence, Team, User


def be_there(user: User, *, on: date) -> User:
    """Let the person stand in for whom he deputises on that day, and know where in the tree his teams are."""
    absences = Absence.objects.filter(deputy=user, starts_on__lte=on, ends_on__gte=on)
    user.stand_in_for(absences.values_list("user_id", "user__role"))
    if user.acts_as(Role.MANAGER):
        user.led_paths = Team.objects.all().paths_led_by(user)
    return user
