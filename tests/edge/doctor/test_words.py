import re
import string
from pathlib import Path

import pytest

from edge.doctor import broker, devices, examine, machine
from edge.doctor.finding import Finding, Grade
from edge.doctor.words import PARTS, SENTENCES, name_of, say, usual_language

SOURCES = "".join(Path(module.__file__).read_text(encoding="utf-8") for module in (broker, devices, examine, machine))


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("what", SENTENCES)
def test_both_languages_say_the_same(what: str) -> None:
    chinese, english = SENTENCES[what]
    assert places(chinese) == places(english)
    assert f'"{what}"' in SOURCES


def test_whatever_is_found_has_its_sentence() -> None:
    found = set(re.findall(r'"((?:{})_[a-z]+)"'.format("|".join([*PARTS, "used"])), SOURCES))
    assert found == set(SENTENCES)


def test_a_finding_is_told_with_its_facts() -> None:
    finding = Finding("memory", Grade.WARN, "memory_small", {"free": 41.6}, of="x")
    assert (name_of(finding, "zh-CN"), name_of(finding, "en")) == ("内存 x", "memory x")
    assert say(finding, "en").startswith("42 MB free: stop")
    assert say(finding, "zh-CN").startswith("只余 42 MB")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_TW"}, "zh-CN"),
        ({}, "en"),
    ],
)
def test_it_speaks_as_the_terminal_is_set(environment: dict[str, str], language: str) -> None:
    assert usual_language(environment) == language
