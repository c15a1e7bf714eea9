"""What stands of this room in the navigation and in the palette, and for whom."""

from django.utils.translation import gettext_lazy as _

from crm.navigation import Command, NavEntry
from teams.choices import Role

SELLERS = frozenset({Role.REP, Role.MANAGER, Role.DIRECTOR, Role.CLERK})
WITH_CUSTOMERS = SELLERS | {Role.DEALER}
LEADERS = frozenset({Role.MANAGER, Role.DIRECTOR})
POLICY_READERS = frozenset({Role.ADMIN, Role.DIRECTOR})
MERGERS = frozenset({Role.MANAGER, Role.DIRECTOR, Role.CLERK})
ADMINS = frozenset({Role.ADMIN})

ENTRIES: tuple[NavEntry, ...] = (
    NavEntry(
        key="accounts",
        label=_("Customers"),
        url_name="accounts:list",
        icon="building",
        order=20,
        roles=WITH_CUSTOMERS,
        phone=True,
        go="c",
    ),
    NavEntry(
        key="key-account-list",
        label=_("Key accounts"),
        url_name="accounts:key_accounts",
        icon="star",
        order=23,
        roles=SELLERS,
    ),
    NavEntry(
        key="dealers",
        label=_("Dealers"),
        url_name="accounts:dealers",
        icon="building-store",
        order=26,
        roles=WITH_CUSTOMERS,
    ),
    NavEntry(
        key="inquiries",
        label=_("Coming in"),
        url_name="accounts:inquiries",
        icon="phone",
        order=22,
        roles=SELLERS,
        match=("accounts:new_inquiry", "accounts:inquiry"),
    ),
    NavEntry(
        key="sweeps",
        label=_("Sweeps"),
        url_name="accounts:sweeps",
        icon="building-community",
        order=24,
        roles=SELLERS,
        match=("accounts:sweep", "accounts:new_sweep", "accounts:sweep_unit"),
    ),
    NavEntry(
        key="duplicates",
        label=_("Duplicates"),
        url_name="accounts:duplicates",
        icon="copy",
        group=_("Manage"),
        order=85,
        roles=MERGERS,
    ),
    NavEntry(
        key="profits",
        label=_("Profit"),
        url_name="accounts:profits",
        icon="trending-up",
        group=_("Manage"),
        order=33,
        roles=LEADERS,
        match=("accounts:picture",),
    ),
    NavEntry(
        key="regions",
        label=_("Key regions"),
        url_name="accounts:regions",
        icon="map-pin",
        group=_("Manage"),
        order=34,
        roles=LEADERS,
    ),
    NavEntry(
        key="tiers",
        label=_("Tier policy"),
        url_name="accounts:tiers",
        icon="adjustments-horizontal",
        group=_("Administration"),
        order=220,
        roles=POLICY_READERS,
        match=(
            *("accounts:draft", "accounts:new_draft", "accounts:apply", "accounts:ask_signature"),
            *("accounts:compare_drafts", "accounts:simulation", "accounts:run_tiers", "accounts:tier_round"),
            *("accounts:new_scale", "accounts:scale", "accounts:picture", "accounts:cost"),
        ),
    ),
    NavEntry(
        key="key-account-settings",
        label=_("Key-account rules"),
        url_name="accounts:key_settings",
        icon="star",
        group=_("Administration"),
        order=226,
        roles=ADMINS,
    ),
    NavEntry(
        key="duties",
        label=_("Duty sheets"),
        url_name="accounts:duties",
        icon="users",
        group=_("Administration"),
        order=227,
        roles=ADMINS,
        match=("accounts:edit_duty",),
    ),
    NavEntry(
        key="inquiry-rules",
        label=_("Who gets calls"),
        url_name="accounts:inquiry_rules",
        icon="phone",
        group=_("Administration"),
        order=224,
        roles=ADMINS,
    ),
)
COMMANDS: tuple[Command, ...] = (
    Command(key="new-account", label=_("New customer"), url_name="accounts:new", icon="building", roles=SELLERS),
    Command(
        key="new-inquiry", label=_("New call or walk-in"), url_name="accounts:new_inquiry", icon="phone", roles=SELLERS
    ),
)
