"""Who may open what in this room."""

from accounts.models import Account, AccountMember, TierPolicy
from accounts.tests.factories import AccountFactory, AccountMemberFactory, ContactFactory
from crm.tests.url_rules import ALLOWED, Cast, Policy, everyone, only, row_page, row_write
from teams.tests.factories import UserFactory

EDITORS = ("rep", "teammate", "outsider", "manager", "other_manager", "director", "clerk")
# Who sees the customer of `rep` and may change it; everybody else does not see it.
KEEPERS = ("rep", "manager", "director", "clerk")
LEADERS = ("manager", "director")
# Who sees the customer of `rep` and may merge it.
MERGERS = ("manager", "director", "clerk")


def _account(cast: Cast) -> dict[str, int]:
    return {"pk": cast.account.pk}


def _twins(cast: Cast) -> dict[str, int]:
    twin: Account = AccountFactory(owner=cast.rep, name=cast.account.name)
    return {"keep": cast.account.pk, "drop": twin.pk}


def _contact(cast: Cast) -> dict[str, int]:
    return {"pk": ContactFactory(account=cast.account, name="王建国").pk}


def _member(cast: Cast) -> dict[str, int]:
    member: AccountMember = AccountMemberFactory(account=cast.account, user=UserFactory(name="顾问"))
    return {"pk": cast.account.pk, "member": member.pk}


def _draft(cast: Cast) -> dict[str, int]:
    return {"pk": TierPolicy.objects.create(name="草案", author=cast.admin).pk}


def _retired(cast: Cast) -> dict[str, int]:
    TierPolicy.objects.create(name="旧", state="RETIRED")
    return {}


POLICY: dict[str, Policy] = {
    # Everybody may open the list; whose customers stand in it says `visible_to`.
    "accounts:list": Policy(get=everyone(200)),
    "accounts:options": Policy(get=everyone(200)),
    "accounts:export": Policy(get=everyone(200, dealer=403, admin=403)),
    "accounts:new": Policy(get=only(*EDITORS), post=only(*EDITORS, allowed=ALLOWED), data={"name": "新客户"}),
    "accounts:duplicates": Policy(get=only(*MERGERS, "other_manager")),
    "accounts:find_duplicates": Policy(post=only(*MERGERS, "other_manager", allowed=ALLOWED)),
    "accounts:find_progress": Policy(get=only(*MERGERS, "other_manager", allowed=302)),
    "accounts:merge": Policy(
        get=row_page(*MERGERS, rep=403), post=row_write(*MERGERS, forbidden=("rep",)), kwargs=_twins
    ),
    "accounts:set_apart": Policy(post=row_write(*MERGERS, forbidden=("rep",)), kwargs=_twins),
    "accounts:merge_with": Policy(
        get=row_page(*MERGERS, rep=403), post=row_write(*MERGERS, forbidden=("rep",)), kwargs=_account
    ),
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
