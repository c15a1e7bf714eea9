"""Reading and showing amounts."""

from contextlib import suppress
from decimal import Decimal

import pytest
from django import forms
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from crm.money import (
    AmountError,
    echo_amount,
    exact_amount,
    exact_number,
    number_in,
    parse_amount,
    short_number,
    show_amount,
    unit_label,
)
from crm.money_field import AmountField

AMOUNTS = st.decimals(-Decimal("9e13"), Decimal("9e13"), places=4)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("380万", "3800000"),
        ("3.8百万", "3800000"),
        ("3.8 百万", "3800000"),
        ("1.2亿", "120000000"),
        ("1億2000萬元", "120000000"),
        ("3,800,000", "3800000"),
        ("３，８００，０００．５", "3800000.5"),
        ("３８０万", "3800000"),
        ("¥ 3,800", "3800"),
        ("￥3800元", "3800"),
        ("-380万", "-3800000"),
        ("−¥380", "-380"),
        ("¥-380", "-380"),
        ("(1,200)", "-1200"),
        ("人民币 380 万元整", "3800000"),
        ("CNY 3.8M", "3800000"),
        ("1.25bn", "1250000000"),
        ("380k", "380000"),
        ("380w", "3800000"),
        (".5", "0.5"),
        ("3.", "3"),
        ("0", "0"),
        ("-0", "0"),
        ("0.00005", "0.0001"),
        ("99,999,999,999,999", "99999999999999"),
    ],
)
def test_an_amount_as_people_write_it(typed, amount):
    assert parse_amount(typed) == Decimal(amount)
    assert parse_amount(typed).as_tuple().exponent == -4


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [("$3.8M", "USD", "3800000"), ("380万美元", "USD", "3800000"), ("€1,200", "EUR", "1200"), ("HK$5k", "HKD", "5000")],
)
def test_the_signs_of_its_own_currency_are_read(typed, currency, amount):
    assert parse_amount(typed, currency) == Decimal(amount)


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "abc", "三百八十万", "3,8", "38,00", "1,2345", "1e5", "NaN", "Infinity", "--3", "-(3)", "3万5",
     "2000万1亿", "1万2万", "3 万 万", "3¥8", "$380", "1000000000000000", "9" * 60, "万", "¥",
     "1.2.3", "٣", "%s", "\x00", "👍"],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_a_sentence(typed):
    with pytest.raises(AmountError) as refusal:
        parse_amount(typed)
    assert str(refusal.value).endswith(".")


def test_the_sentence_says_how_to_write_it():
    with pytest.raises(AmountError, match="“abc” is not an amount"):
        parse_amount("abc")
    with pytest.raises(AmountError, match="The commas in “3,8” can be read in two ways"):
        parse_amount("3,8")
    with pytest.raises(AmountError, match="Enter an amount below 100,000"):
        parse_amount("100万亿")


@pytest.mark.parametrize(
    ("amount", "hans", "hant", "english"),
    [
        ("3800000", "380 万元", "380 萬元", "CNY 3.8M"),
        ("125000000", "1.25 亿元", "1.25 億元", "CNY 125M"),
        ("8500", "8,500 元", "8,500 元", "CNY 8,500"),
        ("8500.5", "8,500.50 元", "8,500.50 元", "CNY 8,500.50"),
        ("10000", "1 万元", "1 萬元", "CNY 10K"),
        ("385600", "38.6 万元", "38.6 萬元", "CNY 385.6K"),
        ("12345678", "1,234.6 万元", "1,234.6 萬元", "CNY 12.3M"),
        ("99999999", "1 亿元", "1 億元", "CNY 100M"),
        ("9999.999", "1 万元", "1 萬元", "CNY 10K"),
        ("999960", "100 万元", "100 萬元", "CNY 1M"),
        ("999960000", "10 亿元", "10 億元", "CNY 1B"),
        ("-3800000", "−380 万元", "−380 萬元", "CNY −3.8M"),
        ("0", "0 元", "0 元", "CNY 0"),
        ("-0.001", "0 元", "0 元", "CNY 0"),
    ],
)
def test_an_amount_is_shown_in_the_readers_units(amount, hans, hant, english):
    value = Decimal(amount)
    shown = [show_amount(value, language=language) for language in ("zh-hans", "zh-hant", "en")]
    assert shown == [hans, hant, english]


