"""A customer's page: overview, people, history."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.actions.looks import note_look
from accounts.choices import BuyingRole
from accounts.claims.access import may_release
from accounts.facts import facts_of, profit_facts, protection_of, ways_to
from accounts.health import Person, coverage, findings, is_unseen
from accounts.history import as_events, history_of_account, owners_of
from accounts.in_house import is_in_house, readable
from accounts.members.duties import duties
from accounts.models import Account, AccountLook, Contact
from accounts.orgchart import grow
from accounts.panels import panels, shortcuts
from accounts.spans import twelve_months
from accounts.timeline import Entry, sources, stretch
from accounts.upcoming import upcoming
from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.paging import paginate
from teams.access import get_visible_or_404, may
from teams.choices import Right
from teams.models import User

PAGE = 20
KEY_PEOPLE = 6
OWNERS_SHOWN = 50
SOON = 7  # days: a protection that ends within them is worth a colour
TEAM_SHOWN = 100


def account_or_404(request: AuthenticatedHttpRequest, pk: int) -> Account:
    """Return a customer the person sees, with what its pages name; one query."""
    look = AccountLook.objects.filter(account=OuterRef("pk"), user=request.user)
    below = Account.objects.visible_to(request.user).live().filter(parent=OuterRef("pk")).order_by()
    rows = Account.objects.select_related("owner", "team", "industry", "parent", "dealer").annotate(
        seen_at=Subquery(look.values("seen_at")),
        before_at=Subquery(look.values("before_at")),
        has_below=Exists(below),
    )
    rows = rows.with_parent_seen(request.user).with_protection()
    account: Account = get_visible_or_404(rows, request.user, pk=pk)
    return account


def in_house_or_404(request: AuthenticatedHttpRequest, pk: int) -> Account:
    """Return a customer for a page that says what we think of it and mean to do there: never for dealers."""
    if not is_in_house(request.user):
        raise Http404
    return account_or_404(request, pk)


def person_of(contact: Contact) -> Person:
    """Return a contact as the relationship is judged by."""
    return Person(contact.name, contact.buying_roles, contact.stance, contact.last_contact_on)


def head(request: AuthenticatedHttpRequest, account: Account, tab: str, people: list[Contact]) -> dict[str, Any]:
    """Return what every tab of the page shows at its head."""
    found = findings(
        [person_of(contact) for contact in people],
        last=account.last_contact_on,
        following=account.next_contact_on,
        on=request.today,
    )
    in_house = is_in_house(request.user)
    return {
        "account": account,
        "tab": tab,
        "findings": found,
        "protection": protection_of(account, on=request.today, soon=SOON),
        "panels": [panel for panel in panels() if in_house or not panel.in_house],
        "ways": ways_to(account) if account.address or account.position else [],
        "shortcuts": shortcuts() if may(request.user, Right.SELL) and not account.archived_at else [],
        "is_in_house": in_house,
        "may_edit": may(request.user, Right.EDIT_CUSTOMERS),
        "may_set_tier": may(request.user, Right.LEAD),
        "may_release": may_release(request.user, account),
        "may_merge": may(request.user, Right.MERGE),
        "today": request.today,
    }


def moved_on(request: AuthenticatedHttpRequest, row: Account | Contact) -> HttpResponse | None:
    """Lead on from what was merged to what it is a part of now, and say so; None for a row that leads nowhere."""
    if row.merged_into_id is None:
        return None
    into = type(row).objects.visible_to(request.user).filter(pk=row.merged_into_id).first()
    if into is None:
        return None
    messages.info(request, _("%(name)s was merged into this one.") % {"name": row.name})
    return redirect(into)


def people_of(account: Account) -> list[Contact]:
    """Return the people there, the most influential first."""
    return sorted(account.contacts.live().order_by("name", "pk"), key=lambda contact: -(contact.influence or 0))


def _entries(request: AuthenticatedHttpRequest, account: Account) -> dict[str, Any]:
    """Return a page of the timeline, and the cursor of the next one."""
    group, before = request.GET.get("group", ""), _cursor(request.GET.get("before", ""))
    query = request.GET.get("q", "").strip()[:80]
    known = sources()
    group = group if group in {source.name for source in known} else ""
    found = stretch([account.pk], user=request.user, group=group, before=before, query=query, size=PAGE)
    return {
        "entries": found.entries,
        "cursor": found.cursor.isoformat() if found.cursor else "",
        "group": group,
        "query": query,
        "sources": known,
    }


def _cursor(text: str) -> datetime | None:
    """Return the moment of a cursor; None for nothing and for what is none."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _news(entries: list[Entry], since: datetime | None, user: User) -> list[tuple[str, int]]:
    """Return what others brought since the last look: label of the source and how many."""
    if since is None:
        return []
    labels = {source.name: str(source.label) for source in sources()}
    counts: dict[str, int] = {}
    for entry in entries:
        if entry.is_news(since, to=str(user)):
            counts[entry.group] = counts.get(entry.group, 0) + 1
    return [(labels.get(group, group), count) for group, count in counts.items()]


