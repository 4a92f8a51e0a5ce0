"""The Input page, when bad files are among good ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.app.page import drawn, texts
from tests.bad_inputs import BAD, mixed_folder

OpenPage = Callable[..., AppTest]


def test_the_map_is_drawn_and_the_input_page_lists_every_bad_file(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(str(mixed_folder(tmp_path)))
    assert not page.exception
    assert drawn(page)["headline"].startswith("12 workloads")
    assert any("refused: verdicts may be incomplete" in line for line in texts(page))
    page.button_group[0].set_value("input").run()
    errors, _, _, warnings = (table.value.to_dict("records") for table in page.dataframe)
    refused, warned = ({row["file"].rpartition("/")[2]: row for row in rows} for rows in (errors, warnings))
    assert refused.keys() == {name for name, bad in BAD.items() if bad.severity == "error"}
    assert warned.keys() == {name for name, bad in BAD.items() if bad.severity == "warning"}
    for name, row in {**refused, **warned}.items():
        assert BAD[name].said in row["reason"]
        assert BAD[name].hint in row["hint"]
        assert not BAD[name].line or row["line"] == BAD[name].line
