"""Pages of this room."""

from django.urls import URLPattern, URLResolver, path

from followups.views import health

app_name = "followups"
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
