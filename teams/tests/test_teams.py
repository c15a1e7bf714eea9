"""The tree of teams."""

import pytest

from crm.audit import history_of
from crm.editing import EditConflict
from teams.actions.teams import close_team, create_team, move_team, rename_team, reopen_team, set_manager
from teams.models import Team, User
from teams.refusals import Refusal


def under(team: Team) -> set[str]:
    return {below.name for below in Team.objects.get_descendants(Team.objects.get(pk=team.pk))}


def test_a_team_stands_below_another(admin: User, east: Team) -> None:
    team = create_team(name="苏州组", below=east, actor=admin)

    assert under(east) == {"苏州组"}
    assert history_of(team).get().action == "team.created"


def test_the_top_team_has_none_above(admin: User) -> None:
    assert create_team(name="子公司", below=None, actor=admin).is_root()


def test_a_team_is_renamed_unless_somebody_was_quicker(admin: User, east: Team) -> None:
    rename_team(east, name="华东一部", version=east.version, actor=admin)

    with pytest.raises(EditConflict):
        rename_team(east, name="华东二部", version=east.version, actor=admin)


def test_a_team_moves_with_all_below_it(admin: User, east: Team, west: Team) -> None:
    team = create_team(name="苏州组", below=east, actor=admin)
    create_team(name="园区", below=team, actor=admin)

    move_team(team, below=west, actor=admin)

    assert under(west) == {"苏州组", "园区"}
    assert under(east) == set()
    assert history_of(team).first().changes["below"] == [east.pk, west.pk]


def test_a_team_can_become_a_top_team(admin: User, east: Team, firm: Team) -> None:
    assert move_team(east, below=None, actor=admin).is_root()
    assert under(firm) == set()


def test_a_team_does_not_stand_below_itself(admin: User, east: Team) -> None:
    team = create_team(name="苏州组", below=east, actor=admin)

    with pytest.raises(Refusal, match="below itself"):
        move_team(east, below=team, actor=admin)


def test_moving_to_where_it_stands_writes_nothing(admin: User, east: Team, firm: Team) -> None:
    move_team(east, below=firm, actor=admin)

    assert history_of(east).count() == 0


def test_who_leads_is_in_history(admin: User, east: Team, rep: User) -> None:
    set_manager(east, manager=rep, actor=admin)
    set_manager(east, manager=rep, actor=admin)

    assert history_of(east).get().changes["manager"] == [None, rep.pk]


def test_a_team_with_people_stays_open(admin: User, east: Team, rep: User) -> None:
    with pytest.raises(Refusal, match="Still here: 1"):
        close_team(east, actor=admin)

    rep.team = None
    rep.save(update_fields=["team"])
    assert not close_team(east, actor=admin).is_active
    assert reopen_team(east, actor=admin).is_active


def test_a_team_with_open_teams_below_stays_open(admin: User, firm: Team, east: Team) -> None:
    admin.team = None
    admin.save(update_fields=["team"])

    with pytest.raises(Refusal, match="below first"):
        close_team(firm, actor=admin)
