"""Who may open what in this room."""

from collections.abc import Callable

from accounts.models import AccountMember, KeyAccountSigner, TierPolicy
from accounts.tests.factories import (
    AccountMemberFactory,
    AccountPlanFactory,
    AccountRiskFactory,
    ContactFactory,
    DealerLoginFactory,
    NominationFactory,
    PlanRowFactory,
)
from crm.tests.url_rules import ALLOWED, Cast, Policy, everyone, only, row_page, row_write
from teams.tests.factories import UserFactory

EDITORS = ("rep", "teammate", "outsider", "manager", "other_manager", "director", "clerk")
# Who sees the customer of `rep` and may change it; everybody else does not see it.
KEEPERS = ("rep", "manager", "director", "clerk")
LEADERS = ("manager", "director")


def _account(cast: Cast) -> dict[str, int]:
    return {"pk": cast.account.pk}


def _contact(cast: Cast) -> dict[str, int]:
    return {"pk": ContactFactory(account=cast.account, name="王建国").pk}


def _member(cast: Cast) -> dict[str, int]:
    member: AccountMember = AccountMemberFactory(account=cast.account, user=UserFactory(name="顾问"))
    return {"pk": cast.account.pk, "member": member.pk}


def _signer(cast: Cast) -> dict[str, int]:
    return {"pk": KeyAccountSigner.objects.create(user=cast.manager).pk}


def _nomination(state: str) -> Callable[[Cast], dict[str, int]]:
    return lambda cast: {"pk": NominationFactory(account=cast.account, requested_by=cast.rep, state=state).pk}


def _dealer(cast: Cast) -> dict[str, int]:
    """Let the customer of `rep` be a dealer: not that of the dealer of the cast."""
    cast.account.kind = "DEALER"
    cast.account.save(update_fields=["kind"])
    return {"pk": cast.account.pk}


def _login(cast: Cast) -> dict[str, int]:
    return _dealer(cast) | {"login": DealerLoginFactory(account=cast.account).pk}


def _plan(cast: Cast) -> dict[str, int]:
    return {"pk": AccountPlanFactory(account=cast.account).pk}


def _plan_row(cast: Cast) -> dict[str, int]:
    return {"pk": PlanRowFactory(plan__account=cast.account).pk}


def _risk(cast: Cast) -> dict[str, int]:
    return {"pk": AccountRiskFactory(account=cast.account).pk}


def _key_account(cast: Cast) -> dict[str, int]:
    cast.account.key_scope = "NATIONAL"
    cast.account.save(update_fields=["key_scope"])
    return {"pk": cast.account.pk}


def _draft(cast: Cast) -> dict[str, int]:
    return {"pk": TierPolicy.objects.create(name="草案", author=cast.admin).pk}


def _retired(cast: Cast) -> dict[str, int]:
    TierPolicy.objects.create(name="旧", state="RETIRED")
    return {}


SCORES = {
    "scope": "NATIONAL",
    **dict.fromkeys(("sales_score", "innovation_score", "strength_score", "finance_score"), "4"),
    **dict.fromkeys(("sales_reason", "innovation_reason", "strength_reason", "finance_reason"), "年报"),
}
SELLING = ("rep", "manager", "director")

