"""Who may open what in this room."""

from collections.abc import Callable

from accounts.models import (
    Account,
    AccountMember,
    InquiryRule,
    KeyAccountSigner,
    Rival,
    TierPolicy,
    TierRound,
)
from accounts.tests.factories import (
    AccountFactory,
    AccountMemberFactory,
    AccountPlanFactory,
    AccountRiskFactory,
    ClaimFactory,
    ContactFactory,
    DealerLoginFactory,
    HandOverFactory,
    InquiryFactory,
    NominationFactory,
    PlanRowFactory,
    RatingScaleFactory,
    SweepPlaceFactory,
    SweepUnitFactory,
)
from crm.models import Job
from crm.tests.url_rules import ALLOWED, Cast, Policy, everyone, only, row_page, row_write
from teams.tests.factories import UserFactory

EDITORS = ("rep", "teammate", "outsider", "manager", "other_manager", "director", "clerk")
# Who sees the customer of `rep` and may change it; everybody else does not see it.
KEEPERS = ("rep", "manager", "director", "clerk")
LEADERS = ("manager", "director")
EVERY_LEADER = (*LEADERS, "other_manager")
SELLERS = ("rep", "teammate", "outsider", "manager", "other_manager", "director")
GIVERS = ("manager", "other_manager", "director")
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


def _claim(cast: Cast) -> dict[str, int]:
    claim = cast.account.claims.first() or ClaimFactory(account=cast.account, claimant=cast.rep)
    return {"pk": claim.pk}


def _pooled(cast: Cast) -> dict[str, int]:
    return {"pk": AccountFactory(name="无锡华鑫轴承有限公司", owner=None).pk}


def _signer(cast: Cast) -> dict[str, int]:
    return {"pk": KeyAccountSigner.objects.create(user=cast.manager).pk}


def _nomination(state: str) -> Callable[[Cast], dict[str, int]]:
    """Return a builder; a customer has one proposal under way, so that another state is that of the same one."""

    def build(cast: Cast) -> dict[str, int]:
        made = cast.account.nominations.first() or NominationFactory(account=cast.account, requested_by=cast.rep)
        made.state = state
        made.save(update_fields=["state"])
        return {"pk": made.pk}

    return build


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
    return {"pk": PlanRowFactory(plan=AccountPlanFactory(account=cast.account)).pk}


def _risk(cast: Cast) -> dict[str, int]:
    return {"pk": AccountRiskFactory(account=cast.account).pk}


def _key_account(cast: Cast) -> dict[str, int]:
    cast.account.key_scope = "NATIONAL"
    cast.account.save(update_fields=["key_scope"])
    return {"pk": cast.account.pk}


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
SCORES = {
    "scope": "NATIONAL",
    **dict.fromkeys(("sales_score", "innovation_score", "strength_score", "finance_score"), "4"),
    **dict.fromkeys(("sales_reason", "innovation_reason", "strength_reason", "finance_reason"), "年报"),
}
SELLING = ("rep", "manager", "director")


def _planned(cast: Cast) -> dict[str, int]:
    return {"pk": HandOverFactory(giver=cast.rep, made_by=cast.manager, rest_to=cast.teammate, account=cast.account).pk}


def _begun(cast: Cast) -> dict[str, int]:
    made = HandOverFactory(giver=cast.rep, made_by=cast.manager, account=cast.account, rest_to=cast.rep, state="DONE")
    made.items.update(state="DONE")
    return {"pk": made.pk}


# Who plans hand-overs of `rep`: his manager, and the director. Another manager does not see them.
HAND_OVER = {"other_manager": 404}

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
    "accounts:brief": Policy(get=row_page(), kwargs=_account),
    # Hand-overs: who leads plans and runs them.
    "accounts:handovers:list": Policy(get=only(*GIVERS)),
    "accounts:handovers:new": Policy(get=only(*GIVERS), post=only(*GIVERS, allowed=ALLOWED)),
    "accounts:handovers:page": Policy(get=only(*LEADERS, **HAND_OVER), kwargs=_planned),
    "accounts:handovers:export": Policy(get=only(*LEADERS, **HAND_OVER), kwargs=_planned),
    "accounts:handovers:risks": Policy(get=only(*LEADERS, **HAND_OVER), kwargs=_planned),
    "accounts:handovers:start": Policy(
        get=only(*LEADERS, **HAND_OVER), post=only(*LEADERS, allowed=ALLOWED, **HAND_OVER), kwargs=_planned
    ),
    **{
        f"accounts:handovers:{name}": Policy(post=only(*LEADERS, allowed=ALLOWED, **HAND_OVER), kwargs=_planned)
        for name in (
            "share",
            "choose",
            "discard",
            "pause",
            "resume",
            "stop",
            "back",
        )
    },
    # The brief: who planned it or leads the giver, and who got customers (here `rep`).
    "accounts:handovers:brief": Policy(get=row_page("rep", *LEADERS), kwargs=_begun),
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
