"""How names sound."""

import time

import pytest

from crm.pinyin import full_pinyin, initials, readings


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("中国移动通信", "zgydtx"),
        ("重庆银行", "cqyh"),
        ("长沙", "cs"),
        ("長虹", "ch"),
        ("乾照光电", "qzgd"),
        ("区小明", "oxm"),
        ("区小明", "qxm"),
        ("曾志伟", "zzw"),
        ("仇英", "qy"),
        ("单田芳", "stf"),
        ("朴树", "ps"),
        ("尉迟恭", "ycg"),
        ("万俟卨", "mqx"),
        ("覃辉", "qh"),
        ("覃辉", "th"),
        ("盖叫天", "gjt"),
        ("查良镛", "zly"),
        ("解缙", "xj"),
        ("TCL科技", "tclkj"),
        ("*ST国华", "stgh"),
    ],
)
def test_a_name_is_found_by_its_initials(name, short):
    assert short in initials(name)


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("重庆银行股份有限公司", "chongqingyinhanggufenyouxiangongsi"),
        ("曾志", "zengzhi"),
        ("覃辉", "qinhui"),
        ("尉迟恭", "yuchigong"),
        ("单县化工股份", "danxianhuagonggufen"),
        ("绿地", "lvdi"),
        ("Bosch 中国", "boschzhongguo"),
    ],
)
def test_the_likeliest_sound(name, sound):
    assert full_pinyin(name) == sound
    assert sound in readings(name)


@pytest.mark.parametrize("name", ["", "   ", "👍", "()"])
def test_nothing_to_read_has_no_sound(name):
    assert (initials(name), full_pinyin(name), readings(name)) == (set(), "", set())


def test_reading_is_fast_enough_for_an_import():
    characters = "中国华东南北西安长重庆银行电力科技股份有限公司集团工业设备机床泵阀"
    names = [characters[n % 23 : n % 23 + 9] + characters[n % 7 : n % 7 + 3] for n in range(2000)]
    started = time.process_time()
    for name in names:
        initials(name)
        readings(name)
    assert time.process_time() - started < 1
