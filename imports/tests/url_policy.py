"""Who may open what in this room."""

from typing import Any

from crm.tests.url_rules import ALLOWED, Cast, Policy, only
from imports.models import ImportFile, ImportRun

IMPORTERS = ("manager", "other_manager", "director", "admin")


def _run(cast: Cast) -> dict[str, Any]:
    """Make an import of the director; nobody else sees it."""
    return {"key": ImportRun.objects.create(owner=cast.director).key}


def _file(cast: Cast) -> dict[str, Any]:
    """Make an import of the director with one file."""
    kwargs = _run(cast)
    run = ImportRun.objects.get(key=kwargs["key"])
    ImportFile.objects.create(run=run, position=0, name="客户.csv", shape="ACCOUNTS", headers=["客户名称"])
    return kwargs | {"position": 0}


def _theirs(allowed: int | str) -> dict[str, int | str]:
    """Return: his own for the director, missing for other importers, refused for the rest."""
    return only("director", allowed=allowed, others=403, manager=404, other_manager=404, admin=404)


POLICY: dict[str, Policy] = {
    "imports:list": Policy(get=only(*IMPORTERS)),
    "imports:upload": Policy(get=only(*IMPORTERS), post=only(*IMPORTERS, allowed=ALLOWED)),
    "imports:template": Policy(get=only(*IMPORTERS), kwargs=lambda _cast: {"shape": "accounts"}),
    "imports:run": Policy(get=_theirs(200), kwargs=_run),
    "imports:columns": Policy(post=_theirs(ALLOWED), kwargs=_run),
    "imports:change_columns": Policy(post=_theirs(ALLOWED), kwargs=_run),
    "imports:stop": Policy(post=_theirs(ALLOWED), kwargs=_run),
    "imports:load": Policy(post=_theirs(ALLOWED), kwargs=_run),
    "imports:take_back": Policy(post=_theirs(ALLOWED), kwargs=_run),
    "imports:failures": Policy(get=_theirs(200), kwargs=_file),
}
