"""One dealer: the firm of the person who signs in as one, with customers of the first rep given to it."""

from decimal import Decimal

from accounts.actions.accounts import create_account
from accounts.actions.dealers import give_login, set_dealer_year
from accounts.choices import AccountKind, Source
from accounts.models import Account
from crm.management.demo.scene import Scene
from teams.choices import Role
from teams.models import User

GIVEN = 6


def make_dealer(scene: Scene) -> None:
    """Make the dealer, give it some smaller customers, regions and a target, and let its owner sign in."""
    rep, manager = scene.firm.reps[0], scene.firm.manager_of(0)
    dealer = create_account(
        name="苏州冯达工控经销有限公司", short_name="冯达工控", kind=AccountKind.DEALER, source=Source.INTRODUCTION,
        owner=rep, actor=rep, province="江苏", city="苏州",
    )  # fmt: skip
    small = Account.objects.live().tiered("C").filter(owner=rep, kind=AccountKind.CUSTOMER).order_by("pk")[:GIVEN]
    Account.objects.filter(pk__in=list(small.values_list("pk", flat=True))).update(dealer=dealer)
    changes = {"regions": "苏州市区、昆山、太仓；机械加工与轨道交通", "target": Decimal(1_500_000)}
    set_dealer_year(dealer, year=scene.days.on.year, changes=changes, version=1, actor=manager)
    give_login(dealer, user=User.objects.get(username="feng", role=Role.DEALER), actor=manager)
