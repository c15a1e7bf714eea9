"""What a page weighs on the line, compressed as it is sent: a phone at a customer's door waits for every kilobyte."""

import re
from datetime import timedelta
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client

from accounts.models import Account
from accounts.tests.factories import AccountFactory, ContactFactory
from crm.static_storage import SqueezedStaticFilesStorage, squeeze_script
from pipeline.tests.factories import OpportunityFactory
from visits.tests.factories import DayPlanFactory, PlanItemFactory, VisitFactory

KILOBYTE = 1024
STATIC = Path(settings.BASE_DIR) / "static"
PAGES = ("/today/", "/visits/new/", "/accounts/", "/accounts/{pk}/", "/plan/", "/follow-ups/", "/visits/")


def weight(data: bytes) -> int:
    return len(brotli.compress(data))


def files_of(html: str, pattern: str) -> set[str]:
    """Return the paths of the files a page names."""
    return {found.removeprefix(settings.STATIC_URL) for found in re.findall(pattern, html)}


def file_weight(names: set[str]) -> int:
    """Return what the files weigh as they are collected: our own scripts without their comments."""
    texts = {name: (STATIC / name).read_text(encoding="utf-8") for name in names}
    return sum(
        weight((squeeze_script(text) if name.startswith("js/") else text).encode()) for name, text in texts.items()
    )


@pytest.fixture
def account(rep, changhong: Account, today) -> Account:
    """A customer with people and a past, among fifty, on a day with six stops."""
    for number in range(3):
        ContactFactory(account=changhong, name=f"李敏{number}")
        OpportunityFactory(account=changhong)
    for number in range(20):
        VisitFactory(
            account=changhong, user=rep, happened_on=today - timedelta(days=number), said="确认了验收标准。" * 3
        )
    for number in range(50):
        AccountFactory(owner=rep, name=f"昆山恒远精密机械第{number}有限公司")
    plan = DayPlanFactory(user=rep, day=today)
    for other in Account.objects.exclude(pk=changhong.pk)[:5]:
        PlanItemFactory(plan=plan, account=other, goal="确认二期产线扩容的样品测试结论")
    return changhong


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_of_a_rep_is_light(path: str, language: str, client: Client, rep, account: Account):
    type(rep).objects.filter(pk=rep.pk).update(language=language)
    client.force_login(rep)
    response = client.get(path.format(pk=account.pk), follow=True)
    html = response.content.decode()
    assert response.status_code == 200
    assert weight(response.content) <= 14 * KILOBYTE
    assert file_weight(files_of(html, r'<script[^>]* src="([^"]+)"')) <= 35 * KILOBYTE
    assert file_weight(files_of(html, r'<link rel="stylesheet" href="([^"]+)"')) <= 20 * KILOBYTE
    assert len(re.findall("<style>", html)) == 1


def test_the_board_adds_little_to_the_scripts(client: Client, rep, account: Account):
    client.force_login(rep)
    html = client.get("/opportunities/").content.decode()
    assert file_weight(files_of(html, r'<script[^>]* src="([^"]+)"')) <= 49 * KILOBYTE


def test_the_managers_page_reads_without_a_chart_library(client: Client, manager, account: Account):
    client.force_login(manager)
    html = client.get("/dashboard/").content.decode()
    assert weight(html.encode()) <= 14 * KILOBYTE
    assert file_weight(files_of(html, r'<script[^>]* src="([^"]+)"')) <= 35 * KILOBYTE


def test_no_page_loads_a_web_font():
    sheets = [path.read_text(encoding="utf-8") for path in STATIC.rglob("*.css")]
    assert [sheet for sheet in sheets if "@font-face" in sheet] == []


def test_a_script_is_collected_without_what_is_for_readers(tmp_path: Path):
    storage = SqueezedStaticFilesStorage(location=tmp_path, base_url="/static/")
    source = b'(() => {\n  // Why.\n  const address = "https://x";  // stays\n\n})();\n'
    storage.save("js/app.js", ContentFile(source))
    storage.save("vendor/htmx.js", ContentFile(source))
    assert (tmp_path / "js/app.js").read_text() == '(()=>{const address="https://x";})();'
    assert (tmp_path / "vendor/htmx.js").read_bytes() == source
