"""Who may open Django's admin: superusers alone. Nobody of the cast is one; `test_readonly_admin` looks as one."""

from crm.readonly_admin import site
from crm.tests.url_rules import ALLOWED, Cast, Policy, everyone

REFUSED = everyone(302)  # led to the admin's sign-in, which refuses


def _row(_cast: Cast) -> dict[str, str]:
    return {"object_id": "1"}


def _app(_cast: Cast) -> dict[str, str]:
    return {"app_label": "teams"}


def _link(_cast: Cast) -> dict[str, int]:
    return {"content_type_id": 1, "object_id": 1}


POLICY: dict[str, Policy] = {
    "admin:index": Policy(get=REFUSED, post=REFUSED, anonymous=302),
    "admin:login": Policy(get=everyone(403), post=everyone(403)),
    "admin:logout": Policy(get=REFUSED, post=everyone(ALLOWED), anonymous=302),
    "admin:password_change": Policy(get=REFUSED, post=REFUSED, anonymous=302),
    "admin:password_change_done": Policy(get=REFUSED, post=REFUSED, anonymous=302),
    "admin:autocomplete": Policy(get=REFUSED, post=REFUSED, anonymous=302),
    "admin:jsi18n": Policy(get=REFUSED, post=REFUSED, anonymous=302),
    "admin:view_on_site": Policy(get=REFUSED, post=REFUSED, kwargs=_link, anonymous=302),
    "admin:app_list": Policy(get=REFUSED, post=REFUSED, kwargs=_app, anonymous=302),
}
for _model in site._registry:
    _name = f"admin:{_model._meta.app_label}_{_model._meta.model_name}"
    POLICY |= {
        f"{_name}_changelist": Policy(get=REFUSED, post=REFUSED),
        f"{_name}_add": Policy(get=REFUSED, post=REFUSED),
        f"{_name}_history": Policy(get=REFUSED, post=REFUSED, kwargs=_row),
        f"{_name}_delete": Policy(get=REFUSED, post=REFUSED, kwargs=_row),
        f"{_name}_change": Policy(get=REFUSED, post=REFUSED, kwargs=_row),
    }
