"""The pages of duplicates: who sees which pairs, two side by side, what is refused, where old addresses lead."""

from datetime import datetime

import pytest
from django.urls import reverse

from accounts.actions.accounts import archive_account
from accounts.actions.duplicates import find_duplicates
from accounts.actions.merging import MergeRefused, merge_accounts
from accounts.models import Account, Contact, DuplicatePair, Ownership
from accounts.tests.factories import AccountFactory, ContactFactory
from crm.models import UndoEntry
from teams.models import User


@pytest.fixture
def twin(rep: User, changhong: Account) -> Account:
    """The same company, filed again with another telephone."""
    return AccountFactory(owner=rep, name="蘇州長虹精密科技股份有限公司", phone="0512-65881499", notes="款到发货")


def page_of(client, keep: Account, drop: Account) -> str:
    """Return the page of two customers side by side."""
    return client.get(reverse("accounts:merge", args=[keep.pk, drop.pk])).content.decode()


def versions(keep: Account, drop: Account) -> dict[str, str]:
    """Return what the page posts of what it showed."""
    return {"keep_version": str(keep.version), "drop_version": str(drop.version)}


# --- the list ---------------------------------------------------------------------------------------------------------
def test_the_list_costs_the_same_with_one_pair_as_with_three(
    changhong: Account, rep: User, manager: User, client_for, django_assert_num_queries
) -> None:
    client, url = client_for(manager), reverse("accounts:duplicates")
    client.get(url)
    for pairs, customers in ((1, 2), (3, 3)):
        while Account.objects.count() < customers:
            AccountFactory(owner=rep, name=changhong.name)
        find_duplicates()
        with django_assert_num_queries(10):
            page = client.get(url)
        assert len(page.context["page"].items) == pairs


def test_without_pairs_the_list_says_what_to_do(changhong: Account, manager: User, client_for) -> None:
    page = client_for(manager).get(reverse("accounts:duplicates")).content.decode()
    assert "Nothing to look at" in page
    assert "Merge with another customer" in page


def test_a_pair_with_a_customer_of_others_is_not_there(
    changhong: Account, outsider: User, manager: User, director: User, client_for
) -> None:
    AccountFactory(owner=outsider, name="苏州长虹精密科技股份有限公司")
    find_duplicates()
    url = reverse("accounts:duplicates")
    assert "苏州长虹精密科技股份有限公司" not in client_for(manager).get(url).content.decode()
    assert "same name but for the legal form" in client_for(director).get(url).content.decode()


def test_the_search_can_be_started_from_the_page(changhong: Account, twin: Account, manager: User, client_for) -> None:
    client = client_for(manager)
    client.post(reverse("accounts:find_duplicates"))
    progress = client.get(reverse("accounts:find_progress"), headers={"HX-Request": "true"}).content.decode()
    assert "Look for duplicate customers" in progress


# --- side by side -----------------------------------------------------------------------------------------------------
def test_two_side_by_side_say_where_they_differ_and_what_goes_over(
    changhong: Account, twin: Account, manager: User, client_for
) -> None:
    ContactFactory(account=twin, name="王建国")
    html = page_of(client_for(manager), changhong, twin)
    for text in ("0512-65881402", "0512-65881499", "<b>1</b> people there", "2 fields are the same"):
        assert text in html


def test_the_page_costs_the_same_with_one_person_as_with_three(
    changhong: Account, twin: Account, manager: User, client_for, django_assert_num_queries
) -> None:
    client, url = client_for(manager), reverse("accounts:merge", args=[changhong.pk, twin.pk])
    client.get(url)
    for people in (1, 3):
        while twin.contacts.count() < people:
            for account in (changhong, twin):
                ContactFactory(account=account, name=f"王建国{twin.contacts.count()}")
        with django_assert_num_queries(36):
            page = client.get(url)
        assert len(page.context["people"]) == people


