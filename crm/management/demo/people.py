"""Teams, managers, reps and the others of the fictional firm 恒信工控."""

from dataclasses import dataclass
from random import Random

from django.contrib.auth.hashers import make_password

from crm.management.demo.days import Days
from crm.management.demo.names import person_name
from teams.choices import Density, Role
from teams.models import Absence, Team, User

REPS = 12  # of a demo of the usual size
REPS_PER_TEAM = 4
LED_BY_THE_FIRST = 2  # teams; the others are the second manager's
NAMED_REPS = (
    ("chen", "陈思远"), ("liu", "刘婷"), ("ouyang", "欧阳明"), ("zhaoym", "赵一鸣"),
    ("sun", "孙磊"), ("xu", "徐佳怡"), ("tang", "唐卫东"), ("song", "宋雨桐"),
    ("luo", "罗海涛"), ("liang", "梁慧"), ("cao", "曹家豪"), ("peng", "彭静"),
)  # fmt: skip
TEAM_NAMES = ("华东一区", "华东二区", "中西部区")


@dataclass(frozen=True)
class Firm:
    """Everybody who works in the demo."""

    top: Team
    teams: list[Team]
    reps: list[User]
    managers: list[User]
    director: User
    admin: User

    def colleagues(self, rep: int) -> list[User]:
        """Return the reps of the team of the rep with this number."""
        first = rep // REPS_PER_TEAM * REPS_PER_TEAM
        return self.reps[first : first + REPS_PER_TEAM]

    def manager_of(self, rep: int) -> User:
        """Return who leads the team of the rep with this number."""
        return self.managers[0] if rep // REPS_PER_TEAM < LED_BY_THE_FIRST else self.managers[1]


def _person(username: str, name: str, role: Role, team: Team | None, password: str) -> User:
    return User(
        username=username,
        name=name,
        email=f"{username}@hengxin.example",
        role=role,
        team=team,
        password=password,
        language="",
        density=Density.COMPACT if role in (Role.MANAGER, Role.DIRECTOR, Role.ADMIN) else Density.COMFORTABLE,
        is_staff=role == Role.ADMIN,
        is_superuser=role == Role.ADMIN,
    )


def make_firm(*, reps: int, password: str, random: Random) -> Firm:
    """Create teams and people; 12 reps in 3 teams under 2 managers unless more are asked for."""
    secret = make_password(password)
    top = Team.objects.add_root({"name": "恒信工控"})
    count = max(len(TEAM_NAMES), -(-reps // REPS_PER_TEAM))
    names = [*TEAM_NAMES, *(f"第{number}区" for number in range(len(TEAM_NAMES) + 1, count + 1))]
    teams = [Team.objects.add_child(top, {"name": name}) for name in names]
    managers = [
        _person("zhao", "赵敏", Role.MANAGER, teams[0], secret),
        _person("qian", "钱伟", Role.MANAGER, teams[2], secret),
    ]
    others = [
        _person("he", "何云", Role.DIRECTOR, top, secret),
        _person("zhou", "周静", Role.CLERK, top, secret),
        _person("wu", "吴昊", Role.COMPLIANCE, top, secret),
        _person("lin", "林越", Role.ADMIN, top, secret),
        _person("feng", "冯达", Role.DEALER, teams[0], secret),
    ]
    sellers = []
    for number in range(reps):
        username, name = (
            NAMED_REPS[number] if number < len(NAMED_REPS) else (f"rep{number + 1}", person_name(random)[0])
        )
        sellers.append(_person(username, name, Role.REP, teams[number // REPS_PER_TEAM], secret))
    User.objects.bulk_create([*managers, *others, *sellers], batch_size=2000)
    for index, team in enumerate(teams):
        team.manager = managers[0] if index < LED_BY_THE_FIRST else managers[1]
    Team.objects.bulk_update(teams, ["manager"], batch_size=2000)
    Team.objects.filter(pk=top.pk).update(manager=others[0])
    return Firm(top, teams, sellers, managers, others[0], others[3])


def make_absences(firm: Firm, days: Days) -> None:
    """Enter two absences to come, each with who stands in."""
    away, deputy = firm.reps[-1], firm.reps[-2]
    first = days.ahead(4)
    Absence.objects.create(user=away, starts_on=first, ends_on=days.after(first, 6), deputy=deputy, reason="年假")
    first = days.ahead(9)
    Absence.objects.create(
        user=firm.managers[0], starts_on=first, ends_on=days.after(first, 2), deputy=firm.managers[1], reason="总部培训"
    )
