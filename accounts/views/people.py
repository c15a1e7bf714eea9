"""A person at a customer: page, facts, stance."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.people import (
    CannotReport,
    add_contact,
    archive_contact,
    change_stance_by_hand,
    edit_contact,
    restore_contact,
)
from accounts.facts import facts_of_contact
from accounts.forms.people import UNKNOWN, ContactForm, NewContactForm, StanceForm
from accounts.models import Contact
from accounts.views.account import moved_on
from accounts.views.changes import editable, form_page, only_asked
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to
from teams.access import get_visible_or_404, may, require
from teams.choices import Right


def _contact(request: AuthenticatedHttpRequest, pk: int) -> Contact:
    """Return a person at a customer this user sees."""
    rows = Contact.objects.select_related("account", "reports_to")
    contact: Contact = get_visible_or_404(rows, request.user, pk=pk)
    return contact


def _editable(request: AuthenticatedHttpRequest, pk: int) -> Contact:
    contact = _contact(request, pk)
    require(request.user, Right.EDIT_CUSTOMERS)
    return contact


@require_GET
def contact_page(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a person: how to reach him or her, role, stance and its history."""
    contact = _contact(request, pk)
    if moved := moved_on(request, contact):
        return moved
    context = {
        "contact": contact,
        "account": contact.account,
        "facts": facts_of_contact(contact),
        "edit_url": reverse("accounts:edit_contact", args=[pk]),
        "reports": contact.reports.live().order_by("name", "pk"),
        "changes": contact.stance_changes.select_related("actor").order_by("-happened_on", "-pk")[:50],
        "may_edit": may(request.user, Right.EDIT_CUSTOMERS),
    }
    return render(request, "accounts/contact.html", context)


@require_http_methods(["GET", "POST"])
def new_contact(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Add a person at a customer; a name and a title are enough."""
    account = editable(request, pk)
    form = NewContactForm(request.POST or None, account=account)
    url = reverse("accounts:people", args=[pk])
    if form.is_valid():
        data = form.cleaned_data
        contact = add_contact(
            account,
            name=data["name"],
            title=data["title"],
            actor=request.user,
            client_id=data["client_id"],
            is_verified=data["is_verified"],
            **form.values,
        )
        messages.success(request, _("%(name)s is added.") % {"name": contact.name})
        return go_to(request, url)
    title = _("New person at %(name)s") % {"name": account.called}
    return form_page(request, form, title=title, verb=_("Add"), cancel_url=url, draft=f"contact:new:{pk}")


@require_http_methods(["GET", "POST"])
def edit(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change facts of a person."""
    contact = _editable(request, pk)
    post = chosen(request.POST) if request.method == "POST" else None
    only = only_asked(request, ContactForm)
    form = ContactForm(post, instance=Contact.objects.get(pk=pk), account=contact.account, only=only)
    url = contact.get_absolute_url()
    if form.is_valid():
        try:
            edit_contact(contact, changes=form.changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            version = Contact.objects.values_list("version", flat=True).get(pk=pk)
            return conflict_page(request, conflict, form, title=contact.name, version=version, cancel_url=url)
        except CannotReport as refusal:
            form.add_error("reports_to", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return go_to(request, url)
    return form_page(
        request, form, title=_("Facts of %(name)s") % {"name": contact.name}, verb=_("Save"), cancel_url=url
    )


@require_http_methods(["GET", "POST"])
def stance(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Say where a person stands now; it can be taken back."""
    contact = _editable(request, pk)
    form = StanceForm(request.POST or None, today=request.today, initial={"stance": contact.stance or UNKNOWN})
    url = contact.get_absolute_url()
    if form.is_valid():
        data = form.cleaned_data
        entry = change_stance_by_hand(
            contact, to=data["stance"], on=data["on"], note=data["note"], actor=request.user, now=request.now
        )
        if entry is None:
            messages.info(request, _("%(name)s stood there already; nothing was changed.") % {"name": contact.name})
        else:
            messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
        return go_to(request, url)
    title = _("Where does %(name)s stand?") % {"name": contact.name}
    return form_page(request, form, title=title, verb=_("Save"), cancel_url=url)


@require_POST
def archive(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Put a person away who left; it can be taken back."""
    contact = _editable(request, pk)
    entry = archive_contact(contact, actor=request.user, now=request.now)
    messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    return go_to(request, reverse("accounts:people", args=[contact.account_id]))


@require_POST
def restore(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Bring an archived person back."""
    contact = restore_contact(_editable(request, pk), actor=request.user)
    messages.success(request, _("%(name)s is back among the people.") % {"name": contact.name})
    return go_to(request, contact.get_absolute_url())
