"""What each role sees and does, in words a person understands."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from teams.choices import Role

ROLE_TEXTS: dict[str, Any] = {
    Role.REP: _(
        "You see the customers you own or whose account team you are in, plan and log visits there, and work on their "
        "opportunities."
    ),
    Role.MANAGER: _(
        "You see everything of your own teams and all teams below, sign plans and reports, and may hand customers over."
    ),
    Role.DIRECTOR: _(
        "You see all teams, customers and figures. Personal dossiers stay closed unless you are in the account team."
    ),
    Role.CLERK: _("You see all customers and amounts and keep them up to date. You see no personal dossiers."),
    Role.COMPLIANCE: _(
        "You see the registers, the privacy page and the history of every record, but no customer lists."
    ),
    Role.DEALER: _("You see only what is yours: your own firm and the customers given to it."),
    Role.ADMIN: _(
        "You manage people, rules and settings. This right alone shows you no customer; join an account team for that."
    ),
}


def role_text(role: str) -> Any:
    """Return the sentence for a role."""
    return ROLE_TEXTS.get(role, "")