POLICY: dict[str, Policy] = {
    # Everybody may open the list; whose customers stand in it says `visible_to`.
    "accounts:list": Policy(get=everyone(200)),
    "accounts:options": Policy(get=everyone(200)),
    "accounts:export": Policy(get=everyone(200, dealer=403, admin=403)),
    "accounts:new": Policy(get=only(*EDITORS), post=only(*EDITORS, allowed=ALLOWED), data={"name": "新客户"}),
    "accounts:hand_over": Policy(
        post=only("manager", "other_manager", "director", allowed=ALLOWED), data={"ids": ["1"]}
    ),
    "accounts:account": Policy(get=row_page(), kwargs=_account),
    "accounts:timeline": Policy(get=row_page(**dict.fromkeys(KEEPERS, 302)), kwargs=_account),
    "accounts:ahead": Policy(get=row_page(**dict.fromkeys(KEEPERS, 302)), kwargs=_account),
    "accounts:group": Policy(get=row_page(), kwargs=_account),
    "accounts:people": Policy(get=row_page(), kwargs=_account),
    "accounts:history": Policy(get=row_page(), kwargs=_account),
    "accounts:tier": Policy(get=row_page(), kwargs=_account),
    "accounts:edit": Policy(
        get=row_page(), post=row_write(*KEEPERS), kwargs=_account, data={"name": "改名", "version": "1"}
    ),
    "accounts:archive": Policy(post=row_write(*KEEPERS), kwargs=_account),
    "accounts:restore": Policy(post=row_write(*KEEPERS), kwargs=_account),
    "accounts:new_member": Policy(get=row_page(), post=row_write(*KEEPERS), kwargs=_account),
    "accounts:drop_member": Policy(post=row_write(*KEEPERS), kwargs=_member),
    "accounts:edit_member": Policy(
        get=row_page(), post=row_write(*KEEPERS), kwargs=_member, data={"role": "ANALYST", "version": "1"}
    ),
    "accounts:duties": Policy(get=only("admin")),
    "accounts:edit_duty": Policy(
        get=only("admin"), post=only("admin", allowed=ALLOWED), kwargs=lambda _cast: {"role": "ANALYST"}
    ),
    "accounts:new_contact": Policy(get=row_page(), post=row_write(*KEEPERS), kwargs=_account, data={"name": "李敏"}),
    "accounts:override": Policy(
        get=row_page(*LEADERS, rep=403, clerk=403),
        post=row_write(*LEADERS, forbidden=("rep", "clerk")),
        kwargs=_account,
        data={"tier": "A", "until": "2026-12-31", "reason": "战略客户"},
    ),
    "accounts:free": Policy(post=row_write(*LEADERS, forbidden=("rep", "clerk")), kwargs=_account),
    "accounts:contact": Policy(get=row_page(), kwargs=_contact),
    "accounts:edit_contact": Policy(
        get=row_page(), post=row_write(*KEEPERS), kwargs=_contact, data={"name": "王建军", "version": "1"}
    ),
    "accounts:stance": Policy(
        get=row_page(), post=row_write(*KEEPERS), kwargs=_contact, data={"stance": "N", "on": "2026-11-20"}
    ),
    "accounts:archive_contact": Policy(post=row_write(*KEEPERS), kwargs=_contact),
    "accounts:restore_contact": Policy(post=row_write(*KEEPERS), kwargs=_contact),
    # Dealers: everybody who sees one reads its figures, who leads says what it is to sell and who signs in for it.
    "accounts:dealers": Policy(get=everyone(200)),
    "accounts:dealer": Policy(get=row_page(), kwargs=_dealer),
    "accounts:edit_dealer": Policy(
        get=row_page(*LEADERS, rep=403, clerk=403),
        post=row_write(*LEADERS, forbidden=("rep", "clerk")),
        kwargs=_dealer,
        data={"regions": "苏州、无锡", "target": "380万"},
    ),
    "accounts:new_login": Policy(
        get=row_page(*LEADERS, rep=403, clerk=403), post=row_write(*LEADERS, forbidden=("rep", "clerk")), kwargs=_dealer
    ),
    "accounts:drop_login": Policy(post=row_write(*LEADERS, forbidden=("rep", "clerk")), kwargs=_login),
    # Account plans and risks: who sees the customer reads them, who sells writes them.
    "accounts:plan": Policy(get=row_page(), kwargs=_account),
    "accounts:start_plan": Policy(
        post=row_write(*SELLING, forbidden=("clerk",)), kwargs=_account, data={"year": "2026"}
    ),
    "accounts:plan_itself": Policy(get=row_page(**dict.fromkeys(KEEPERS, 302)), kwargs=_plan),
    "accounts:edit_plan": Policy(
        get=row_page(clerk=403),
        post=row_write(*SELLING, forbidden=("clerk",)),
        kwargs=_plan,
        data={"budget": "12万", "version": "1"},
    ),
    "accounts:edit_intelligence": Policy(
        get=row_page(clerk=403),
        post=row_write(*SELLING, forbidden=("clerk",)),
        kwargs=_plan,
        data={"policy": "碳排放新规", "version": "1"},
    ),
    "accounts:new_row": Policy(
        get=row_page(clerk=403),
        post=row_write(*SELLING, forbidden=("clerk",)),
        kwargs=_plan,
        data={"goal": "份额到 45%"},
    ),
    "accounts:plan_row": Policy(get=row_page(**dict.fromkeys(KEEPERS, 302)), kwargs=_plan_row),
    "accounts:edit_row": Policy(
        get=row_page(clerk=403),
        post=row_write(*SELLING, forbidden=("clerk",)),
        kwargs=_plan_row,
        data={"goal": "份额到 45%", "version": "1"},
    ),
    "accounts:finish_row": Policy(post=row_write(*SELLING, forbidden=("clerk",)), kwargs=_plan_row),
    "accounts:reopen_row": Policy(post=row_write(*SELLING, forbidden=("clerk",)), kwargs=_plan_row),
    "accounts:remove_row": Policy(post=row_write(*SELLING, forbidden=("clerk",)), kwargs=_plan_row),
    "accounts:new_risk": Policy(
        get=row_page(clerk=403),
        post=row_write(*SELLING, forbidden=("clerk",)),
        kwargs=_account,
        data={"kind": "CREDIT", "text": "付款变慢", "likelihood": "3", "effect": "4"},
    ),
    "accounts:risk": Policy(get=row_page(**dict.fromkeys(KEEPERS, 302)), kwargs=_risk),
    "accounts:edit_risk": Policy(
        get=row_page(clerk=403),
        post=row_write(*SELLING, forbidden=("clerk",)),
        kwargs=_risk,
        data={"kind": "SUPPLY", "text": "交期不稳", "likelihood": "3", "effect": "4", "version": "1"},
    ),
    "accounts:close_risk": Policy(post=row_write(*SELLING, forbidden=("clerk",)), kwargs=_risk),
    "accounts:reopen_risk": Policy(post=row_write(*SELLING, forbidden=("clerk",)), kwargs=_risk),
    # Key accounts: who sells proposes, who leads ends, an admin says who decides.
    "accounts:key_accounts": Policy(get=everyone(200)),
    "accounts:key": Policy(get=row_page(), kwargs=_account),
    "accounts:nomination": Policy(get=row_page(**dict.fromkeys(KEEPERS, 302)), kwargs=_nomination("SUBMITTED")),
    "accounts:nominate": Policy(
        get=row_page(clerk=403), post=row_write(*SELLING, forbidden=("clerk",)), kwargs=_account, data=SCORES
    ),
    "accounts:nominate_again": Policy(
        get=row_page(clerk=403),
        post=row_write(*SELLING, forbidden=("clerk",)),
        kwargs=_nomination("RETURNED"),
        data=SCORES | {"version": "1"},
    ),
    "accounts:withdraw_nomination": Policy(
        post=row_write("rep", forbidden=("manager", "director", "clerk")), kwargs=_nomination("SUBMITTED")
    ),
    "accounts:end_key": Policy(
        get=row_page(*LEADERS, rep=403, clerk=403),
        post=row_write(*LEADERS, forbidden=("rep", "clerk")),
        kwargs=_key_account,
        data={"reason": "产线迁走"},
    ),
    "accounts:key_settings": Policy(
        get=only("admin"), post=only("admin", allowed=ALLOWED), data={"total_wanted": "14", "each_wanted": "2"}
    ),
    "accounts:join_key_group": Policy(post=only("admin", allowed=ALLOWED)),
    "accounts:leave_key_group": Policy(post=only("admin", allowed=ALLOWED), kwargs=_signer),
    # The policy: an admin sets it, the director may look.
    "accounts:tiers": Policy(get=only("admin", "director")),
    "accounts:tier_progress": Policy(get=only("admin", allowed=302)),
    "accounts:new_draft": Policy(get=only("admin"), post=only("admin", allowed=ALLOWED), data={"name": "草案"}),
    "accounts:simulate": Policy(post=only("admin", allowed=ALLOWED), data={"name": "草案"}),
    "accounts:draft": Policy(
        get=only("admin", "director"), post=only("admin", allowed=ALLOWED), kwargs=_draft, data={"name": "草案"}
    ),
    "accounts:apply": Policy(get=only("admin"), post=only("admin", allowed=ALLOWED), kwargs=_draft),
    "accounts:discard": Policy(post=only("admin", allowed=ALLOWED), kwargs=_draft),
    "accounts:roll_back": Policy(post=only("admin", allowed=ALLOWED), kwargs=_retired),
}
