"""Positions: from one map's datum to another's, out of links, and into links."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.places.datum import (
    BD09,
    GCJ02,
    WGS84,
    Position,
    bd_from_gcj,
    from_wgs,
    gcj_from_bd,
    gcj_from_wgs,
    is_shifted,
    metres_between,
    to_wgs,
    wgs_from_gcj,
)
from crm.places.maps import NoPosition, map_links, position_in

HANGZHOU = Position(30.27, 120.15)
chinese = st.builds(Position, st.floats(4, 53), st.floats(74, 135))
anywhere = st.builds(Position, st.floats(-90, 90), st.floats(-180, 180))


# The pairs published with coordtransform (MIT), which the converters of the trade are checked against.
@pytest.mark.parametrize(
    ("convert", "latitude", "longitude", "within"),
    [
        (gcj_from_wgs, 39.91640428150164, 116.41024449916938, 0.001),
        (bd_from_gcj, 39.92133699351021, 116.41036949371029, 0.001),
        # Theirs is one step of the inverse, ours goes on until it fits.
        (gcj_from_bd, 39.90865673957631, 116.39762729119315, 0.5),
        (wgs_from_gcj, 39.91359571849836, 116.39775550083061, 0.5),
    ],
)
def test_known_pairs(convert, latitude: float, longitude: float, within: float) -> None:
    assert metres_between(convert(Position(39.915, 116.404)), Position(latitude, longitude)) < within


@pytest.mark.property
@given(chinese, st.sampled_from([GCJ02, BD09]))
def test_there_and_back_is_the_same_place(at: Position, datum: str) -> None:
    assert metres_between(to_wgs(from_wgs(at, datum), datum), at) < 0.1


@pytest.mark.property
@given(chinese)
def test_a_map_shifts_by_some_hundred_metres(at: Position) -> None:
    assert 1 < metres_between(gcj_from_wgs(at), at) < 2_500


@pytest.mark.property
@given(anywhere, st.sampled_from([WGS84, GCJ02, BD09]))
def test_elsewhere_maps_show_what_is_measured(at: Position, datum: str) -> None:
    if not is_shifted(at):
        assert from_wgs(at, datum) == to_wgs(at, datum) == at


# --- reading ---
@pytest.mark.parametrize(
    ("text", "datum", "shown"),
    [
        ("30.27,120.15", WGS84, HANGZHOU),
        ("120.15, 30.27", WGS84, HANGZHOU),
        (" （30.27，120.15） ", WGS84, HANGZHOU),
        ("30.27 120.15", GCJ02, HANGZHOU),
        ("-33.86,151.21", WGS84, Position(-33.86, 151.21)),
        ("https://uri.amap.com/marker?position=120.15,30.27&name=华星", GCJ02, HANGZHOU),
        ("https://uri.amap.com/navigation?to=120.15,30.27,华星时代广场&mode=car", GCJ02, HANGZHOU),
        ("https://ditu.amap.com/regeo?lng=120.15&lat=30.27", GCJ02, HANGZHOU),
        ("https://wb.amap.com/?p=B0FFG8IVRZ,30.27,120.15,华星时代广场", GCJ02, HANGZHOU),
        ("https://uri.amap.com/marker?position=120.15,30.27&coordinate=wgs84", WGS84, HANGZHOU),
        ("https://api.map.baidu.com/marker?location=30.27,120.15&title=x&output=html", BD09, HANGZHOU),
        ("https://api.map.baidu.com/marker?location=30.27,120.15&coord_type=gcj02", GCJ02, HANGZHOU),
        ("https://map.baidu.com/?latlng=30.27,120.15&title=x", BD09, HANGZHOU),
        ("https://apis.map.qq.com/uri/v1/marker?marker=coord:30.27,120.15;title:x", GCJ02, HANGZHOU),
        ("geo:30.27,120.15?z=17", WGS84, HANGZHOU),
    ],
)
def test_a_position_is_read_from_numbers_and_links(text: str, datum: str, shown: Position) -> None:
    given_as = datum if "://" not in text else WGS84
    assert metres_between(position_in(text, given_as), to_wgs(shown, datum)) < 0.01


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("华星时代广场", "Write latitude and longitude, such as 30.27,120.15"),
        ("30.27", "Write latitude and longitude"),
        ("95,200", "A latitude goes from -90 to 90"),
        ("30,181", "A latitude goes from -90 to 90"),
        ("https://surl.amap.com/abc", "This link holds no position"),
        ("https://map.baidu.com/@13375435,3518245,17z", "This link holds no position"),
        ("https://evil-amap.com/marker?position=120.15,30.27", "This link holds no position"),
        ("http://[bad", "This link holds no position"),
        ("geo:here", "This link holds no position"),
    ],
)
def test_what_says_no_position_is_answered_with_what_to_do(text: str, said: str) -> None:
    with pytest.raises(NoPosition, match=said):
        position_in(text, WGS84)


@pytest.mark.property
@given(st.text(max_size=80))
def test_any_text_is_a_position_or_is_told_off(text: str) -> None:
    try:
        found = position_in(text, GCJ02)
    except NoPosition:
        return
    assert abs(found.latitude) <= 90.1
    assert abs(found.longitude) <= 180.1


# --- links ---
def test_links_lead_to_the_converted_position() -> None:
    amap, baidu, other = (link.url for link in map_links(HANGZHOU, name="华星", address="文三路478号"))
    to = parse_qs(urlsplit(amap).query)
    longitude, latitude, name = to["to"][0].split(",")
    assert (name, to["coordinate"]) == ("华星", ["gaode"])
    assert metres_between(Position(float(latitude), float(longitude)), gcj_from_wgs(HANGZHOU)) < 0.2
    for url, datum in ((amap, GCJ02), (baidu, BD09), (other, WGS84)):
        assert metres_between(position_in(url, datum), HANGZHOU) < 0.5


def test_without_a_position_maps_look_for_the_address() -> None:
    amap, baidu, other = (link.url for link in map_links(None, name="华星", address="杭州市文三路478号"))
    assert parse_qs(urlsplit(amap).query)["keyword"] == ["杭州市文三路478号 华星"]
    assert parse_qs(urlsplit(baidu).query)["address"] == ["杭州市文三路478号 华星"]
    assert other.startswith("geo:0,0?q=")
