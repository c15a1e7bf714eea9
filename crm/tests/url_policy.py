"""Who may open what: every URL of the product, collected from the rooms."""

from importlib import import_module

from crm.tests.url_rules import Policy

TABLES = (
    "crm.tests.ground_policy",
    "crm.tests.admin_policy",
    "teams.tests.sign_in_policy",
    "teams.tests.url_policy",
    "followups.tests.url_policy",
    "accounts.tests.url_policy",
    "pipeline.tests.url_policy",
    "visits.tests.url_policy",
    "imports.tests.url_policy",
    "reports.tests.url_policy",
)


def _table(module: str) -> dict[str, Policy]:
    """Return a room's table; a room that has none yet leaves its URLs unclassified, and the walk names them."""
    try:
        return dict(import_module(module).POLICY)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return {}


def all_policies() -> dict[str, Policy]:
    """Return URL name → policy; a name that two rooms claim is an error."""
    found: dict[str, Policy] = {}
    for module in TABLES:
        table = _table(module)
        twice = found.keys() & table.keys()
        if twice:
            raise ValueError(f"{module} repeats {sorted(twice)}")
        found |= table
    return found
