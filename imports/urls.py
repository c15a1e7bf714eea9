"""Pages of the import wizard."""

from django.urls import path

from imports.views import wizard

app_name = "imports"
urlpatterns = [
    path("import/", wizard.imports, name="list"),
    path("import/new/", wizard.upload, name="upload"),
    path("import/template/<slug:shape>/", wizard.template, name="template"),
    path("import/<uuid:key>/", wizard.run_page, name="run"),
    path("import/<uuid:key>/columns/", wizard.columns, name="columns"),
    path("import/<uuid:key>/columns/again/", wizard.change_columns, name="change_columns"),
    path("import/<uuid:key>/load/", wizard.load, name="load"),
    path("import/<uuid:key>/take-back/", wizard.take_back, name="take_back"),
    path("import/<uuid:key>/stop/", wizard.stop, name="stop"),
    path("import/<uuid:key>/failures/<int:position>/", wizard.failures, name="failures"),
]
