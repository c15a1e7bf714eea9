"""Pages that look at everything."""

from django.urls import path

from reports.views import dashboard, history, home, jobs, market, search

app_name = "reports"
urlpatterns = [
    path("", home.home, name="home"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/changes/", dashboard.changes, name="changes"),
    path("dashboard/passed/<int:pk>/", dashboard.passed, name="passed"),
    path("sources/", market.by_source, name="sources"),
    path("industries/", market.industry_map, name="industries"),
    path("profile/<int:pk>/", market.profile_of, name="profile_of"),
    path("search/", search.search, name="search"),
    path("history/", history.history, name="history"),
    path("history/<slug:kind>/<int:pk>/", history.history_of_record, name="history_of"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<uuid:key>/", jobs.job, name="job"),
    path("jobs/<uuid:key>/cancel/", jobs.cancel, name="cancel_job"),
]