def test_merging_takes_the_values_chosen_and_can_be_undone(
    changhong: Account, twin: Account, manager: User, client_for
) -> None:
    ours, theirs = ContactFactory(account=changhong, name="王建国"), ContactFactory(account=twin, name="王建国")
    client, url = client_for(manager), reverse("accounts:merge", args=[changhong.pk, twin.pk])
    data = versions(changhong, twin) | {"name": "drop", "phone": "keep", f"person-{theirs.pk}": str(ours.pk)}
    answer = client.post(url, data)
    assert answer.url == changhong.get_absolute_url()
    changhong.refresh_from_db()
    assert (changhong.name, changhong.phone, changhong.notes) == (twin.name, "0512-65881402", "款到发货")
    assert changhong.alias == "苏州长虹精密科技有限公司"
    assert Contact.objects.live().get() == ours

    entry = UndoEntry.objects.get(action="accounts.merge_accounts")
    assert "Merged by you" in client.get(reverse("accounts:duplicates")).content.decode()
    client.post(reverse("crm:undo", args=[entry.pk]))
    changhong.refresh_from_db()
    twin.refresh_from_db()
    assert (changhong.name, twin.merged_into, twin.archived_at) == ("苏州长虹精密科技有限公司", None, None)
    assert Contact.objects.live().count() == 2


def test_two_people_of_one_name_can_stay_two(changhong: Account, twin: Account, manager: User, client_for) -> None:
    ContactFactory(account=changhong, name="王建国", mobile="13812345678")
    theirs = ContactFactory(account=twin, name="王建国", mobile="13987654321")
    html = page_of(client_for(manager), changhong, twin)
    assert f'name="person-{theirs.pk}" value="" id="id_person-{theirs.pk}_1" checked' in html
    url = reverse("accounts:merge", args=[changhong.pk, twin.pk])
    client_for(manager).post(url, versions(changhong, twin) | {f"person-{theirs.pk}": ""})
    assert changhong.contacts.live().count() == 2


def test_not_the_same_is_remembered(changhong: Account, twin: Account, manager: User, client_for) -> None:
    find_duplicates()
    client = client_for(manager)
    client.post(reverse("accounts:set_apart", args=[twin.pk, changhong.pk]))
    assert DuplicatePair.objects.visible_to(manager).open().count() == 0
    assert "Nothing to look at" in client.get(reverse("accounts:duplicates")).content.decode()


def test_any_two_customers_can_be_compared(changhong: Account, rep: User, manager: User, client_for) -> None:
    other = AccountFactory(owner=rep, name="昆山博瑞机械有限公司")
    client, url = client_for(manager), reverse("accounts:merge_with", args=[changhong.pk])
    assert client.post(url, {"other": "博瑞"}).url == reverse("accounts:merge", args=[changhong.pk, other.pk])
    assert "No customer of yours is called" in client.post(url, {"other": "鼹鼠"}).content.decode()


# --- what is refused --------------------------------------------------------------------------------------------------
def refusal(keep: Account, drop: Account, actor: User, now: datetime) -> str:
    """Return the sentence with which a merge is refused."""
    with pytest.raises(MergeRefused) as refused:
        merge_accounts(keep, drop, versions=(keep.version, drop.version), actor=actor, now=now)
    return str(refused.value)


def test_a_customer_with_itself(changhong: Account, manager: User, now: datetime) -> None:
    assert refusal(changhong, changhong, manager, now) == (
        "This is one customer already. Choose another one to merge it with."
    )


def test_an_archived_one(changhong: Account, twin: Account, manager: User, now: datetime) -> None:
    archive_account(twin, actor=manager, now=now)
    assert refusal(changhong, twin, manager, now) == (
        "蘇州長虹精密科技股份有限公司 is archived. Bring it back first, then merge."
    )


def test_a_company_with_the_one_above_it(changhong: Account, twin: Account, rep, manager: User, now: datetime) -> None:
    between = AccountFactory(owner=rep, name="长虹控股", parent=twin)
    Account.objects.filter(pk=changhong.pk).update(parent=between)
    sentence = "长虹精密 belongs to 蘇州長虹精密科技股份有限公司, so they are two companies. Change “Belongs to” first."
    assert refusal(changhong, twin, manager, now) == sentence
    assert refusal(twin, changhong, manager, now) == sentence


