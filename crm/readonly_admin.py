"""Django's own admin, for looking only: superusers see every table, and write through the product like everybody.

Every model of our rooms is registered by itself; a room needs no admin.py.
"""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

ROOMS = ("crm", "teams", "followups", "accounts", "pipeline", "orders", "visits", "imports", "reports")
# Secrets nobody needs to look at.
HIDDEN_FIELDS = frozenset({"password", "secret", "token", "lease_token"})
SHOWN_COLUMNS = 6


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[type-arg]
    """A table to look at: no adding, changing, deleting, no actions."""

    actions = None
    list_per_page = 50
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        """Return the named pages; the nameless redirects of long ago are left out."""
        return [url for url in super().get_urls() if url.name]

    def has_add_permission(self, _request: HttpRequest, *_args: Any) -> bool:
        """Return False: rows are made by actions."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Return False: rows are changed by actions."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Return False: rows are removed by actions."""
        return False

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Return whether it is a superuser."""
        return bool(request.user.is_active and request.user.is_superuser)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Return whether it is a superuser."""
        return self.has_view_permission(request)


class ReadOnlySite(admin.AdminSite):
    """Admin pages that superusers reach with their ordinary sign-in."""

    site_header = site_title = _("Tables, for looking only")
    index_title = _("Tables")
    enable_nav_sidebar = False
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether it is a superuser who may sign in."""
        return bool(request.user.is_active and request.user.is_superuser)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # noqa: ARG002
        """Refuse: whoever comes here is signed in already, as somebody else than a superuser."""
        raise PermissionDenied(_("Only a superuser may look at the tables."))

    def password_change(self, _request: HttpRequest, extra_context: Any = None) -> Any:  # noqa: ARG002
        """Lead to the one page where passwords are changed."""
        return redirect("account_change_password")


def _table_for(model: type[models.Model]) -> type[ReadOnlyAdmin]:
    """Return a table for `model`; rows that rows point at are read along, so that a page costs the same with many."""
    fields = model._meta.concrete_fields
    relations = [field.name for field in fields if field.is_relation]
    plain = [field.name for field in fields if not isinstance(field, models.TextField | models.JSONField)]
    attributes = {
        "list_display": ["__str__", *(name for name in plain if name not in {*relations, *HIDDEN_FIELDS})][
            :SHOWN_COLUMNS
        ],
        "list_select_related": relations or False,
        "exclude": [field.name for field in fields if field.name in HIDDEN_FIELDS],
        "ordering": ["-pk"],
    }
    return type(f"{model.__name__}Table", (ReadOnlyAdmin,), attributes)


def build_site() -> ReadOnlySite:
    """Return the site with every model of our rooms."""
    built = ReadOnlySite(name="admin")
    for room in ROOMS:
        if apps.is_installed(room):
            for model in apps.get_app_config(room).get_models():
                built.register(model, _table_for(model))
    return built


site = build_site()
