"""SARIF 2.1.0: results at their lines, plain text as plain text, and nothing that a forge refuses."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.errors import Severity
from netviz.exporters.sarif import SarifPlace, SarifResult, SarifRule, sarif_text

RULE = SarifRule(id="X1", title="Something", text="It matters.")
PLACE = SarifPlace(file="k8s/a b.yaml", line=3)


def run_of(*results: SarifResult) -> dict[str, Any]:
    log = json.loads(sarif_text([RULE], results))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return dict(run)


def result(**changes: Any) -> SarifResult:  # noqa: ANN401 - the fields of SarifResult
    fields: dict[str, Any] = {"rule": "X1", "severity": Severity.WARNING, "message": "m", "place": PLACE}
    return SarifResult(**{**fields, **changes})


def test_a_result_names_its_rule_its_level_and_its_line() -> None:
    (found,) = run_of(result())["results"]
    assert (found["ruleId"], found["ruleIndex"], found["level"]) == ("X1", 0, "warning")
    place = found["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "k8s/a%20b.yaml"}, "region": {"startLine": 3}}


def test_without_results_there_is_an_empty_list_of_them() -> None:
    assert run_of()["results"] == []


def test_a_file_as_a_whole_has_no_region() -> None:
    (found,) = run_of(result(place=SarifPlace(file="./a.yaml", line=0)))["results"]
    assert found["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "a.yaml"}}


def test_what_has_no_place_is_a_notification_and_no_result() -> None:
    found = run_of(result(place=None), result())
    assert len(found["results"]) == 1
    (told,) = found["invocations"][0]["toolExecutionNotifications"]
    assert told == {"associatedRule": {"id": "X1", "index": 0}, "level": "warning", "message": {"text": "m"}}


def test_related_places_have_numbers_and_words() -> None:
    related = (SarifPlace(file="a.yaml", line=1, message="one"), SarifPlace(file="b.yaml", line=2, message="two"))
    (found,) = run_of(result(related=related))["results"]
    assert [(each["id"], each["message"]["text"]) for each in found["relatedLocations"]] == [(1, "one"), (2, "two")]


def test_a_rule_that_is_not_listed_is_an_error() -> None:
    with pytest.raises(KeyError):
        run_of(result(rule="X2"))


def read_message(text: str) -> str:
    """What a viewer makes of a message (SARIF 2.1.0, 3.11): links and place holders are unescaped, or an error."""
    assert not re.search(r"(?<!\\)(?:\\\\)*\[", text), "a link"
    without = re.sub(r"\\([\\\[\]])", r"\1", text)
    assert not re.search(r"(?<!\{)(?:\{\{)*\{\d", without), "a place holder"
    return without.replace("{{", "{").replace("}}", "}")


@given(message=st.text(alphabet=st.sampled_from("ab[]()\\{}01 :/"), max_size=30))
def test_a_message_is_shown_as_it_is(message: str) -> None:
    (found,) = run_of(result(message=message))["results"]
    assert read_message(found["message"]["text"]) == message


@given(file=st.text(max_size=20))
def test_a_path_is_a_relative_reference_in_plain_characters(file: str) -> None:
    (found,) = run_of(result(place=SarifPlace(file=file, line=1)))["results"]
    uri = found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9_.~!$&'()*+,;=@/%-]*", uri)
