"""Where a person begins."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from crm.http import AuthenticatedHttpRequest
from teams.choices import Role

FIRST_PAGE = {
    Role.REP: "visits:today",
    Role.MANAGER: "reports:dashboard",
    Role.DIRECTOR: "reports:dashboard",
    Role.CLERK: "accounts:list",
    Role.DEALER: "accounts:list",
    Role.COMPLIANCE: "reports:history",
    Role.ADMIN: "accounts:tiers",
}


@require_safe
def home(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Send a person to the page his role begins with."""
    return redirect(FIRST_PAGE[Role(request.user.role)])
