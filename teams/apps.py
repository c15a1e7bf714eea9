"""People, teams, rights."""

from typing import cast

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.http import AuthenticatedHttpRequest


def _notice_due(request: HttpRequest) -> int | None:
    """Count the notice an admin still has to enter beside the entry of the calendar."""
    from crm.workdays import load_calendar
    from teams.access import may
    from teams.choices import Right
    from teams.year import year_to_announce

    if not may(request.user, Right.ADMINISTER):
        return None
    today = cast(AuthenticatedHttpRequest, request).today
    return 1 if year_to_announce(today, load_calendar()) else None


class TeamsConfig(AppConfig):
    """Who works here."""

    name = "teams"
    verbose_name = _("People")

    def ready(self) -> None:
        """Register what other rooms and the frame ask for."""
        from crm.kinds import Kind, register_kind
        from crm.models import Job
        from crm.navigation import register_place, register_texts
        from crm.undo import register_undo
        from teams import list_exports
        from teams.actions.calendar import UNDO, undo_days
        from teams.actions.saved_views import restore_view
        from teams.models import User

        register_kind(
            Kind(
                name="user",
                model=User,
                visible=lambda user: User.objects.visible_to(user),
                url=lambda pk: f"/people/{pk}/",
            )
        )
        register_kind(
            Kind(
                name="job",
                model=Job,
                visible=lambda user: Job.objects.filter(owner=user),
                url=lambda pk: f"/lists/work/{pk}/",
            )
        )
        list_exports.register()
        register_undo("view.deleted", restore_view)
        register_undo(UNDO, undo_days)
        register_place("me", "teams:me")
        register_texts(
            {
                "passkeyCancelled": _("No passkey was used. Try again, or take another way."),
                "passkeyFailed": _("This device could not use a passkey here. Take another way to sign in."),
                "passkeyImpossible": _("This browser cannot make a passkey for this address."),
            }
        )
        self._put_into_navigation()

    def _put_into_navigation(self) -> None:
        from crm.navigation import NavEntry, register_nav
        from teams.choices import Role

        group = _("Administration")
        leading: set[str] = {Role.MANAGER, Role.DIRECTOR, Role.CLERK, Role.COMPLIANCE, Role.ADMIN}
        persons = ("teams:person", "teams:new_person", "teams:edit_person", "teams:deactivate", "teams:invitation")
        tree = ("teams:team", "teams:new_team", "teams:edit_team")
        away = ("teams:new_absence",)
        own = ("teams:saved_views", "teams:save_view")
        register_nav(NavEntry("people", _("People"), "teams:people", "users", group, 810, roles=leading, match=persons))
        register_nav(NavEntry("teams", _("Teams"), "teams:teams", "sitemap", group, 820, roles=leading, match=tree))
        register_nav(
            NavEntry(
                "absences", _("Absences"), "teams:absences", "calendar-event", group, 830, roles=leading, match=away
            )
        )
        register_nav(
            NavEntry(
                "calendar",
                _("Working calendar"),
                "teams:calendar",
                "calendar",
                group,
                835,
                roles=leading,
                count=_notice_due,
                match=("-",),
            )
        )
        register_nav(
            NavEntry(
                "security", _("Security"), "teams:security", "shield", group, 840, roles={Role.ADMIN}, match=("-",)
            )
        )
        register_nav(NavEntry("me", _("Me"), "teams:me", "user", "", 990, phone=True, side=False, match=own))
