"""The cast: two teams, and people who may and may not.

East is led by Zhao Min; Chen Siyuan and Liu Ting sell there. Sun Lei sells in West, which Qian Wei leads. He Yun is the
director of all. Tests freeze the day at Tuesday, 24 November 2026 where the day matters, and pass it on.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.core import serializers
from django.test import Client
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import blocking_manager_key

from accounts.models import Account, TierPolicy
from accounts.tests.factories import AccountFactory
from crm.workdays import forget_calendar
from pipeline.models import Criterion, LossReason, Pipeline, Step
from teams.choices import Role
from teams.models import Team, User
from teams.tests.factories import TeamFactory, UserFactory

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 2, 40, tzinfo=UTC)

# How long one example takes says more about the machine than about the rule.
hypothesis_settings.register_profile("steady", deadline=None)
hypothesis_settings.load_profile("steady")

READY = (Pipeline, Step, Criterion, LossReason, TierPolicy)
READY_ROWS = pytest.StashKey[str]()


@pytest.fixture
def forget_cache(settings) -> Callable[[], None]:
    """Return what makes the cache empty, also in a Redis that others use at the same time."""

    def forget() -> None:
        settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid4().hex}}

    return forget


@pytest.fixture(autouse=True)
def _plain_settings(settings, tmp_path: Path, forget_cache: Callable[[], None]) -> None:
    """Fast passwords, files in a scratch folder, tasks at once, nothing cached by other tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.CELERY_TASK_ALWAYS_EAGER = True
    # A copy of the database does not see what a test has not committed.
    settings.DATABASE_ROUTERS = []
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    forget_cache()
    forget_calendar()


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Read sentences in their source language, whatever the installation speaks."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def ready_rows(django_db_setup, django_db_blocker) -> str:
    """What the migrations put in: pipelines, reasons, the first tier policy."""
    with django_db_blocker.unblock():
        rows = [row for model in READY for row in model._base_manager.order_by("pk")]
    return serializers.serialize("json", rows)


def _commits(item: pytest.Item) -> bool:
    """Return whether a test commits, so that its end empties all tables."""
    mark = item.get_closest_marker("django_db")
    names = set(getattr(item, "fixturenames", ()))
    return bool({"transactional_db", "live_server"} & names or (mark and mark.kwargs.get("transaction")))


@pytest.fixture(autouse=True)
def _know_ready_rows(request: pytest.FixtureRequest) -> None:
    """Read what the migrations put in before a test that commits takes it away."""
    if _commits(request.node):
        request.config.stash[READY_ROWS] = request.getfixturevalue("ready_rows")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Put back what the end of a test that commits took away; after the last test the database is gone."""
    yield
    rows = item.config.stash.get(READY_ROWS, "")
    if rows and nextitem is not None and _commits(item):
        with item.config.stash[blocking_manager_key].unblock():
            for row in serializers.deserialize("json", rows):
                row.save()


@pytest.fixture
def today() -> date:
    """Tuesday, 24 November 2026, a working day."""
    return TODAY


@pytest.fixture
def now() -> datetime:
    """10:40 in Shanghai on that day."""
    return NOW


@pytest.fixture
def data_dir() -> Path:
    """The folder of real data; the test is skipped where there is none."""
    folder = Path(os.environ.get("CRM_DATA_DIR", Path(__file__).resolve().parent.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("real data are not on this machine (set CRM_DATA_DIR)")
    return folder


@pytest.fixture
def firm(db) -> Team:
    """The whole firm."""
    return TeamFactory(name="全公司")


@pytest.fixture
def east(firm: Team) -> Team:
    """Region East."""
    return TeamFactory(name="华东一区", below=firm)


@pytest.fixture
def west(firm: Team) -> Team:
    """Region West."""
    return TeamFactory(name="西南区", below=firm)


@pytest.fixture
def rep(east: Team) -> User:
    """Chen Siyuan sells in East."""
    return UserFactory(username="chen", name="陈思远", team=east)


@pytest.fixture
def teammate(east: Team) -> User:
    """Liu Ting sells in East too."""
    return UserFactory(username="liu", name="刘婷", team=east)


@pytest.fixture
def outsider(west: Team) -> User:
    """Sun Lei sells in West."""
    return UserFactory(username="sun", name="孙磊", team=west)


@pytest.fixture
def manager(east: Team) -> User:
    """Zhao Min leads East."""
    person = UserFactory(username="zhao", name="赵敏", role=Role.MANAGER, team=east)
    east.manager = person
    east.save(update_fields=["manager"])
    return person


@pytest.fixture
def other_manager(west: Team) -> User:
    """Qian Wei leads West."""
    person = UserFactory(username="qian", name="钱伟", role=Role.MANAGER, team=west)
    west.manager = person
    west.save(update_fields=["manager"])
    return person


@pytest.fixture
def director(firm: Team) -> User:
    """He Yun sees every team."""
    return UserFactory(username="he", name="何云", role=Role.DIRECTOR, team=firm)


@pytest.fixture
def clerk(firm: Team) -> User:
    """Zhou Jing keeps the ledgers."""
    return UserFactory(username="zhou", name="周静", role=Role.CLERK, team=firm)


@pytest.fixture
def compliance(firm: Team) -> User:
    """Wu Hao reads the registers."""
    return UserFactory(username="wu", name="吴昊", role=Role.COMPLIANCE, team=firm)


@pytest.fixture
def dealer(east: Team) -> User:
    """Feng Da sells for us on his own account."""
    return UserFactory(username="feng", name="冯达", role=Role.DEALER, team=east)


@pytest.fixture
def admin(firm: Team) -> User:
    """Lin Yue sets the rules."""
    return UserFactory(username="lin", name="林越", role=Role.ADMIN, team=firm)


@pytest.fixture
def changhong(rep: User) -> Account:
    """A customer of Chen Siyuan."""
    return AccountFactory(name="苏州长虹精密科技有限公司", short_name="长虹精密", owner=rep, phone="0512-65881402")


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """Return a signed-in browser for a person."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in
