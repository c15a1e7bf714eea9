"""A cell of the list corrected where it stands: opened, saved, refused, taken back, changed by two people at once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.actions.accounts import edit_account
from accounts.columns import COLUMNS
from accounts.models import Account, Industry
from accounts.tests.factories import AccountFactory
from crm.audit import history_of
from teams.models import User

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
EDITABLE = [column.fields for column in COLUMNS if column.fields]


def url(account: Account, fields: str) -> str:
    return f"{reverse('accounts:cell', args=[account.pk])}?only={fields}"


def opened(client: Client, account: Account, fields: str) -> dict[str, Any]:
    """Open a cell; return what its form would send untouched."""
    form = client.get(url(account, fields), headers=HTMX).context["form"]
    return {field.html_name: "" if field.value() is None else field.value() for field in form}


def save(client: Client, account: Account, fields: str, data: dict[str, Any]) -> HttpResponse:
    return client.post(url(account, fields), data, headers=HTMX)


def said(response: HttpResponse) -> dict[str, str]:
    """Return what the toast says, and where its button leads."""
    found: dict[str, str] = json.loads(response.headers["HX-Trigger"])["cellSaved"]
    return found


def test_a_telephone_is_corrected_in_its_cell_and_found_at_once(
    changhong: Account, rep: User, client_for: SignIn
) -> None:
    client = client_for(rep)
    data = opened(client, changhong, "phone")
    assert data["phone"] == "0512-65881402"
    answer = save(client, changhong, "phone", data | {"phone": "0512-65887042"})
    assert answer.status_code == 200
    assert 'href="tel:0512-65887042"' in answer.content.decode()
    assert said(answer)["text"] == "长虹精密 changed"
    changhong.refresh_from_db()
    assert (changhong.phone, changhong.version) == ("0512-65887042", 2)
    assert list(Account.objects.matching("7042")) == [changhong]
    assert history_of(changhong).first().changes["phone"] == ["0512-65881402", "0512-65887042"]


def test_it_is_taken_back_and_found_as_before(changhong: Account, rep: User, client_for: SignIn) -> None:
    client = client_for(rep)
    answer = save(client, changhong, "phone", opened(client, changhong, "phone") | {"phone": "1"})
    assert client.post(said(answer)["undo"], headers={"Accept": "application/json"}).json() == {
        "message": "Taken back."
    }
    changhong.refresh_from_db()
    assert changhong.phone == "0512-65881402"
    assert list(Account.objects.matching("1402")) == [changhong]


def test_it_is_not_taken_back_over_what_somebody_wrote_since(
    changhong: Account, rep: User, manager: User, client_for: SignIn
) -> None:
    client = client_for(rep)
    answer = save(client, changhong, "phone", opened(client, changhong, "phone") | {"phone": "1"})
    edit_account(Account.objects.get(), changes={"phone": "2", "city": "苏州"}, version=2, actor=manager)
    refused = client.post(said(answer)["undo"], headers={"Accept": "application/json"})
    assert refused.status_code == 409
    assert refused.json() == {"message": "This cannot be undone, because it was changed since: 长虹精密."}
    assert Account.objects.get().phone == "2"


def test_nothing_changed_says_nothing(changhong: Account, rep: User, client_for: SignIn) -> None:
    client = client_for(rep)
    assert said(save(client, changhong, "phone", opened(client, changhong, "phone"))) == {}
    assert Account.objects.get().version == 1


@pytest.mark.parametrize("fields", EDITABLE)
def test_every_cell_with_a_pencil_opens_and_shows_itself_again(
    fields: str, changhong: Account, rep: User, client_for: SignIn
) -> None:
    client = client_for(rep)
    form = client.get(url(changhong, fields), headers=HTMX)
    assert [field.name for field in form.context["form"].visible_fields()] == fields.split(",")
    assert form.content.decode().strip().startswith('<td class="cell-open"')
    shown = client.get(f"{url(changhong, fields)}&shown=1", headers=HTMX).content.decode()
    assert f'href="/accounts/{changhong.pk}/edit/?only={fields}"' in shown


@pytest.mark.parametrize("fields", ["owner", "tier", "last_contact_on", "name", ""])
def test_other_facts_have_no_cell_to_open(fields: str, changhong: Account, rep: User, client_for: SignIn) -> None:
    assert client_for(rep).get(url(changhong, fields), headers=HTMX).status_code == 404


def test_what_cannot_be_is_asked_for_again_with_what_was_typed(
    changhong: Account, rep: User, client_for: SignIn
) -> None:
    client = client_for(rep)
    day = save(
        client, changhong, "next_contact_on", opened(client, changhong, "next_contact_on") | {"next_contact_on": "32"}
    )
    assert day.status_code == 422
    assert 'value="32"' in day.content.decode()
    branch = AccountFactory(name="分公司", owner=rep, parent=changhong)
    circle = save(client, changhong, "parent", opened(client, changhong, "parent") | {"parent": f"分公司 #{branch.pk}"})
    assert circle.status_code == 422
    assert "a group cannot go in a circle" in circle.content.decode()


def test_two_people_in_one_cell_are_shown_both_values(
    changhong: Account, rep: User, manager: User, client_for: SignIn
) -> None:
    client, steel = client_for(rep), Industry.objects.create(name="钢铁")
    mine, tools = opened(client, changhong, "industry"), Industry.objects.create(name="机床")
    edit_account(changhong, changes={"industry": steel, "phone": "1"}, version=1, actor=manager)
    asked = save(client, changhong, "industry", mine | {"industry": tools.pk})
    assert asked.status_code == 422
    assert "赵敏 wrote “钢铁” here meanwhile. Save again to keep yours." in asked.content.decode()
    assert Account.objects.get().industry == steel
    again = {field.html_name: field.value() for field in asked.context["form"]}
    assert save(client, changhong, "industry", again).status_code == 200
    changhong.refresh_from_db()
    assert (changhong.industry, changhong.phone) == (tools, "1")


def test_changes_of_different_cells_both_stay(changhong: Account, rep: User, manager: User, client_for: SignIn) -> None:
    client = client_for(rep)
    mine = opened(client, changhong, "phone")
    edit_account(changhong, changes={"city": "苏州"}, version=1, actor=manager)
    assert save(client, changhong, "phone", mine | {"phone": "1"}).status_code == 200
    changhong.refresh_from_db()
    assert (changhong.phone, changhong.city) == ("1", "苏州")


def test_without_a_script_the_pencil_leads_to_the_form(changhong: Account, rep: User, client_for: SignIn) -> None:
    answer = client_for(rep).get(url(changhong, "phone"))
    assert answer.headers["Location"] == f"/accounts/{changhong.pk}/edit/?only=phone"


def test_who_may_not_change_customers_has_no_pencils(
    changhong: Account, dealer: User, rep: User, client_for: SignIn
) -> None:
    Account.objects.update(owner=dealer)
    assert "cell-edit" not in client_for(dealer).get("/accounts/").content.decode()
    assert client_for(dealer).get(url(changhong, "phone"), headers=HTMX).status_code == 403
    assert client_for(rep).get(url(changhong, "phone"), headers=HTMX).status_code == 404


def test_a_cell_costs_the_same_however_long_the_list_is(
    changhong: Account, rep: User, client_for: SignIn, django_assert_num_queries
) -> None:
    client = client_for(rep)
    client.get(url(changhong, "phone"), headers=HTMX)
    # session, user, absences; the customer twice: to see and to fill the form
    with django_assert_num_queries(5):
        client.get(url(changhong, "phone"), headers=HTMX)


def test_every_column_has_a_cell_so_that_none_is_shifted(client_for: SignIn, changhong: Account, rep: User) -> None:
    page = client_for(rep).get("/accounts/", {"col": [column.key for column in COLUMNS]}).content.decode()
    row = page.split("<tbody")[1].split("</tr>")[0]
    assert row.count("<td") == 1 + len(COLUMNS), "one to choose the row, then one a column"
