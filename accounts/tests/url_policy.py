"""Who may open what in this room."""

from accounts.models import AccountMember, TierPolicy, TierRound
from accounts.tests.factories import AccountMemberFactory, ContactFactory, RatingScaleFactory
from crm.models import Job
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


def _draft(cast: Cast) -> dict[str, int]:
    return {"pk": TierPolicy.objects.create(name="草案", author=cast.admin).pk}


def _in_force(_cast: Cast) -> dict[str, int]:
    return {"pk": TierPolicy.objects.get(state="ACTIVE").pk}


def _round(cast: Cast) -> dict[str, int]:
    policy = TierPolicy.objects.get(state="ACTIVE")
    return {"pk": TierRound.objects.create(policy=policy, happened_on="2026-12-01").pk}


def _scale(_cast: Cast) -> dict[str, int]:
    return {"pk": RatingScaleFactory().pk}


def _simulation(cast: Cast) -> dict[str, int]:
    """Each person sees only the simulation he asked for; this one is the admin's."""
    job = Job.objects.create(kind="accounts.simulate_tiers", title="模拟", owner=cast.admin)
    return {"pk": job.pk}


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
    "accounts:roll_back": Policy(post=only("admin", allowed=ALLOWED), kwargs=_in_force),
    "accounts:ask_signature": Policy(get=only("admin"), post=only("admin", allowed=ALLOWED), kwargs=_draft),
    "accounts:take_back_request": Policy(post=only("admin", allowed=ALLOWED), kwargs=_draft),
    "accounts:call_off": Policy(post=only("admin", allowed=ALLOWED), kwargs=_draft),
    "accounts:simulation": Policy(get=only("admin", director=404), kwargs=_simulation),
    "accounts:compare_drafts": Policy(get=only("admin", "director"), post=only("admin", "director", allowed=ALLOWED)),
    "accounts:run_tiers": Policy(get=only("admin"), post=only("admin", allowed=ALLOWED)),
    "accounts:tier_round": Policy(get=only("admin", "director"), post=only("admin", allowed=ALLOWED), kwargs=_round),
    "accounts:new_scale": Policy(get=only("admin"), post=only("admin", allowed=ALLOWED), data={"name": "创新意愿"}),
    "accounts:scale": Policy(
        get=only("admin"), post=only("admin", allowed=ALLOWED), kwargs=_scale, data={"name": "创新意愿"}
    ),
    "accounts:rate": Policy(get=row_page(), post=row_write(*KEEPERS), kwargs=_account),
}