@require_GET
def account_page(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a customer at a glance: facts, what happened, who matters."""
    account = account_or_404(request, pk)
    if moved := moved_on(request, account):
        return moved
    people = people_of(account)
    context = head(request, account, "overview", people) | _entries(request, account)
    look: Any = account  # annotated by account_or_404
    since = note_look(account, user=request.user, seen_at=look.seen_at, before_at=look.before_at, now=request.now)
    context |= {
        "facts": [
            *readable(((fact.fields, fact) for fact in facts_of(account, parent_seen=look.parent_seen)), request.user),
            *profit_facts(account, twelve_months(request.today), request.user),
        ],
        "in_group": bool(look.has_below or account.parent_id),
        "edit_url": reverse("accounts:edit", args=[pk]),
        "people": people[:KEY_PEOPLE],
        "more_people": max(0, len(people) - KEY_PEOPLE),
        "since": since,
        "news": _news(context["entries"], since, request.user),
    }
    return render(request, "accounts/account.html", context)


@require_GET
def account_timeline(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Answer with a further part of the timeline; without htmx with the page that holds it."""
    account = account_or_404(request, pk)
    if not is_fragment(request):
        return redirect(f"{account.get_absolute_url()}?{request.GET.urlencode()}")
    template = "accounts/account.html#entries" if request.GET.get("before") else "accounts/account.html#timeline"
    return render(request, template, {"account": account} | _entries(request, account))


@require_GET
def account_ahead(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Answer with what lies ahead, for the top of the timeline; without htmx with the page."""
    account = account_or_404(request, pk)
    if not is_fragment(request):
        return redirect(account)
    context = {"coming": upcoming(account, user=request.user, on=request.today), "today": request.today}
    return render(request, "accounts/ahead.html", context)


def _shown(people: list[Contact], show: str, request: AuthenticatedHttpRequest) -> list[Contact]:
    """Return those a coverage number counts."""
    checks = {
        "deciders": lambda person: person.decides,
        "unmet": lambda person: person.decides and person.seen_on is None,
        "sponsors": lambda person: person.stance in ("PS", "SN"),
        "against": lambda person: person.stance in ("NS", "H"),
        "unseen": lambda person: is_unseen(person, request.today),
    }
    check = checks.get(show)
    return [contact for contact in people if check is None or check(person_of(contact))]


@require_GET
def account_people(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show the organisation: who reports to whom, what each thinks of us, who was not seen; and our own team."""
    account = account_or_404(request, pk)
    people = people_of(account)
    show = request.GET.get("show", "")
    shown = _shown(people, show, request)
    team = account.members.select_related("user", "user__team").order_by("-ended_at", "role", "pk")[:TEAM_SHOWN]
    sheets = duties()
    context = head(request, account, "people", people) | {
        "tree": grow(shown),
        "shown": shown,
        "show": show,
        "coverage": coverage([person_of(contact) for contact in people], on=request.today),
        "role_names": dict(BuyingRole.choices),
        "members": [(member, sheets[member.role]) for member in team if member.ended_at is None],
        "former": [member for member in team if member.ended_at is not None],
    }
    return render(request, "accounts/people.html", context)


@require_GET
def account_history(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show who changed what, newest first."""
    account = account_or_404(request, pk)
    page = paginate(history_of_account(account, user=request.user), request.GET)
    events = as_events(page.items, user=request.user)
    context = head(request, account, "history", people_of(account)) | {"page": page, "events": events}
    context["empty"] = _("Nothing was changed here yet.")
    if not page.has_previous:
        context["owners"] = owners_of(account)[:OWNERS_SHOWN]
    return render(request, "accounts/history.html", context)