def test_one_that_somebody_changed_meanwhile_is_shown_again_with_what_was_chosen(
    changhong: Account, twin: Account, manager: User, client_for
) -> None:
    seen = versions(changhong, twin)
    Account.objects.filter(pk=twin.pk).update(version=2, phone="0512-65881477")
    url = reverse("accounts:merge", args=[changhong.pk, twin.pk])
    answer = client_for(manager).post(url, seen | {"phone": "drop"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody changed 蘇州長虹精密科技股份有限公司 meanwhile." in html
    assert 'value="drop" id="id_phone_1" checked' in html
    assert '<input type="hidden" name="drop_version" value="2">' in html
    assert client_for(manager).post(url, seen | {"drop_version": "2", "phone": "drop"}).status_code == 302


# --- old addresses ----------------------------------------------------------------------------------------------------
@pytest.fixture
def merged(changhong: Account, twin: Account, manager: User, now: datetime) -> Account:
    """The customer after the merge."""
    ours, theirs = ContactFactory(account=changhong, name="王建国"), ContactFactory(account=twin, name="王建国")
    merge_accounts(
        changhong, twin, people={theirs.pk: ours.pk}, versions=(changhong.version, twin.version), actor=manager, now=now
    )
    return Account.objects.get(pk=changhong.pk)


def test_the_old_address_leads_to_the_new_one_with_a_sentence(
    merged: Account, twin: Account, rep: User, client_for
) -> None:
    answer = client_for(rep).get(twin.get_absolute_url(), follow=True)
    assert answer.redirect_chain == [(merged.get_absolute_url(), 302)]
    assert "蘇州長虹精密科技股份有限公司 was merged into this one." in answer.content.decode()


def test_its_other_old_pages_link_to_the_one_that_stays(merged: Account, twin: Account, rep: User, client_for) -> None:
    html = client_for(rep).get(reverse("accounts:plan", args=[twin.pk])).content.decode()
    assert f'href="{merged.get_absolute_url()}">merged into {merged.called}</a>' in html


def test_history_tells_who_held_either_and_says_yes_and_no_in_words(
    changhong: Account, twin: Account, teammate: User, manager: User, now: datetime, client_for
) -> None:
    Account.objects.filter(pk=twin.pk).update(is_strategic=True)
    for account, owner in ((changhong, changhong.owner), (twin, teammate)):
        Ownership.objects.create(account=account, owner=owner, kind="CREATED", started_at=now)
    entry = merge_accounts(
        changhong, twin, take=("name",), versions=(changhong.version, twin.version), actor=manager, now=now
    )
    page = client_for(manager).get(reverse("accounts:history", args=[changhong.pk]))
    assert {stretch.owner for stretch in page.context["owners"]} == {changhong.owner, teammate}
    words = {line.label: (line.before, line.after) for event in page.context["events"] for line in event.lines}
    assert words["strategic customer"] == ("no", "yes")
    assert entry.label == "蘇州長虹精密科技股份有限公司 merged into 苏州长虹精密科技有限公司"


def test_the_old_address_of_a_person_does_so_too(merged: Account, rep: User, client_for) -> None:
    gone, stays = (Contact.objects.get(archived_at__isnull=there) for there in (False, True))
    answer = client_for(rep).get(gone.get_absolute_url(), follow=True)
    assert answer.redirect_chain == [(stays.get_absolute_url(), 302)]


def test_it_is_found_by_every_name_and_only_once(merged: Account, manager: User, rep: User, now: datetime) -> None:
    assert list(Account.objects.live().matching("蘇州長虹精密科技股份")) == [merged]
    assert find_duplicates() == 0


def test_what_was_merged_cannot_be_brought_back_alone(merged: Account, twin: Account, rep: User, client_for) -> None:
    answer = client_for(rep).post(reverse("accounts:restore", args=[twin.pk]), follow=True)
    assert "is a part of another customer now. Undo the merge instead." in answer.content.decode()


def test_merged_again_is_refused_with_its_name(merged: Account, twin: Account, manager: User, now: datetime) -> None:
    twin.refresh_from_db()
    assert refusal(merged, twin, manager, now) == "蘇州長虹精密科技股份有限公司 was merged into 长虹精密 already."
