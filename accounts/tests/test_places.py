"""A customer's place on its pages: choosing, pasting, correcting, the position on the map, the way there."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.actions.positions import set_position
from accounts.actions.sweeps import make_customer
from accounts.models import Account, Inquiry, SweepPlace
from accounts.tests.factories import AccountFactory
from crm.audit import history_of
from crm.models import UndoEntry
from crm.places.datum import GCJ02, Position, from_wgs, gcj_from_wgs, metres_between
from crm.undo import undo
from teams.models import User

SignIn = Callable[[User], Client]
CALLED = {"person": "孙先生", "company": "新岸精密有限公司", "wants": "要一台样机"}
PART = {"HX-Request": "true"}
PASTED = "浙江省杭州市西湖区文三路 478 号 张经理 13805712345"
HANGZHOU = Position(30.27, 120.15)


def opened(client: Client, url: str) -> dict[str, str]:
    """Return what a browser would post if nothing were touched."""
    values = {}
    for field in client.get(url).context["form"]:
        shown = field.field.widget.format_value(field.value())
        shown = (shown[0] if shown else "") if isinstance(shown, list) else shown
        values[field.html_name] = "" if shown is None else shown
    return values


def selected(page: str, name: str) -> str:
    """Return the chosen option of a select on a page."""
    inside = re.search(rf'<select name="{name}".*?</select>', page, re.DOTALL)
    assert inside is not None
    chosen = re.search(r'value="([^"]*)" selected', inside[0])
    return chosen[1] if chosen else ""


# --- choosing ---
def test_a_place_is_chosen_level_by_level(rep: User, client_for: SignIn) -> None:
    client, url = client_for(rep), reverse("accounts:place")
    shown = client.post(url, {"place": "province", "province": "浙江省", "city": "", "district": ""}).content.decode()
    assert ">杭州市</option>" in shown
    assert ">西湖区</option>" not in shown
    shown = client.post(url, {"place": "city", "province": "浙江省", "city": "杭州市", "district": ""}).content.decode()
    assert ">西湖区</option>" in shown
    assert selected(shown, "city") == "杭州市"


def test_a_search_offers_places_that_fill_the_levels(rep: User, client_for: SignIn) -> None:
    client = client_for(rep)
    shown = client.post(reverse("accounts:places"), {"place_q": "hz xhq"}).content.decode()
    assert "浙江省 杭州市 西湖区" in shown
    assert 'value="at:330106"' in shown
    shown = client.post(reverse("accounts:place"), {"place": "at:330106", "address": "文三路"}).content.decode()
    assert (selected(shown, "province"), selected(shown, "district")) == ("浙江省", "西湖区")
    nothing = client.post(reverse("accounts:places"), {"place_q": "Atlantis"}).content.decode()
    assert "The list knows no “Atlantis”." in nothing


def test_a_pasted_address_shows_what_it_was_understood_as(rep: User, client_for: SignIn) -> None:
    client, url = client_for(rep), reverse("accounts:place")
    shown = client.post(url, {"place": "paste", "pasted": PASTED, "phone": ""}).content.decode()
    assert "Understood as 浙江省 杭州市 西湖区." in shown
    assert selected(shown, "district") == "西湖区"
    assert 'value="文三路 478 号"' in shown
    assert "Taken out of the address: 张经理." in shown
    assert re.search(r'<input type="tel" name="phone" value="13805712345"[^>]*hx-swap-oob="true"', shown)
    asked = client.post(url, {"place": "paste", "pasted": "朝阳区建国路88号", "phone": ""}).content.decode()
    assert "Several places are called so." in asked
    assert "吉林省 长春市 朝阳区" in asked
    abroad = client.post(url, {"place": "paste", "pasted": "12 Rue de Rivoli, Paris", "phone": ""}).content.decode()
    assert "No place of the list was found in it" in abroad
    assert 'value="12 Rue de Rivoli, Paris"' in abroad


def test_without_a_script_a_step_brings_the_whole_form_back_and_writes_nothing(
    changhong: Account, rep: User, client_for: SignIn
) -> None:
    client, url = client_for(rep), reverse("accounts:edit", args=[changhong.pk])
    data = opened(client, url) | {"alias": "CH", "pasted": PASTED, "place": "paste"}
    shown = client.post(url, data).content.decode()
    assert 'value="CH"' in shown
    assert selected(shown, "district") == "西湖区"
    assert "needs correcting" not in shown
    changhong.refresh_from_db()
    assert (changhong.version, changhong.city) == (1, "")
    again = dict(data) | {"place": "", "province": "浙江省", "city": "杭州市", "district": "西湖区"}
    assert client.post(url, again).status_code == 302
    changhong.refresh_from_db()
    assert (changhong.place, changhong.alias) == ("浙江省杭州市西湖区", "CH")


def test_a_new_customer_takes_a_pasted_address_over(rep: User, client_for: SignIn) -> None:
    client, url = client_for(rep), reverse("accounts:new")
    data = opened(client, url) | {"name": "杭州华星电子"}
    shown = client.post(url, data | {"pasted": PASTED, "place": "paste"}).content.decode()
    assert not Account.objects.exists()
    assert 'value="13805712345"' in shown
    client.post(url, data | {"province": "浙江省", "city": "杭州市", "district": "西湖区", "address": "文三路 478 号"})
    assert Account.objects.get().place == "浙江省杭州市西湖区"


def test_a_place_in_letters_keeps_its_words_apart() -> None:
    assert Account(province="Bayern", city="München", district="Pasing").place == "Bayern München Pasing"
    assert Account(province="上海市", city="上海市", district="嘉定区").place == "上海市嘉定区"


def test_what_was_written_short_or_freely_stays_as_it_is(rep: User, client_for: SignIn) -> None:
    short = AccountFactory(owner=rep, province="江苏", city="苏州")
    abroad = AccountFactory(owner=rep, province="Bayern", city="München", district="Schwabing")
    client = client_for(rep)
    for account in (short, abroad):
        url = reverse("accounts:edit", args=[account.pk])
        client.post(url, opened(client, url) | {"alias": "又名"})
        before = (account.province, account.city, account.district)
        account.refresh_from_db()
        assert (account.province, account.city, account.district, account.alias) == (*before, "又名")
    assert set(history_of(short)[0].changes) == {"alias", "version"}


def test_a_district_of_another_city_is_refused_with_what_was_typed(
    changhong: Account, rep: User, client_for: SignIn
) -> None:
    client, url = client_for(rep), reverse("accounts:edit", args=[changhong.pk])
    data = opened(client, url) | {"province": "江苏省", "city": "苏州市", "district": "西湖区", "address": "文三路"}
    answer = client.post(url, data)
    assert answer.status_code == 422
    assert "西湖区 is not in 苏州市. The list knows: 浙江省 杭州市 西湖区" in answer.content.decode()
    assert 'value="西湖区"' in answer.content.decode()


def test_an_old_contradiction_does_not_stop_other_corrections(rep: User, client_for: SignIn) -> None:
    account = AccountFactory(owner=rep, province="浙江", city="苏州")
    client, url = client_for(rep), reverse("accounts:edit", args=[account.pk])
    assert client.post(url, opened(client, url) | {"alias": "又名"}).status_code == 302


def test_the_line_of_the_address_is_corrected_where_it_stands(changhong: Account, rep: User, client_for) -> None:
    only = "province,city,district,address,postcode"
    url = f"{reverse('accounts:edit', args=[changhong.pk])}?only={only}"
    client = client_for(rep)
    assert only in client.get(changhong.get_absolute_url()).content.decode()
    shown = client.get(url, headers=PART).content.decode()
    assert "Paste a whole address" in shown
    client.post(url, opened(client, url) | {"province": "浙江省", "postcode": "310012"})
    changhong.refresh_from_db()
    assert (changhong.province, changhong.postcode) == ("浙江省", "310012")


# --- on the map ---
def test_a_position_from_a_map_is_kept_as_measured_and_taken_back(
    changhong: Account, rep: User, now: datetime, client_for: SignIn
) -> None:
    client, url = client_for(rep), reverse("accounts:position", args=[changhong.pk])
    shifted = gcj_from_wgs(HANGZHOU)
    client.post(url, {"position": f"{shifted.longitude},{shifted.latitude}", "datum": "GCJ02"})
    changhong.refresh_from_db()
    assert changhong.position is not None
    assert metres_between(changhong.position, HANGZHOU) < 0.2
    assert "30.27000, 120.15000" in client.get(changhong.get_absolute_url()).content.decode()
    client.post(url, opened(client, url))
    assert history_of(changhong).count() == 1
    undo(UndoEntry.objects.get(), actor=rep, now=now)
    changhong.refresh_from_db()
    assert changhong.position is None


def test_a_position_is_shown_as_amap_shows_it_and_saving_it_unchanged_changes_nothing(
    changhong: Account, rep: User, now, client_for: SignIn
) -> None:
    set_position(changhong, to=HANGZHOU, actor=rep, now=now)
    client, url = client_for(rep), reverse("accounts:position", args=[changhong.pk])
    form = client.get(url).context["form"]
    shown = from_wgs(HANGZHOU, GCJ02)
    assert (form["datum"].value(), form["position"].value()) == (
        GCJ02,
        f"{shown.latitude:.6f},{shown.longitude:.6f}",
    )
    changhong.refresh_from_db()
    before = changhong.position
    client.post(url, {"position": form["position"].value(), "datum": GCJ02})
    changhong.refresh_from_db()
    assert changhong.position == before


def test_a_position_is_removed_by_leaving_it_empty(changhong: Account, rep: User, now, client_for: SignIn) -> None:
    set_position(changhong, to=HANGZHOU, actor=rep, now=now)
    client_for(rep).post(reverse("accounts:position", args=[changhong.pk]), {"position": "", "datum": "WGS84"})
    changhong.refresh_from_db()
    assert changhong.position is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("华星时代广场", "Write latitude and longitude, such as 30.27,120.15"),
        ("95,200", "A latitude goes from -90 to 90, a longitude from -180 to 180."),
        ("https://surl.amap.com/abc", "This link holds no position."),
    ],
)
def test_what_is_no_position_is_told_with_what_was_typed(
    typed: str, said: str, changhong: Account, rep: User, client_for: SignIn
) -> None:
    url = reverse("accounts:position", args=[changhong.pk])
    answer = client_for(rep).post(url, {"position": typed, "datum": "GCJ02"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert f'value="{typed}"' in answer.content.decode()


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, 181), (None, 120), (30, None)])
def test_the_database_keeps_whole_positions_on_this_earth_only(latitude, longitude, changhong: Account) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=changhong.pk).update(latitude=latitude, longitude=longitude)


def test_the_page_shows_the_way(changhong: Account, rep: User, now: datetime, client_for: SignIn) -> None:
    client = client_for(rep)
    assert "Navigate" not in client.get(changhong.get_absolute_url()).content.decode()
    set_position(changhong, to=HANGZHOU, actor=rep, now=now)
    shown = client.get(changhong.get_absolute_url()).content.decode()
    assert "https://uri.amap.com/navigation?to=120.15" in shown
    assert "geo:30.270000,120.150000" in shown


# --- where else a place is asked for ---
def test_a_swept_place_takes_a_pasted_address_over_and_its_customers_lie_in_the_district(
    rep: User, client_for: SignIn, now: datetime
) -> None:
    client, url = client_for(rep), reverse("accounts:new_sweep")
    data = opened(client, url) | {"name": "阳光花园"}
    shown = client.post(url, data | {"pasted": PASTED, "place": "paste"}).content.decode()
    assert not SweepPlace.objects.exists()
    assert (selected(shown, "district"), "Taken out of the address: 张经理 13805712345." in shown) == ("西湖区", True)
    chosen = {"province": "浙江省", "city": "杭州市", "district": "西湖区", "address": "文三路 478 号"}
    assert client.post(url, data | chosen).status_code == 302
    place = SweepPlace.objects.get()
    assert (place.area, place.address) == ("浙江省杭州市西湖区", "文三路 478 号")
    assert "浙江省杭州市西湖区 · 文三路 478 号" in client.get(place.get_absolute_url()).content.decode()
    made = make_customer(place.units.order_by("pk")[0], actor=rep, now=now)
    assert made.place == "浙江省杭州市西湖区"


def test_a_step_draws_only_what_the_form_that_asks_keeps(rep: User, client_for: SignIn) -> None:
    client, url = client_for(rep), reverse("accounts:place")
    asked = {"place": "province", "province": "浙江省", "city": "", "district": "", "address": ""}
    assert 'name="postcode"' not in client.post(url, asked).content.decode()
    assert 'name="postcode"' in client.post(url, asked | {"postcode": ""}).content.decode()


def test_a_district_of_another_city_is_refused_for_a_sweep_and_a_call(rep: User, client_for: SignIn) -> None:
    client = client_for(rep)
    wrong = {"province": "浙江省", "city": "杭州市", "district": "吴中区"}
    for name, typed in (("accounts:new_sweep", {"name": "阳光花园"}), ("accounts:new_inquiry", CALLED)):
        url = reverse(name)
        answer = client.post(url, opened(client, url) | typed | wrong)
        assert answer.status_code == 422
        assert "吴中区 is not in 杭州市." in answer.content.decode()


def test_who_calls_says_an_address_and_the_prospect_has_it(rep: User, client_for: SignIn) -> None:
    client, url = client_for(rep), reverse("accounts:new_inquiry")
    data = opened(client, url) | CALLED
    shown = client.post(url, data | {"pasted": PASTED, "place": "paste"}).content.decode()
    assert not Inquiry.objects.exists()
    assert selected(shown, "city") == "杭州市"
    assert 'value="13805712345"' in shown
    chosen = {"province": "浙江省", "city": "杭州市", "district": "西湖区", "address": "文三路 478 号"}
    made = client.post(url, data | chosen)
    inquiry = Inquiry.objects.get()
    assert inquiry.account is not None
    assert (inquiry.account.place, inquiry.account.address) == ("浙江省杭州市西湖区", "文三路 478 号")
    assert "浙江省杭州市西湖区 文三路 478 号" in client.get(made["Location"]).content.decode()
