"""Search across the rooms: the palette's fragment, and the same as a page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.searching import find_everywhere

PALETTE_ROWS, PAGE_ROWS = 5, 30


@require_safe
def search(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Find customers, people, opportunities and visits by any part of a name, pinyin or a phone's end."""
    query = request.GET.get("q", "").strip()[:80]
    fragment = is_fragment(request)
    groups = find_everywhere(query, user=request.user, limit=PALETTE_ROWS if fragment else PAGE_ROWS) if query else []
    template = "reports/search.html#options" if fragment else "reports/search.html"
    return render(request, template, {"query": query, "groups": groups})
