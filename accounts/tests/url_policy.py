"""Who may open what in this room."""

from accounts.models import AccountMember, InquiryRule, Rival, TierPolicy
from accounts.tests.factories import (
    AccountFactory,
    AccountMemberFactory,
    ClaimFactory,
    ContactFactory,
    InquiryFactory,
    SweepPlaceFactory,
    SweepUnitFactory,
)
from crm.tests.url_rules import ALLOWED, Cast, Policy, everyone, only, row_page, row_write
from teams.tests.factories import UserFactory

EDITORS = ("rep", "teammate", "outsider", "manager", "other_manager", "director", "clerk")
# Who sees the customer of `rep` and may change it; everybody else does not see it.
KEEPERS = ("rep", "manager", "director", "clerk")
LEADERS = ("manager", "director")
EVERY_LEADER = (*LEADERS, "other_manager")
SELLERS = ("rep", "teammate", "outsider", "manager", "other_manager", "director")


def _account(cast: Cast) -> dict[str, int]:
    return {"pk": cast.account.pk}


def _contact(cast: Cast) -> dict[str, int]:
    return {"pk": ContactFactory(account=cast.account, name="王建国").pk}


def _member(cast: Cast) -> dict[str, int]:
    member: AccountMember = AccountMemberFactory(account=cast.account, user=UserFactory(name="顾问"))
    return {"pk": cast.account.pk, "member": member.pk}


def _claim(cast: Cast) -> dict[str, int]:
    return {"pk": ClaimFactory(account=cast.account, claimant=cast.rep).pk}


def _pooled(cast: Cast) -> dict[str, int]:
    return {"pk": AccountFactory(name="无锡华鑫轴承有限公司", owner=None).pk}


def _draft(cast: Cast) -> dict[str, int]:
    return {"pk": TierPolicy.objects.create(name="草案", author=cast.admin).pk}


def _retired(cast: Cast) -> dict[str, int]:
    TierPolicy.objects.create(name="旧", state="RETIRED")
    return {}


def _place(cast: Cast) -> dict[str, int]:
    return {"pk": SweepPlaceFactory(owner=cast.rep).pk}


def _rival(cast: Cast) -> dict[str, int]:
    return {"pk": Rival.objects.create(account=cast.account, name="江南机电").pk}


def _inquiry(cast: Cast) -> dict[str, int]:
    return {"pk": InquiryFactory(account=cast.account, given_to=cast.rep, taken_by=cast.rep).pk}


def _inquiry_rule(cast: Cast) -> dict[str, int]:
    return {"pk": InquiryRule.objects.create(user=cast.rep).pk}


def _unit(cast: Cast) -> dict[str, int]:
    return {"pk": SweepUnitFactory(place__owner=cast.rep).pk}


