"""Who may open what in this room."""

from datetime import date

from crm.models import Job
from crm.tests.url_rules import ALLOWED, PEOPLE, Cast, Expected, Policy, everyone, only
from teams.models import SavedView
from teams.tests.factories import AbsenceFactory, UserFactory

# Who sees the page of `rep` of team East.
SEES_REP = ("rep", "manager", "director", "clerk", "compliance", "admin")
ADMIN_FORM = Policy(get=only("admin"), post=only("admin", allowed=ALLOWED))
OPEN_PAGE = Policy(get=everyone(200))


def _rep(cast: Cast) -> dict[str, int]:
    return {"pk": cast.rep.pk}


def _left(_cast: Cast) -> dict[str, int]:
    return {"pk": UserFactory(is_active=False).pk}


def _team(cast: Cast) -> dict[str, int]:
    return {"pk": cast.rep.team_id}


def _absence(cast: Cast) -> dict[str, int]:
    day = date(2100, 1, 1)
    return {"pk": AbsenceFactory(user=cast.rep, starts_on=day, ends_on=day, deputy=cast.teammate).pk}


def _view(cast: Cast) -> dict[str, int]:
    made, _new = SavedView.objects.get_or_create(
        owner=cast.rep, page="teams:people", name="我的组", defaults={"team": cast.rep.team}
    )
    return {"pk": made.pk}


def _of_a_person(admin: Expected) -> dict[str, Expected]:
    """Return the answers for what only an admin does to a person: the right is asked before the person is looked up."""
    return only("admin", allowed=admin)


def _job(cast: Cast) -> dict[str, int]:
    return {"pk": Job.objects.create(kind="teams.export_list", title="下载：客户", owner=cast.rep).pk}


# A view that `rep` shared with his team: his to change, his colleagues' to see and copy, and no dealer's.
READ_VIEW = dict.fromkeys(PEOPLE, 404) | dict.fromkeys(["rep", "teammate", "manager"], ALLOWED)
OWN_VIEW = dict.fromkeys(PEOPLE, 404) | {"rep": ALLOWED, "teammate": 403, "manager": 403}

POLICY: dict[str, Policy] = {
    "teams:setup": Policy(get=everyone(404), post=everyone(404), anonymous=404),
    "teams:me": Policy(get=everyone(200), post=everyone(ALLOWED)),
    "teams:people": OPEN_PAGE,
    "teams:new_person": ADMIN_FORM,
    "teams:security": ADMIN_FORM,
    "teams:person": Policy(get=only(*SEES_REP, others=404), kwargs=_rep),
    "teams:edit_person": Policy(get=_of_a_person(200), post=_of_a_person(ALLOWED), kwargs=_rep),
    "teams:invitation": Policy(post=_of_a_person(ALLOWED), kwargs=_rep),
    "teams:sign_out_everywhere": Policy(post=_of_a_person(ALLOWED), kwargs=_rep),
    "teams:deactivate": Policy(get=_of_a_person(200), post=_of_a_person(ALLOWED), kwargs=_rep),
    "teams:reactivate": Policy(post=_of_a_person(ALLOWED), kwargs=_left),
    "teams:teams": OPEN_PAGE,
    "teams:new_team": ADMIN_FORM,
    "teams:team": Policy(get=everyone(200), kwargs=_team),
    "teams:edit_team": Policy(get=only("admin"), post=only("admin", allowed=ALLOWED), kwargs=_team),
    "teams:close_team": Policy(post=only("admin", allowed=ALLOWED), kwargs=_team),
    "teams:reopen_team": Policy(post=only("admin", allowed=ALLOWED), kwargs=_team),
    "teams:absences": OPEN_PAGE,
    "teams:new_absence": Policy(get=everyone(200), post=everyone(ALLOWED)),
    "teams:end_absence": Policy(
        post=only("rep", "manager", "director", "admin", allowed=ALLOWED, others=404)
        | {"teammate": 403, "clerk": 403, "compliance": 403},
        kwargs=_absence,
    ),
    "teams:calendar": OPEN_PAGE,
    "teams:calendar_days": Policy(post=only("admin", allowed=ALLOWED)),
    "teams:calendar_notice": Policy(post=only("admin", allowed=ALLOWED)),
    "teams:saved_views": OPEN_PAGE,
    "teams:save_view": Policy(get=everyone(200), post=everyone(ALLOWED)),
    "teams:columns": Policy(post=everyone(ALLOWED), data={"page": "accounts:list", "col": ["phone"]}),
    "teams:copy_view": Policy(post=READ_VIEW, kwargs=_view),
    "teams:open_first": Policy(post=READ_VIEW, kwargs=_view, data={"first": "yes"}),
    "teams:move_view": Policy(post=READ_VIEW, kwargs=_view, data={"to": "later"}),
    "teams:list_job": Policy(get=only("rep", others=404), kwargs=_job),
    "teams:rename_view": Policy(post=OWN_VIEW, kwargs=_view, data={"name": "x"}),
    "teams:update_view": Policy(post=OWN_VIEW, kwargs=_view, data={"query": "role=REP"}),
    "teams:share_view": Policy(post=OWN_VIEW, kwargs=_view, data={"shared": "no"}),
    "teams:delete_view": Policy(post=OWN_VIEW, kwargs=_view),
}
