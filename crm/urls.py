"""Table of contents of the product."""

from django.urls import include, path

from crm.readonly_admin import site

urlpatterns = [
    path("admin/", site.urls),
    path("account/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("crm.ground_urls")),
    path("", include("teams.urls")),
    path("", include("followups.urls")),
    path("", include("accounts.urls")),
    path("", include("pipeline.urls")),
    path("", include("visits.urls")),
    path("", include("imports.urls")),
    path("", include("reports.urls")),
]
