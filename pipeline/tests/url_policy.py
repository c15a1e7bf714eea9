"""Who may open what in this room."""

from crm.tests.url_rules import ALLOWED, Cast, Policy, everyone, only, row_page, row_write
from pipeline.models import ExchangeRate, LossReason
from pipeline.tests.factories import EvidenceFactory, OpportunityFactory, ProductFactory, default_pipeline

SELLERS = ("rep", "teammate", "outsider", "manager", "other_manager", "director")
LEADERS = ("manager", "other_manager", "director")
WORKERS = ("rep", "manager", "director")


def _opportunity(cast: Cast) -> dict[str, int]:
    return {"pk": OpportunityFactory(account=cast.account, owner=cast.rep).pk}


def _closed(cast: Cast) -> dict[str, int]:
    deal = OpportunityFactory(account=cast.account, owner=cast.rep, state="LOST", closed_on="2026-11-02")
    return {"pk": deal.pk}


def _criterion_of(cast: Cast) -> dict[str, int]:
    deal = OpportunityFactory(account=cast.account, owner=cast.rep)
    return {"pk": deal.pk, "criterion_pk": deal.our_step.criteria.all()[0].pk}


def _evidence_of(cast: Cast) -> dict[str, int]:
    deal = OpportunityFactory(account=cast.account, owner=cast.rep)
    evidence = EvidenceFactory(opportunity=deal, criterion=deal.our_step.criteria.all()[0])
    return {"pk": deal.pk, "evidence_pk": evidence.pk}


def _account(cast: Cast) -> dict[str, int]:
    return {"pk": cast.account.pk}


def _pipeline(cast: Cast) -> dict[str, int]:
    return {"pk": default_pipeline().pk}


def _rate(cast: Cast) -> dict[str, int]:
    return {"pk": ExchangeRate.objects.create(currency="USD", starts_on="2026-01-01", rate="7.1").pk}


def _step(cast: Cast) -> dict[str, int]:
    return {"pk": default_pipeline().steps.order_by("position")[1].pk}


def _criterion(cast: Cast) -> dict[str, int]:
    return {"pk": default_pipeline().steps.order_by("position")[1].criteria.all()[0].pk}


def _reason(cast: Cast) -> dict[str, int]:
    return {"pk": LossReason.objects.all()[0].pk}


def _product(cast: Cast) -> dict[str, int]:
    return {"pk": ProductFactory().pk}


def _work(kwargs=_opportunity, *, reads: bool = True, **data: str) -> Policy:
    """Return the policy of a page for those who work on the opportunity; a clerk sees it and may not."""
    get = row_page(*WORKERS, clerk=403) if reads else None
    return Policy(get=get, post=row_write(*WORKERS, forbidden=("clerk",)), kwargs=kwargs, data=data)


def _admin(kwargs=None, *, post: bool = True, **data: str) -> Policy:
    """Return the policy of an admin's page."""
    more = {"kwargs": kwargs} if kwargs else {}
    writes = only("admin", allowed=ALLOWED) if post else None
    return Policy(get=only("admin"), post=writes, data=data, **more)


def _admin_post(kwargs, **data: str) -> Policy:
    return Policy(post=only("admin", allowed=ALLOWED), kwargs=kwargs, data=data)


POLICY: dict[str, Policy] = {
    "pipeline:board": Policy(get=everyone(200)),
    "pipeline:list": Policy(get=everyone(200)),
    "pipeline:export": Policy(get=everyone(200, dealer=403, admin=403)),
    "pipeline:hand_over": Policy(post=only(*LEADERS, allowed=ALLOWED)),
    "pipeline:new": Policy(get=only(*SELLERS), post=only(*SELLERS, allowed=ALLOWED), data={"name": "总装线改造"}),
    "pipeline:of_account": Policy(get=row_page(), kwargs=_account),
    "pipeline:opportunity": Policy(get=row_page(), kwargs=_opportunity),
    "pipeline:print": Policy(get=row_page(), kwargs=_opportunity),
    "pipeline:edit": _work(),
    "pipeline:move": _work(track="OURS"),
    "pipeline:evidence": _work(_criterion_of),
    "pipeline:withdraw": _work(_evidence_of),
    "pipeline:next_step": _work(choice="tomorrow"),
    "pipeline:next_step_done": _work(reads=False),
    "pipeline:people": _work(),
    "pipeline:win": _work(on="2026-11-02"),
    "pipeline:lose": _work(on="2026-11-02"),
    "pipeline:reopen": _work(_closed),
    "pipeline:archive": _work(reads=False),
    "pipeline:restore": _work(reads=False),
    "pipeline:owner": Policy(
        get=row_page("manager", "director", rep=403, clerk=403),
        post=row_write("manager", "director", forbidden=("rep", "clerk")),
        kwargs=_opportunity,
    ),
    "pipeline:targets": Policy(get=only(*LEADERS), post=only(*LEADERS, allowed=ALLOWED)),
    "pipeline:pipelines": _admin(post=False),
    "pipeline:new_pipeline": _admin(),
    "pipeline:pipeline": _admin(_pipeline, post=False),
    "pipeline:edit_pipeline": _admin(_pipeline),
    "pipeline:make_default": _admin_post(_pipeline),
    "pipeline:new_step": _admin(_pipeline),
    "pipeline:step": _admin(_step, post=False),
    "pipeline:edit_step": _admin(_step),
    "pipeline:move_step": _admin_post(_step, to="up"),
    "pipeline:new_criterion": _admin_post(_step),
    "pipeline:edit_criterion": _admin(_criterion),
    "pipeline:move_criterion": _admin_post(_criterion, to="up"),
    "pipeline:new_reason": _admin(),
    "pipeline:edit_reason": _admin(_reason),
    "pipeline:new_product": _admin(),
    "pipeline:edit_product": _admin(_product),
    "pipeline:new_rate": _admin(),
    "pipeline:edit_rate": _admin(_rate),
}
