"""What an admin sees and sets: rules, the outbox, kept mail."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Min
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest
from crm.paging import paginate
from followups.actions.deliveries import send_again
from followups.actions.settings import set_rule
from followups.choices import Channel, DeliveryState, NotSent
from followups.forms import RuleForm
from followups.models import Delivery, DispatcherBeat, FollowUp, KeptMail, RuleRun, RuleSetting
from followups.planning import rule_params
from followups.rules import Rule, all_rules, rule_for
from followups.running import PLANNER, SILENT_AFTER
from followups.wording import label_of
from teams.access import get_visible_or_404, may, needs
from teams.choices import Right

MAILBOX = "followups.mailbox.MailboxBackend"


@require_GET
@needs(Right.ADMINISTER)
def rules(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show every rule: whether it runs, its numbers, how its last run went."""
    said = {setting.kind: setting for setting in RuleSetting.objects.all()}
    runs = {run.kind: run for run in RuleRun.objects.all()}
    open_now = dict(FollowUp.objects.open().values_list("kind").annotate(n=Count("pk")).order_by())
    rows = [
        {
            "rule": rule,
            "is_on": rule.kind not in said or said[rule.kind].is_on,
            "numbers": _numbers(rule, said.get(rule.kind)),
            "run": runs.get(rule.kind),
            "open": open_now.get(rule.kind, 0),
        }
        for rule in all_rules()
        if rule.plan is not None or rule.params
    ]
    return render(request, "followups/rules.html", {"rows": rows})


def _numbers(rule: Rule, setting: RuleSetting | None) -> list[tuple[Any, int]]:
    values = rule_params(rule, setting)
    return [(param.label, values[param.name]) for param in rule.params]


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def rule(request: AuthenticatedHttpRequest, kind: str) -> HttpResponse:
    """Switch a rule on or off and set its numbers."""
    known = rule_for(kind)
    if known is None or not (known.plan or known.params):
        raise Http404
    setting = RuleSetting.objects.filter(kind=kind).first()
    form = RuleForm(request.POST or None, rule=known, setting=setting)
    if form.is_valid() and _save_rule(request, known, form):
        messages.success(request, _("The rule is kept. It takes effect within a minute."))
        return redirect("followups:rules")
    return render(request, "followups/rule.html", {"form": form, "rule": known})


def _save_rule(request: AuthenticatedHttpRequest, known: Rule, form: RuleForm) -> bool:
    try:
        set_rule(
            known,
            is_on=form.cleaned_data["is_on"],
            params=form.params,
            version=form.cleaned_data["version"] or 0,
            actor=request.user,
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
    except EditConflict:
        form.add_error(None, _("Somebody else changed this rule meanwhile. Open it again to see how it stands."))
    else:
        return True
    return False


def _seen_at() -> datetime | None:
    beats = DispatcherBeat.objects.exclude(name=PLANNER).order_by("-seen_at")
    return beats.values_list("seen_at", flat=True).first()


@require_GET
@needs(Right.ADMINISTER)
def outbox(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show how sending goes: counts by state, the oldest that waits, what was given up, the dispatcher's last sign."""
    counted = Delivery.objects.values_list("channel", "state").annotate(n=Count("pk")).order_by()
    counts = {(channel, state): n for channel, state, n in counted}
    table = [
        [label, *(counts.get((value, state), 0) for state in DeliveryState.values)] for value, label in Channel.choices
    ]
    dead = Delivery.objects.filter(state=DeliveryState.DEAD).select_related("recipient").order_by("-pk")
    page = paginate(dead, request.GET)
    seen_at = _seen_at()
    context = {
        "headers": [_("Channel"), *(label for _value, label in DeliveryState.choices)],
        "table": table,
        "oldest": Delivery.objects.claimable(request.now).aggregate(at=Min("next_try_at"))["at"],
        "page": page,
        "dead": [(row, label_of(row.kind), Channel(row.channel).label, _why(row)) for row in page.items],
        "seen_at": seen_at,
        "is_silent": seen_at is None or request.now - seen_at > SILENT_AFTER,
    }
    return render(request, "followups/outbox.html", context)


def _why(row: Delivery) -> str:
    return str(NotSent(row.last_error).label) if row.last_error in NotSent.values else row.last_error


@require_POST
@needs(Right.ADMINISTER)
def again(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Send once more what was given up."""
    row = Delivery.objects.filter(pk=pk).first()
    if row is None:
        raise Http404
    if send_again(row, actor=request.user, now=request.now):
        messages.success(request, _("It is sent again within seconds."))
    else:
        messages.info(request, _("It is no longer given up."))
    return redirect("followups:outbox")


@require_GET
def mails(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show mail that was kept instead of sent: one's own, for an admin everybody's."""
    page = paginate(KeptMail.objects.visible_to(request.user).order_by("-pk"), request.GET)
    is_admin = may(request.user, Right.ADMINISTER)
    context = {"page": page, "is_admin": is_admin, "is_kept": settings.EMAIL_BACKEND == MAILBOX}
    return render(request, "followups/mails.html", context)


@require_GET
def mail(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show one kept mail."""
    return render(request, "followups/mail.html", {"mail": get_visible_or_404(KeptMail, request.user, pk=pk)})