# A place is swept by a team together: whoever is in the team of `rep` sees it and notes there.
SWEEPERS = ("rep", "teammate", "manager", "director", "clerk")
POLICY: dict[str, Policy] = {
    # Everybody may open the list; whose customers stand in it says `visible_to`.
    "accounts:list": Policy(get=everyone(200)),
    "accounts:options": Policy(get=everyone(200)),
    "accounts:place": Policy(post=only(*EDITORS), data={"place": "province", "province": "江苏"}),
    "accounts:places": Policy(post=only(*EDITORS), data={"place_q": "苏州"}),
    "accounts:position": Policy(
        get=row_page(), post=row_write(*KEEPERS), kwargs=_account, data={"position": "31.3,120.6", "datum": "WGS84"}
    ),
    "accounts:export": Policy(get=everyone(200, dealer=403, admin=403)),
    "accounts:new": Policy(get=only(*EDITORS), post=only(*EDITORS, allowed=ALLOWED), data={"name": "新客户"}),
    "accounts:hand_over": Policy(
        post=only("manager", "other_manager", "director", allowed=ALLOWED), data={"ids": ["1"]}
    ),
    "accounts:bulk_edit": Policy(post=only(*EDITORS, allowed=ALLOWED), data={"ids": ["1"]}),
    "accounts:bulk_archive": Policy(post=only(*EDITORS, allowed=ALLOWED), data={"ids": ["1"]}),
    # Without a script it leads to the form; what it answers to one, `test_cells` shows.
    "accounts:cell": Policy(
        get=row_page(**dict.fromkeys(KEEPERS, 302)), post=row_write(*KEEPERS), kwargs=_account, query="only=phone"
    ),
    "accounts:account": Policy(get=row_page(), kwargs=_account),
    "accounts:timeline": Policy(get=row_page(**dict.fromkeys(KEEPERS, 302)), kwargs=_account),
    "accounts:ahead": Policy(get=row_page(**dict.fromkeys(KEEPERS, 302)), kwargs=_account),
    "accounts:group": Policy(get=row_page(), kwargs=_account),
    "accounts:move": Policy(get=row_page(), post=row_write(*KEEPERS), kwargs=_account, data={"parent": ""}),
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
    # Figures: who leads, of his teams; the picture also who sets the rules, as it only counts.
    "accounts:picture": Policy(get=only(*EVERY_LEADER, "admin")),
    "accounts:profits": Policy(get=only(*EVERY_LEADER)),
    "accounts:profits_export": Policy(get=only(*EVERY_LEADER)),
    "accounts:cost": Policy(get=only("admin"), post=only("admin", allowed=ALLOWED), data={"minutes_a_visit": "60"}),
    # Claims and the pool: for those who sell; the customer of a claim is seen as any other.
    "accounts:claims": Policy(get=only(*SELLERS)),
    "accounts:export_claims": Policy(get=only(*SELLERS)),
    "accounts:file_claim": Policy(
        get=only(*SELLERS), post=only(*SELLERS, allowed=ALLOWED), data={"name": "新客户", "region": "华东"}
    ),
    "accounts:claim": Policy(get=row_page(), kwargs=_claim),
    "accounts:extend_claim": Policy(
        get=row_page(*LEADERS, rep=403, clerk=403),
        post=row_write(*LEADERS, forbidden=("rep", "clerk")),
        kwargs=_claim,
        data={"until": "2027-01-31", "reason": "招标推迟"},
    ),
    "accounts:pool": Policy(get=only(*SELLERS)),
    "accounts:take": Policy(post=only(*SELLERS, allowed=ALLOWED), kwargs=_pooled),
    "accounts:release": Policy(
        get=row_page("rep", *LEADERS, clerk=403),
        post=row_write("rep", *LEADERS, forbidden=("clerk",)),
        kwargs=_account,
        data={"reason": "没有需求"},
    ),
    "accounts:claim_policy": Policy(get=only("admin", "director"), post=only("admin", allowed=ALLOWED)),
    # The policy of tiers: an admin sets it, the director may look.
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
    "accounts:sweeps": Policy(get=only(*EDITORS)),
    "accounts:new_sweep": Policy(
        get=only(*EDITORS), post=only(*EDITORS, allowed=ALLOWED), data={"name": "阳光花园", "buildings": "1-2"}
    ),
    "accounts:sweep": Policy(get=row_page(*SWEEPERS), kwargs=_place),
    "accounts:edit_sweep": Policy(
        get=row_page(*SWEEPERS), post=row_write(*SWEEPERS), kwargs=_place, data={"name": "阳光花园二期", "version": "1"}
    ),
    "accounts:sweep_doors": Policy(
        get=row_page(*SWEEPERS),
        post=row_write(*SWEEPERS),
        kwargs=_place,
        data={"buildings": "7", "floors": "2", "per_floor": "2"},
    ),
    "accounts:archive_sweep": Policy(post=row_write(*SWEEPERS), kwargs=_place),
    "accounts:restore_sweep": Policy(post=row_write(*SWEEPERS), kwargs=_place),
    # Without a unit of this place there is nothing to tap.
    "accounts:sweep_tap": Policy(post=everyone(404), kwargs=_place, data={"unit": "0", "state": "NOBODY"}),
    "accounts:sweep_tap_sync": Policy(post=everyone(400), kwargs=_place),
    "accounts:sweep_unit": Policy(
        get=row_page(*SWEEPERS), post=row_write(*SWEEPERS), kwargs=_unit, data={"state": "TALKED", "version": "1"}
    ),
    "accounts:sweep_unit_customer": Policy(post=row_write(*SWEEPERS), kwargs=_unit),
    "accounts:qualification": Policy(get=row_page(), kwargs=_account),
    "accounts:judge": Policy(
        get=row_page(),
        post=row_write(*KEEPERS),
        kwargs=_account,
        data={"aspect": "NEED", "verdict": "PASSED", "evidence": "招标公告"},
    ),
    "accounts:new_rival": Policy(get=row_page(), post=row_write(*KEEPERS), kwargs=_account, data={"name": "江南机电"}),
    "accounts:edit_rival": Policy(
        get=row_page(), post=row_write(*KEEPERS), kwargs=_rival, data={"name": "江南机电", "version": "1"}
    ),
    "accounts:drop_rival": Policy(post=row_write(*KEEPERS), kwargs=_rival),
    "accounts:inquiries": Policy(get=only(*EDITORS)),
    "accounts:new_inquiry": Policy(
        get=only(*EDITORS),
        post=only(*EDITORS, allowed=ALLOWED),
        data={"channel": "CALL", "person": "孙先生", "wants": "要一台样机"},
    ),
    "accounts:inquiry": Policy(get=row_page(), kwargs=_inquiry),
    "accounts:give_inquiry": Policy(post=row_write(*KEEPERS), kwargs=_inquiry),
    "accounts:answer_inquiry": Policy(post=row_write(*KEEPERS), kwargs=_inquiry),
    "accounts:inquiry_rules": Policy(get=only("admin"), post=only("admin", allowed=ALLOWED)),
    "accounts:drop_inquiry_rule": Policy(post=only("admin", allowed=ALLOWED), kwargs=_inquiry_rule),
    "accounts:regions": Policy(get=only("manager", "other_manager", "director")),
    "accounts:mark_region": Policy(
        post=only("manager", "other_manager", "director", allowed=ALLOWED), data={"province": "江苏", "key": "yes"}
    ),
}