def test_other_currencies_and_languages():
    value = Decimal(3800000)
    assert show_amount(value, "USD") == "380 万美元"
    assert show_amount(value, "USD", "en-gb") == "USD 3.8M"
    assert show_amount(value, "TWD", "zh-TW") == "380 萬新台幣"
    assert show_amount(value, "SEK", "zh-cn") == "380 万 SEK"
    assert show_amount(Decimal(850), "SEK", "zh-cn") == "850 SEK"


def test_no_amount_is_two_dashes():
    assert {show_amount(None), exact_amount(None), short_number(None), number_in(None, "wan")} == {"--"}


def test_a_column_names_its_unit_once():
    assert unit_label("wan") == "万元"
    assert unit_label("wan", language="zh-hant") == "萬元"
    assert unit_label("million", language="en") == "CNY M"
    assert number_in(Decimal(3856000), "wan") == "385.6"
    assert show_amount(Decimal(3856000), unit="yi") == "0.04 亿元"


def test_axis_exact_and_echo():
    assert short_number(Decimal(3800000)) == "380万"
    assert short_number(Decimal(3800000), "en") == "3.8M"
    assert exact_amount(Decimal("3800000.5")) == "3,800,000.50 元"
    assert exact_amount(Decimal("-3800000.1234"), "USD", "en") == "USD −3,800,000.1234"
    assert echo_amount(Decimal(3800000)) == "= 380.00 万元 (3,800,000)"
    assert echo_amount(Decimal(3800000), "en") == "= 3.80M (3,800,000)"


@pytest.mark.property
@given(AMOUNTS)
def test_what_is_shown_exactly_reads_back(amount):
    assert parse_amount(exact_number(amount)) == amount
    assert parse_amount(exact_amount(amount)) == amount


@pytest.mark.property
@given(AMOUNTS, st.sampled_from(["zh-hans", "zh-hant", "en"]))
def test_what_is_shown_short_is_off_by_rounding_only(amount, language):
    back = parse_amount(show_amount(amount, language=language))
    assert abs(back - amount) <= max(abs(amount) * Decimal("0.05"), Decimal("0.005"))


@pytest.mark.property
@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_a_sentence(text):
    with suppress(AmountError):
        assert isinstance(parse_amount(text), Decimal)


class OfferForm(forms.Form):
    """The field in a form."""

    amount = AmountField(min_value=Decimal(0), max_value=Decimal(10_000_000), required=False)


@pytest.mark.parametrize(("typed", "cleaned"), [("380万", Decimal(3800000)), ("", None), ("0", Decimal(0))])
def test_the_field_takes_the_same_inputs(typed, cleaned):
    form = OfferForm({"amount": typed})
    assert form.is_valid()
    assert form.cleaned_data["amount"] == cleaned


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("viel", "“viel” is not an amount. Write it like 3,800,000, 380万, 1.2亿 or 3.8M."),
        ("-1", "Enter an amount of at least 0."),
        ("2亿", "Enter an amount of at most 10,000,000."),
    ],
)
def test_the_field_says_what_is_wrong_and_keeps_what_was_typed(typed, sentence):
    form = OfferForm({"amount": typed})
    assert form.errors == {"amount": [sentence]}
    assert f'value="{typed}"' in str(form["amount"])


def test_the_field_shows_a_stored_amount_and_sees_real_changes_only():
    initial = {"amount": Decimal("3800000.0000")}
    assert 'value="3,800,000"' in str(OfferForm(initial=initial)["amount"])
    assert not OfferForm({"amount": "380万"}, initial=initial).has_changed()
    assert OfferForm({"amount": "381万"}, initial=initial).has_changed()
    assert OfferForm({"amount": "viel"}, initial=initial).has_changed()


def test_a_required_field_asks_for_an_amount():
    with pytest.raises(forms.ValidationError, match="This field is required"):
        AmountField().clean("")
    assert AmountField().clean(Decimal(5)) == Decimal(5)
