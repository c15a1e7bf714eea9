"""Who may open what in this room."""

from typing import Any

from crm.models import Job
from crm.tests.url_rules import ALLOWED, Cast, Policy, everyone, only, row_page
from pipeline.models import Step

LEADERS = ("manager", "other_manager", "director")


def _job(cast: Cast) -> dict[str, Any]:
    """Make a job of the rep; it is his alone."""
    return {"key": Job.objects.create(kind="import.check", title="检查 客户.xlsx", owner=cast.rep).key}


POLICY: dict[str, Policy] = {
    "reports:home": Policy(get=everyone(302)),
    "reports:dashboard": Policy(get=only(*LEADERS)),
    "reports:changes": Policy(get=only(*LEADERS), query="kind=moved"),
    "reports:passed": Policy(get=only(*LEADERS), kwargs=lambda _cast: {"pk": Step.objects.all()[0].pk}),
    "reports:sources": Policy(get=only(*LEADERS)),
    "reports:industries": Policy(get=only(*LEADERS)),
    # Without htmx it leads to the customer's page, of which it is a part.
    "reports:profile_of": Policy(
        get=row_page(rep=302, manager=302, director=302, clerk=302), kwargs=lambda cast: {"pk": cast.account.pk}
    ),
    "reports:search": Policy(get=everyone()),
    "reports:history": Policy(get=only("compliance", "admin")),
    "reports:history_of": Policy(get=row_page(), kwargs=lambda cast: {"kind": "account", "pk": cast.account.pk}),
    "reports:jobs": Policy(get=everyone()),
    "reports:job": Policy(get=only("rep", others=404), kwargs=_job),
    "reports:cancel_job": Policy(post=only("rep", allowed=ALLOWED, others=404), kwargs=_job),
}
