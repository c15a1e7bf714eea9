"""Long work a person started."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.jobs import cancel_job
from crm.models import Job
from crm.paging import paginate


@require_safe
def jobs(request: AuthenticatedHttpRequest) -> HttpResponse:
    """List one's own jobs."""
    page = paginate(Job.objects.filter(owner=request.user).order_by("-id"), request.GET)
    return render(request, "reports/jobs.html", {"page": page})


@require_safe
def job(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Show how far a job is; the fragment is asked for again and again until it is over."""
    found = get_object_or_404(Job, key=key, owner=request.user)
    template = "reports/job.html#state" if is_fragment(request) else "reports/job.html"
    return render(request, template, {"job": found})


@require_POST
def cancel(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Ask a job to stop."""
    found = get_object_or_404(Job, key=key, owner=request.user)
    cancel_job(found, actor=request.user, now=request.now)
    return redirect("reports:job", key=key)
