"""Pages of this room."""

from django.urls import URLPattern, URLResolver, path

from crm import pwa
from crm.views import ground

app_name = "crm"
urlpatterns: list[URLPattern | URLResolver] = [
    path("sw.js", pwa.service_worker, name="service_worker"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("offline/", pwa.offline, name="offline"),
    path("session/", pwa.session, name="session"),
    path("outbox/", pwa.outbox, name="outbox"),
    path("undo/<int:pk>/", ground.undo_view, name="undo"),
    path("files/<uuid:key>/", ground.file_view, name="file"),
    path("theme/", ground.theme, name="theme"),
    path("language/", ground.language, name="language"),
]
