"""What the firm requires at sign-in."""

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to
from teams.access import needs
from teams.actions.security import set_mfa_roles
from teams.choices import Right, Role
from teams.forms import SecurityForm
from teams.models import User
from teams.second_factor import factors, security_policy


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def security(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Choose the roles that need a second factor; the numbers say whom that would stop at his next page."""
    policy = security_policy()
    opened = {"mfa_roles": policy.mfa_roles, "version": policy.version}
    form = SecurityForm(request.POST or None, initial=opened)
    status = 200
    if form.is_valid():
        try:
            set_mfa_roles(form.cleaned_data["mfa_roles"], version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            form.show_conflict(conflict, version=policy.version)
            status = 409
        else:
            messages.success(request, _("Saved. It holds from the next page everybody opens."))
            return go_to(request, "teams:security")
    context = {"form": form, "roles": _roles(), "policy": policy}
    return render(request, "teams/security.html", context, status=status)


def _roles() -> list[dict[str, object]]:
    """Return how many active people each role has, and how many of them have a second factor; one query."""
    people = User.objects.active().annotate(has_factor=Exists(factors().filter(user=OuterRef("pk"))))
    counted = people.values("role").annotate(people=Count("pk"), protected=Count("pk", filter=Q(has_factor=True)))
    return [row | {"label": Role(row["role"]).label} for row in counted.order_by("role")]
