"""States of an import, and what a file can hold."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    """Life of an import."""

    COLUMNS = "COLUMNS", _("columns to be matched")
    CHECKING = "CHECKING", _("being checked")
    CHECKED = "CHECKED", _("checked, waiting for your go")
    LOADING = "LOADING", _("being loaded")
    DONE = "DONE", _("loaded")
    UNDOING = "UNDOING", _("being taken back")
    STOPPED = "STOPPED", _("stopped, nothing kept")
    UNDONE = "UNDONE", _("taken back")


class Shape(models.TextChoices):
    """What the rows of a file are; in this order they are loaded."""

    PEOPLE = "PEOPLE", _("people and teams")
    ACCOUNTS = "ACCOUNTS", _("customers")
    CONTACTS = "CONTACTS", _("people at customers")
    PRODUCTS = "PRODUCTS", _("products")
    OPPORTUNITIES = "OPPORTUNITIES", _("opportunities")
    TURNOVER = "TURNOVER", _("turnover")


class Existing(models.TextChoices):
    """What happens to a row that is there already."""

    FILL = "FILL", _("fill empty fields only")
    OVERWRITE = "OVERWRITE", _("overwrite")
    SKIP = "SKIP", _("leave as it is")
    CREATE = "CREATE", _("make a second one")
