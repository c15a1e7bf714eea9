"""Pages of this room."""

from datetime import date

from django.urls import URLPattern, URLResolver, include, path, register_converter

from visits.views import logging, plans, today, visits


class DayConverter:
    """A day in an address: 2026-11-25."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """Return the day; a day that does not exist is no address of ours."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """Return the day as it stands in an address."""
        return value.isoformat()


register_converter(DayConverter, "day")

app_name = "visits"
# A namespace of its own, so that the navigation knows which pages stand under "Plan".
plan_pages: list[URLPattern | URLResolver] = [
    path("<day:day>/", plans.plan_day, name="day"),
    path("stops/<int:pk>/", plans.stop, name="stop"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("today/", today.today, name="today"),
    path("plan/", plans.next_plan, name="plan"),
    path("plan/", include((plan_pages, "plan"))),
    path("plan/<day:day>/add/", plans.add_stop, name="add_stop"),
    path("plan/<day:day>/suggested/", plans.add_suggested, name="add_suggested"),
    path("plan/<day:day>/hand-in/", plans.hand_in, name="hand_in"),
    path("plan/<day:day>/take-back/", plans.take_back, name="take_back"),
    path("plan/stops/<int:pk>/remove/", plans.remove_stop, name="remove_stop"),
    path("plan/stops/<int:pk>/move/", plans.move_stop, name="move_stop"),
    path("plan/stops/<int:pk>/arrive/", today.arrive, name="arrive"),
    path("plan/stops/<int:pk>/arrive/sync/", today.arrive_from_device, name="arrive_sync"),
    path("plans/<int:pk>/", plans.day_plan, name="day_plan"),
    path("visits/", visits.visit_list, name="list"),
    path("visits/export/", visits.export, name="export"),
    path("visits/new/", logging.new, name="new"),
    path("visits/sync/", logging.sync, name="sync"),
    path("visits/offline-data/", logging.offline_data, name="offline_data"),
    path("visits/<int:pk>/", visits.visit, name="visit"),
    path("visits/<int:pk>/edit/", visits.edit, name="edit"),
    path("visits/<int:pk>/archive/", visits.archive, name="archive"),
    path("accounts/<int:pk>/visits/", visits.of_account, name="of_account"),
    path("opportunities/<int:pk>/visits/", visits.of_opportunity, name="of_opportunity"),
]
