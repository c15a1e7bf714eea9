"""Roles, and what each may do."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is in the firm; one each."""

    REP = "REP", _("rep")
    MANAGER = "MANAGER", _("manager")
    DIRECTOR = "DIRECTOR", _("director")
    CLERK = "CLERK", _("clerk")
    COMPLIANCE = "COMPLIANCE", _("compliance officer")
    DEALER = "DEALER", _("dealer")
    ADMIN = "ADMIN", _("admin")


# What a deputy takes over for the days of an absence: selling and leading, not the settings and not the registers.
HANDED_OVER = frozenset({Role.REP, Role.MANAGER, Role.DIRECTOR})


class Right(models.TextChoices):
    """Things a role may do beside seeing rows; `teams.access.ROLE_RIGHTS` says who has which."""

    ADMINISTER = "ADMINISTER", _("change settings, rules and users")
    SELL = "SELL", _("plan and log visits, work on opportunities")
    LEAD = "LEAD", _("sign plans and see the team's figures")
    EDIT_CUSTOMERS = "EDIT_CUSTOMERS", _("create and change customers")
    HAND_OVER = "HAND_OVER", _("give customers to somebody else")
    MERGE = "MERGE", _("make one of two filings of a customer")
    IMPORT = "IMPORT", _("import data")
    EXPORT = "EXPORT", _("export lists")
    READ_HISTORY = "READ_HISTORY", _("read the history of every record")


class Theme(models.TextChoices):
    """Light or dark."""

    AUTO = "auto", _("as the device")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class Density(models.TextChoices):
    """Height of rows."""

    COMFORTABLE = "comfortable", _("comfortable")
    COMPACT = "compact", _("compact")
