"""Admin pages: pipelines, steps, criteria, reasons for loss, products, exchange rates."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.conflicts import EditForm, chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest
from pipeline.actions import setup as actions
from pipeline.actions.guards import Refused
from pipeline.forms import setup as forms
from pipeline.models import Criterion, ExchangeRate, LossReason, Pipeline, Product, Step
from pipeline.views.shared import posted
from teams.access import needs
from teams.choices import Right


@require_safe
@needs(Right.ADMINISTER)
def pipelines(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the pipelines, the reasons for loss, the products and the exchange rates."""
    context = {
        "pipelines": Pipeline.objects.annotate(size=Count("steps")).order_by("-is_default", "pk"),
        "reasons": LossReason.objects.order_by("position", "pk"),
        "products": Product.objects.order_by("-is_active", "name")[:200],
        "rates": ExchangeRate.objects.order_by("currency", "-starts_on")[:200],
        "own_currency": settings.REPORTING_CURRENCY,
    }
    return render(request, "pipeline/setup/pipelines.html", context)


@require_safe
@needs(Right.ADMINISTER)
def pipeline(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show one pipeline with its steps."""
    shown = get_object_or_404(Pipeline, pk=pk)
    steps = shown.steps.order_by("position").annotate(asked=Count("criteria"))
    return render(request, "pipeline/setup/pipeline.html", {"pipeline": shown, "steps": steps})


@require_safe
@needs(Right.ADMINISTER)
def step(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show one step with what it asks for."""
    shown = get_object_or_404(Step.objects.select_related("pipeline"), pk=pk)
    context = {
        "step": shown,
        "criteria": shown.criteria.order_by("-track", "position"),
        "form": forms.NewCriterionForm(),
    }
    return render(request, "pipeline/setup/step.html", context)


def _form_page(request: AuthenticatedHttpRequest, form: Any, *, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": back}
    return render(request, "pipeline/setup/form.html", context, status=422 if form.errors else 200)


def _added(
    request: AuthenticatedHttpRequest, form: Any, write: Callable[[dict[str, Any]], Any], *, title: str, back: str
) -> HttpResponse:
    """Show an empty form, or write what was typed and go back."""
    if request.method == "POST" and form.is_valid():
        try:
            write(form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Added."))
            return redirect(back)
    return _form_page(request, form, title=title, back=back)


def _edited(request: AuthenticatedHttpRequest, row: Any, form_class: type[EditForm], *, back: str) -> HttpResponse:
    """Show the form of a row, or write what was changed and go back."""
    data = chosen(request.POST) if request.method == "POST" else None
    form = form_class(data, instance=row)
    if data is not None and form.is_valid():
        current = type(row)._default_manager.get(pk=row.pk)
        try:
            actions.edit_row(current, changes=form.changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            return conflict_page(request, conflict, form, title=str(current), version=current.version, cancel_url=back)
        messages.success(request, _("Saved."))
        return redirect(back)
    return _form_page(request, form, title=str(row), back=back)


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def new_pipeline(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Make a pipeline from another one."""
    return _added(
        request,
        forms.NewPipelineForm(posted(request)),
        lambda given: actions.add_pipeline(**given, actor=request.user),
        title=_("New pipeline"),
        back=reverse("pipeline:pipelines"),
    )


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def edit_pipeline(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change name and tracks of a pipeline."""
    row = get_object_or_404(Pipeline, pk=pk)
    return _edited(request, row, forms.PipelineForm, back=reverse("pipeline:pipeline", args=[pk]))


@require_POST
@needs(Right.ADMINISTER)
def make_default(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Use a pipeline for new opportunities."""
    actions.make_default(get_object_or_404(Pipeline, pk=pk), actor=request.user)
    messages.success(request, _("New opportunities use it unless another is chosen."))
    return redirect("pipeline:pipelines")


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def new_step(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Add a step at the end of a pipeline."""
    shown = get_object_or_404(Pipeline, pk=pk)
    form = forms.StepForm(posted(request))
    return _added(
        request,
        form,
        lambda given: actions.add_step(
            shown, fields={name: given[name] for name in form.Meta.fields}, actor=request.user
        ),
        title=_("New step"),
        back=reverse("pipeline:pipeline", args=[pk]),
    )


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def edit_step(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change a step."""
    row = get_object_or_404(Step.objects.select_related("pipeline"), pk=pk)
    return _edited(request, row, forms.StepForm, back=reverse("pipeline:step", args=[pk]))


@require_POST
@needs(Right.ADMINISTER)
def move_step(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Move a step one place up or down."""
    row = get_object_or_404(Step, pk=pk)
    actions.swap(row, up=request.POST.get("to") == "up", actor=request.user)
    return redirect("pipeline:pipeline", pk=row.pipeline_id)


@require_POST
@needs(Right.ADMINISTER)
def new_criterion(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Ask for one more thing at a step."""
    shown = get_object_or_404(Step, pk=pk)
    return _added(
        request,
        forms.NewCriterionForm(request.POST),
        lambda given: actions.add_criterion(shown, **given, actor=request.user),
        title=_("New criterion"),
        back=reverse("pipeline:step", args=[pk]),
    )


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def edit_criterion(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change a criterion, or stop asking for it."""
    row = get_object_or_404(Criterion, pk=pk)
    return _edited(request, row, forms.CriterionForm, back=reverse("pipeline:step", args=[row.step_id]))


@require_POST
@needs(Right.ADMINISTER)
def move_criterion(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Move a criterion one place up or down."""
    row = get_object_or_404(Criterion, pk=pk)
    actions.swap(row, up=request.POST.get("to") == "up", actor=request.user)
    return redirect("pipeline:step", pk=row.step_id)


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def new_reason(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Add a reason for loss."""
    return _added(
        request,
        forms.LossReasonForm(posted(request)),
        lambda given: actions.add_loss_reason(name=given["name"], actor=request.user),
        title=_("New reason for loss"),
        back=reverse("pipeline:pipelines"),
    )


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def edit_reason(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change a reason for loss, or stop offering it."""
    row = get_object_or_404(LossReason, pk=pk)
    return _edited(request, row, forms.LossReasonForm, back=reverse("pipeline:pipelines"))


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def new_product(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Add a product."""
    form = forms.ProductForm(posted(request))
    return _added(
        request,
        form,
        lambda given: actions.add_product(fields={name: given[name] for name in form.Meta.fields}, actor=request.user),
        title=_("New product"),
        back=reverse("pipeline:pipelines"),
    )


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def edit_product(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change a product, or stop offering it."""
    row = get_object_or_404(Product, pk=pk)
    return _edited(request, row, forms.ProductForm, back=reverse("pipeline:pipelines"))


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def new_rate(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Say what a currency is worth from a day on."""
    form = forms.RateForm(posted(request), initial={"starts_on": request.today})
    return _added(
        request,
        form,
        lambda given: actions.add_rate(fields={name: given[name] for name in form.Meta.fields}, actor=request.user),
        title=_("New exchange rate"),
        back=reverse("pipeline:pipelines"),
    )


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def edit_rate(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Correct an exchange rate."""
    row = get_object_or_404(ExchangeRate, pk=pk)
    return _edited(request, row, forms.RateForm, back=reverse("pipeline:pipelines"))
