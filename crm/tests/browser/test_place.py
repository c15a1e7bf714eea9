"""Saying where a customer is: a pasted address taken apart, looked through and saved, by hand and by keyboard."""

from playwright.sync_api import expect

from accounts.models import Account
from crm.tests.browser.conftest import Opened, Site, Watch, eventually


def place_of(site: Site, account: Account) -> tuple[str, str, str]:
    """Return what the server has: place, street, telephone."""
    fresh = site.look(lambda: Account.objects.get(pk=account.pk))
    return fresh.place, fresh.address, fresh.alias


def test_a_pasted_address_is_asked_about_corrected_and_saved(
    site: Site, open_page: Opened, rep, changhong: Account
) -> None:
    page = open_page(rep, f"/accounts/{changhong.pk}/edit/")
    page.get_by_label("Also known as").fill("CH")
    page.get_by_text("Paste a whole address").click()
    page.locator("[name=pasted]").fill("朝阳区建国路 88 号 张经理 13805712345")
    page.get_by_role("button", name="Take it apart").click()
    expect(page.get_by_text("Several places are called so.")).to_be_visible()
    expect(page.get_by_text("Taken out of the address: 张经理 13805712345.")).to_be_visible()
    page.get_by_role("button", name="北京市 朝阳区").click()
    expect(page.locator("[name=address]")).to_have_value("建国路 88 号")
    expect(page.locator("[name=district]")).to_have_value("朝阳区")

    page.locator("[name=place_q]").fill("hz xhq")
    page.get_by_role("button", name="浙江省 杭州市 西湖区").press("Enter")
    expect(page.locator("[name=district]")).to_have_value("西湖区")
    page.locator("[name=province]").select_option("江苏省")
    expect(page.locator("[name=city]")).to_have_value("")
    page.locator("[name=city]").select_option("苏州市")
    expect(page.locator("[name=district] option", has_text="吴中区")).to_be_attached()
    page.locator("[name=district]").select_option("吴中区")
    # Enter saves, whatever buttons stand before the one that says so.
    page.locator("[name=address]").press("Enter")
    eventually(lambda: place_of(site, changhong) == ("江苏省苏州市吴中区", "建国路 88 号", "CH"), page=page)


CHOOSE = """([name, value]) => {
    const field = document.querySelector(`select[name=${name}]`);
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
}"""
# The next level is chosen the moment it stands there, before the page gets round to anything else.
CHOOSE_AT_ONCE = (
    """([name, value]) => document.addEventListener("htmx:afterSwap", () => Promise.resolve().then(() => ("""
    + CHOOSE
    + """)([name, value])), { once: true })"""
)


def test_levels_may_be_chosen_faster_than_they_are_answered(
    open_page: Opened, watch: Watch, rep, changhong: Account
) -> None:
    # htmx tells the console of every request that a later one made void.
    watch.expected = (*watch.expected, "htmx:afterRequest", "htmx:sendAbort")
    page = open_page(rep, f"/accounts/{changhong.pk}/edit/")
    page.evaluate(CHOOSE_AT_ONCE, ["city", "苏州市"])
    page.evaluate(CHOOSE, ["province", "江苏省"])
    expect(page.locator("[name=district] option", has_text="吴中区")).to_be_attached()

    # Somebody goes down the list by keyboard: each province passed is a choice, and the last one counts.
    for province in ("安徽省", "浙江省", "江西省"):
        page.evaluate(CHOOSE, ["province", province])
    expect(page.locator("[name=city] option", has_text="南昌市")).to_be_attached()
    expect(page.locator("[name=province]")).to_have_value("江西省")


def test_what_is_typed_while_a_level_is_looked_up_stays(site: Site, open_page: Opened, rep, changhong: Account) -> None:
    page = open_page(rep, f"/accounts/{changhong.pk}/edit/")
    page.locator("[name=address]").fill("文三路")
    with site.lock:
        page.evaluate(CHOOSE, ["province", "浙江省"])
        page.locator("[name=address]").press_sequentially(" 478 号")
    expect(page.locator("[name=city] option", has_text="杭州市")).to_be_attached()
    expect(page.locator("[name=address]")).to_have_value("文三路 478 号")
    expect(page.locator("[name=address]")).to_be_focused()
    page.locator("[name=address]").press("Enter")
    eventually(lambda: place_of(site, changhong)[:2] == ("浙江省", "文三路 478 号"), page=page)


def test_who_calls_says_an_address_and_a_kept_draft_gives_the_city_back(site: Site, open_page: Opened, rep) -> None:
    page = open_page(rep, "/accounts/inquiries/new/")
    page.get_by_role("textbox", name="Who", exact=True).fill("孙先生")
    page.get_by_text("For the right person").click()
    page.get_by_text("Paste a whole address").click()
    page.locator("[name=pasted]").fill("浙江省杭州市西湖区文三路 478 号 张经理 13805712345")
    page.get_by_role("button", name="Take it apart").click()
    expect(page.locator("[name=district]")).to_have_value("西湖区")
    expect(page.locator("[name=phone]")).to_have_value("13805712345")
    page.get_by_label("What they want").fill("要一台样机")
    page.wait_for_timeout(500)  # what is typed is kept after a moment
    page.reload()
    expect(page.locator("[name=wants]")).to_have_value("要一台样机")
    expect(page.locator("[name=city]")).to_have_value("杭州市")
    page.get_by_role("button", name="Register").click()
    places = lambda: [each.place for each in Account.objects.all()]  # noqa: E731
    eventually(lambda: site.look(places) == ["浙江省杭州市西湖区"], page=page)


def test_a_company_is_moved_in_the_chart_and_the_move_is_taken_back(
    site: Site, open_page: Opened, rep, changhong: Account
) -> None:
    def parents() -> dict[str, int | None]:
        return site.look(lambda: dict(Account.objects.values_list("name", "parent")))

    made = site.look(lambda: [Account.objects.create(name=name, owner=rep, team=rep.team) for name in ("甲", "乙")])
    site.look(lambda: Account.objects.filter(pk__in=[changhong.pk, made[1].pk]).update(parent=made[0]))
    page = open_page(rep, f"/accounts/{changhong.pk}/group/")
    expect(page.locator("[aria-current=true]")).to_have_text("长虹精密")
    page.get_by_role("link", name="Move 乙").click()
    page.locator("#sheet [name=parent]").fill(f"长虹 #{changhong.pk}")
    page.locator("#sheet").get_by_role("button", name="Move").click()
    eventually(lambda: parents()["乙"] == changhong.pk, page=page)
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: parents()["乙"] == made[0].pk, page=page)
