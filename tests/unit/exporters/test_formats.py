"""Every format: read back by a program that knows it, whatever the names."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import networkx as nx
import pydot
import pytest
from markdown_it import MarkdownIt

from netviz.cli.export import FORMATS
from netviz.errors import UsageError
from netviz.exporters.context import Exporter
from netviz.exporters.formats import EXPORTERS, chosen
from netviz.view.picture import Change, Picture
from netviz.view.text import visible
from netviz.workbench.packing import Pack, zipped
from tests.unit.exporters.packs import CALM, HOSTILE, WRITTEN, hostile_pack, small_pack, written

SMALL = small_pack()
ATTACK = hostile_pack()
PACKS = pytest.mark.parametrize("pack", [SMALL, ATTACK], ids=["small", "hostile"])
EVERY = pytest.mark.parametrize("exporter", WRITTEN, ids=[each.name for each in WRITTEN])


class TestEveryFormat:
    @EVERY
    def test_a_rerun_gives_the_same_bytes(self, exporter: Exporter) -> None:
        first, second = small_pack().files([exporter]), small_pack().files([exporter])
        assert first == second

    @EVERY
    def test_it_carries_title_version_hash_date_and_scenario(self, exporter: Exporter) -> None:
        text = _plain(written(exporter.name, SMALL))
        for wanted in (CALM.title, CALM.version, CALM.digest[:16], CALM.date, *CALM.off, *CALM.on):
            assert wanted in text

    @EVERY
    def test_there_is_no_date_where_none_was_given(self, exporter: Exporter) -> None:
        text = _plain(written(exporter.name, small_pack(replace(CALM, date=""))))
        assert not re.search(r"\b20\d\d-\d\d-\d\d\b", text)

    @EVERY
    def test_what_is_undecided_is_marked(self, exporter: Exporter) -> None:
        decided = replace(SMALL, picture=_decided(SMALL.picture))
        text = _plain(written(exporter.name, SMALL))
        assert "unknown" in text or "cannot be decided" in text
        if exporter.name in ("svg", "dot", "mermaid", "drawio"):
            assert "? any port" in text
            assert "? any port" not in _plain(written(exporter.name, decided))

    @EVERY
    def test_no_control_or_bidirectional_character_is_in_it(self, exporter: Exporter) -> None:
        text = written(exporter.name, ATTACK)
        # The drawing library in the page has its own; they are in no text of the input.
        text = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL) if exporter.name == "html" else text
        # Only Markdown has a character without width: it parts what would become a link.
        kept = {"\n", "\u200b"} if exporter.name == "md" else {"\n", "\r"} if exporter.name == "csv" else {"\n"}
        found = {c for c in text if unicodedata.category(c)[0] == "C"} - kept
        assert not found

    @EVERY
    def test_its_file_name_is_its_own(self, exporter: Exporter) -> None:
        assert Counter(each.file_name for each in EXPORTERS)[exporter.file_name] == 1
        assert re.fullmatch(r"netviz\.[a-z]+", exporter.file_name)

    def test_the_command_line_names_the_same_formats(self) -> None:
        assert tuple(each.name for each in EXPORTERS) == FORMATS

    def test_all_names_every_format_and_a_list_each_of_it_once(self) -> None:
        assert chosen("all") == chosen("svg, all") == EXPORTERS
        assert [each.name for each in chosen("md,svg,md")] == ["md", "svg"]

    @pytest.mark.parametrize("text", ["", ",", "gif", "svg,gif"])
    def test_another_name_is_refused_with_those_that_there_are(self, text: str) -> None:
        with pytest.raises(UsageError, match="choose of svg, html, drawio"):
            chosen(text)


class TestXml:
    @PACKS
    @pytest.mark.parametrize("name", ["svg", "drawio", "graphml"])
    def test_it_is_xml_and_every_part_is_one_of_ours(self, name: str, pack: Pack) -> None:
        tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(written(name, pack)).iter()}
        known = {
            "svg": {"svg", "title", "rect", "g", "path", "text"},
            "drawio": {
                *("mxfile", "diagram", "mxGraphModel", "root", "object", "mxCell", "mxGeometry", "Array", "mxPoint"),
            },
            "graphml": {"graphml", "key", "graph", "node", "edge", "data"},
        }
        assert tags <= known[name]

    @PACKS
    @pytest.mark.parametrize("name", ["svg", "drawio", "graphml"])
    def test_it_refers_to_nothing(self, name: str, pack: Pack) -> None:
        wanted = {"href", "src", "link", "style", "onload", "onerror", "class", "id", "label"}
        root = ET.fromstring(written(name, pack))
        used = {key.rpartition("}")[2] for element in root.iter() for key in element.attrib} & wanted
        assert used <= {"id", "label", "style"}
        for element in root.iter():
            assert "url(" not in element.attrib.get("style", "")


class TestDrawio:
    @PACKS
    def test_every_card_stands_in_its_box_and_every_arrow_holds_two_cards(self, pack: Pack) -> None:
        root = ET.fromstring(written("drawio", pack))
        objects = {o.attrib["id"]: o.find("mxCell") for o in root.iter("object")}
        cells = {identity: cell.attrib for identity, cell in objects.items() if cell is not None}
        assert len(objects) == len(cells) == len(list(root.iter("object")))
        cards = {i for i in cells if re.fullmatch(r"n\d+", i)}
        assert len(cards) == len(pack.picture.nodes)
        assert {cells[i]["parent"] for i in cards} <= {"1", *(i for i in cells if re.fullmatch(r"b\d+", i))}
        arrows = [cell for cell in cells.values() if cell.get("edge") == "1"]
        assert len(arrows) == len(pack.picture.edges)
        assert {end for a in arrows for end in (a["source"], a["target"])} <= cards

    @PACKS
    def test_no_label_is_read_as_html_and_none_has_placeholders(self, pack: Pack) -> None:
        root = ET.fromstring(written("drawio", pack))
        styles = [cell.attrib["style"] for cell in root.iter("mxCell") if "style" in cell.attrib]
        assert all("html=0;" in style for style in styles)
        assert "placeholders" not in {key for element in root.iter() for key in element.attrib}

    def test_what_the_pointer_shows_is_html_without_tags(self) -> None:
        tags: list[str] = []
        reader = HTMLParser()
        reader.handle_starttag = lambda tag, attrs: tags.append(tag)  # type: ignore[method-assign]
        tooltips = [item.attrib["tooltip"] for item in ET.fromstring(written("drawio", ATTACK)).iter("object")]
        reader.feed("\n".join(tooltips))
        assert tags == []
        assert any("&lt;img src=x onerror=alert(1)&gt;" in tooltip for tooltip in tooltips)

    def test_cards_are_where_the_picture_has_them(self) -> None:
        root = ET.fromstring(written("drawio", SMALL))
        corners: dict[str, tuple[float, float]] = {"1": (0.0, 0.0)}
        for item in root.iter("object"):
            cell = item.find("mxCell")
            assert cell is not None
            place = cell.find("mxGeometry")
            if place is not None and "x" in place.attrib:
                base = corners[cell.attrib["parent"]]
                at = base[0] + float(place.attrib["x"]), base[1] + float(place.attrib["y"])
                corners[item.attrib["id"]] = at
        nodes = SMALL.picture.nodes
        shifts = {
            (round(corners[f"n{i}"][0] - (n.x - n.width / 2), 1), round(corners[f"n{i}"][1] - (n.y - n.height / 2), 1))
            for i, n in enumerate(nodes, start=1)
        }
        assert len(shifts) == 1

    def test_removed_is_dashed_and_undecided_is_dotted(self) -> None:
        root = ET.fromstring(written("drawio", SMALL))
        styles = {
            o.attrib["label"][0]: cell.attrib["style"]
            for o in root.iter("object")
            if (cell := o.find("mxCell")) is not None and cell.attrib.get("edge")
        }
        assert "dashPattern=8 5" in styles["−"]
        assert "dashPattern=2 4" in styles["?"]
        assert "dashed" not in styles["+"]


class TestGraphml:
    @PACKS
    def test_networkx_reads_every_peer_and_every_pair(self, pack: Pack) -> None:
        graph = nx.parse_graphml(written("graphml", pack))
        assert graph.is_directed()
        assert len(graph.nodes) == len(pack.rows.peers)
        assert len(graph.edges) == len(pack.rows.pairs)
        labels = {data["label"] for _, data in graph.nodes(data=True)}
        assert labels == {visible(peer.label) for peer in pack.rows.peers}

    def test_pairs_say_verdict_ports_and_change(self) -> None:
        graph = nx.parse_graphml(written("graphml", SMALL))
        label = dict(graph.nodes(data="label"))
        found = {(label[s], label[t]): {**data, "id": ""} for s, t, data in graph.edges(data=True)}
        assert found["shop/web", "data/db"] == {
            "verdict": "allowed",
            "change": "changed",
            "ports": "TCP 5432-5433",
            "ports_before": "TCP 5432",
            "id": "",
        }
        assert found["shop/job", "data/db"]["verdict"] == "denied"
        assert found["shop/job", "data/murky"]["verdict"] == "unknown"
        assert graph.graph["title"] == CALM.title
        assert graph.graph["exact"] == "false"


class TestDot:
    @PACKS
    def test_a_parser_of_dot_finds_the_cards_clusters_and_arrows_and_nothing_else(self, pack: Pack) -> None:
        graphs = pydot.graph_from_dot_data(written("dot", pack))
        assert graphs is not None
        (graph,) = graphs
        clusters = graph.get_subgraphs()
        assert len(clusters) == len(pack.picture.boxes)
        names = {n.get_name() for g in (graph, *clusters) for n in g.get_nodes()} - {"node", "edge", "graph"}
        assert names == {f"n{i}" for i in range(1, len(pack.picture.nodes) + 1)}
        assert len(graph.get_edges()) == len(pack.picture.edges)
        used = {key for g in (graph, *clusters) for n in g.get_nodes() for key in n.get_attributes()}
        used |= {key for edge in graph.get_edges() for key in edge.get_attributes()}
        assert not used & {"URL", "href", "image", "labelURL", "edgeURL"}

    def test_backslashes_quotes_and_entities_are_text(self) -> None:
        text = written("dot", ATTACK)
        assert "\\\\N\\\\l\\\\G\\\\" in text
        assert "&amp;amp;" in text

    def test_removed_is_dashed_and_undecided_is_dotted(self) -> None:
        graphs = pydot.graph_from_dot_data(written("dot", SMALL))
        assert graphs is not None
        styles = {e.get_attributes()["label"].strip('"')[0]: e.get_attributes()["style"] for e in graphs[0].get_edges()}
        assert (styles["−"], styles["?"], styles["+"]) == ('"dashed"', '"dotted"', '"bold"')


class TestMermaid:
    @PACKS
    def test_no_text_holds_a_sign_that_mermaid_reads(self, pack: Pack) -> None:
        lines = written("mermaid", pack).splitlines()
        assert sum("%%" in line for line in lines) == 1
        for label in re.findall(r'"([^"]*)"', "\n".join(lines[1:])):
            plain = re.sub(r"#\d+;|<br/>", "", label)
            assert not set(plain) & set("\"'<>&%{}[]|;:#`\\@$=*~^!")

    @PACKS
    def test_every_line_is_of_a_known_form(self, pack: Pack) -> None:
        forms = (
            r'%%\{init: \{"flowchart": \{"wrappingWidth": 420\}\}\}%%',
            r"flowchart LR",
            r'  subgraph (g\d+|about)\["[^"]*"\]',
            r"  end",
            r' {2,4}(n\d+|about1)(\["[^"]*"\]|\(\["[^"]*"\]\))',
            r'  n\d+ (-->|==>|-\.->)\|"[^"]*"\| n\d+',
            r"  linkStyle \d+ stroke:#[0-9a-f]{6},stroke-width:[\d.]+px(,stroke-dasharray:\d \d)?",
            r"  classDef (unknown|changed|outside|about) [a-z0-9:#,. -]+",
            r"  class (n\d+|about1)(,n\d+)* (unknown|changed|outside|about)",
        )
        for line in written("mermaid", pack).splitlines():
            assert any(re.fullmatch(form, line) for form in forms), line

    def test_what_is_gone_or_undecided_is_dashed_and_what_is_new_is_thick(self) -> None:
        text = written("mermaid", SMALL)
        arrows = {sign: arrow for arrow, sign in re.findall(r' (-->|==>|-\.->)\|"(.)', text)}
        assert (arrows["−"], arrows["#"], arrows["+"], arrows["±"]) == ("-.->", "-.->", "==>", "==>")

    def test_of_too_many_connections_what_changed_comes_first_and_the_rest_is_counted(self) -> None:
        edges = SMALL.picture.edges
        plain = next(edge for edge in edges if edge.change is Change.SAME and edge.certain)
        many = (*[replace(plain, id=str(i)) for i in range(600)], *edges)
        text = written("mermaid", replace(SMALL, picture=replace(SMALL.picture, edges=many)))
        arrows = re.findall(r' (?:-->|==>|-\.->)\|"(.)', text)
        assert len(arrows) == 500
        assert {"+", "−", "±"} <= set(arrows)
        assert f"{len(many) - 500} connections are not drawn" in text


class TestCsv:
    @PACKS
    def test_every_record_has_the_width_of_the_head(self, pack: Pack) -> None:
        records = list(csv.reader(io.StringIO(written("csv", pack), newline="")))
        assert records[0][0] == "record"
        assert {len(record) for record in records} == {7}
        assert Counter(record[0] for record in records)["pair"] == len(pack.rows.pairs)

    def test_no_cell_is_a_formula(self) -> None:
        records = list(csv.reader(io.StringIO(written("csv", ATTACK), newline="")))
        cells = [cell for record in records for cell in record]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]

    def test_a_pair_is_one_record(self) -> None:
        records = list(csv.DictReader(io.StringIO(written("csv", SMALL), newline="")))
        (pair,) = [r for r in records if (r["from"], r["to"]) == ("shop/web", "data/db")]
        assert pair == {
            "record": "pair",
            "from": "shop/web",
            "to": "data/db",
            "verdict": "allowed",
            "ports now": "TCP 5432-5433",
            "change": "changed",
            "ports before": "TCP 5432",
        }


class TestJson:
    @PACKS
    def test_pairs_name_peers_that_are_there(self, pack: Pack) -> None:
        answer = json.loads(written("json", pack))
        peers = {peer["id"] for peer in answer["peers"]}
        assert {end for pair in answer["pairs"] for end in (pair["src"], pair["dst"])} <= peers
        assert len(peers) == len(pack.rows.peers)

    def test_names_are_as_in_the_input(self) -> None:
        answer = json.loads(written("json", ATTACK))
        assert tuple(answer["scenario"]["off"]) == HOSTILE
        assert answer["title"] == ATTACK.context.title

    def test_a_pair_has_its_connections_now_and_before(self) -> None:
        answer = json.loads(written("json", SMALL))
        found = {(pair["src"], pair["dst"]): pair for pair in answer["pairs"]}
        assert found["shop/web", "data/db"] == {
            "src": "shop/web",
            "dst": "data/db",
            "verdict": "allowed",
            "change": "changed",
            "allowed": {"allow": [{"protocol": "TCP", "ports": [[5432, 5433]]}]},
            "unknown": None,
            "before": {"allowed": {"allow": [{"protocol": "TCP", "ports": [[5432, 5432]]}]}, "unknown": None},
        }
        murky = found["shop/web", "data/murky"]
        assert (murky["verdict"], murky["allowed"], murky["unknown"]) == ("unknown", None, {"all": True})
        assert (answer["exact"], answer["complete"], answer["date"]) == (False, True, CALM.date)


class TestSummary:
    @PACKS
    def test_a_parser_of_markdown_finds_no_link_image_or_html_of_the_input(self, pack: Pack) -> None:
        tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).enable("table").parse(written("md", pack))
        inline = [child for token in tokens for child in (token.children or [])]
        assert not [t for t in inline if t.type in ("link_open", "image", "html_inline", "code_inline")]
        html = [token.content for token in tokens if token.type == "html_block"]
        ours = r"(<details><summary>([A-Za-z]+ \(\d+\)|\d+ more [a-z ]+)</summary>|</details>)\n?"
        assert not [block for block in html if not re.fullmatch(ours, block)]

    @PACKS
    def test_every_row_of_a_table_has_the_cells_of_its_head(self, pack: Pack) -> None:
        tokens = MarkdownIt("commonmark").enable("table").parse(written("md", pack))
        rows = [i for i, token in enumerate(tokens) if token.type == "tr_open"]
        widths = []
        for i in rows:
            end = next(j for j in range(i, len(tokens)) if tokens[j].type == "tr_close")
            widths.append(sum(token.type in ("td_open", "th_open") for token in tokens[i:end]))
        assert set(widths) <= {4, 5}

    def test_nobody_is_called_and_no_address_stands_alone(self) -> None:
        text = written("md", ATTACK)
        assert not re.search(r"@\w|#\d|://|www\.", text)

    def test_it_says_what_changes_and_what_cannot_be_decided(self) -> None:
        text = written("md", SMALL)
        assert "| ± changed | shop/web | data/db | TCP 5432 | TCP 5432-5433 |" in text
        assert "| − removed | shop/job | data/db | TCP 5432 | nothing |" in text
        assert "| shop/web | data/murky | unknown | unknown: any port |" in text
        assert "- Off (1): NetworkPolicy/shop/web" in text

    def test_more_than_a_hundred_rows_are_folded_away(self) -> None:
        changed = next(pair for pair in SMALL.rows.pairs if pair.change == "changed")
        many = replace(SMALL, rows=replace(SMALL.rows, pairs=(changed,) * 250))
        text = written("md", many)
        head, _, folded = text.partition("<details><summary>150 more changed pairs</summary>")
        assert head.count("± changed") == 100
        assert folded.partition("</details>")[0].count("± changed") == 150

    def test_it_fits_into_a_comment_and_says_what_it_leaves_out(self) -> None:
        changed, unknown = (next(p for p in SMALL.rows.pairs if p.change == word) for word in ("changed", "same"))
        pairs = (changed,) * 5000 + (replace(unknown, verdict="unknown"),) * 5000
        text = written("md", replace(SMALL, rows=replace(SMALL.rows, pairs=pairs)))
        assert len(text) < 65_536
        listed = text.count("± changed")
        assert 100 < listed < 5000
        assert f"{5000 - listed} more changed pairs are in the JSON and CSV files." in text

    def test_without_a_what_if_it_lists_every_pair(self) -> None:
        text = written("md", small_pack(replace(CALM, off=())))
        assert "What changes" not in text
        assert "## Allowed and undecided pairs" in text


class TestZip:
    def test_the_same_files_give_the_same_bytes(self) -> None:
        assert zipped(SMALL.files(WRITTEN)) == zipped(SMALL.files(WRITTEN))

    def test_it_holds_every_file_as_it_is(self) -> None:
        files = SMALL.files(WRITTEN)
        with zipfile.ZipFile(io.BytesIO(zipped(files))) as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == {f.name: f.data for f in files}
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def _plain(text: str) -> str:
    """The text without what its format wraps words with."""
    text = re.sub(r"#(\d+);", lambda m: chr(int(m.group(1))), text)
    return re.sub(r"\s+", " ", text.replace("\\", "").replace("\u200b", ""))


def _decided(picture: Picture) -> Picture:
    """The picture without what is undecided."""
    return replace(picture, edges=tuple(edge for edge in picture.edges if edge.certain))
