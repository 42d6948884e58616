from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import report
from bench.figures import Figures
from bench.pages import count_elements
from bench.plots import Axis, draw


def test_a_row_shows_the_median_of_the_rounds_beside_the_one_before() -> None:
    now, before = Figures(), Figures()
    before.add("import.seconds", 7.06)
    for seconds in (2.5, 1.5, 1.75):
        now.add("import.seconds", seconds)
    assert report.tables(now, before).splitlines()[-1] == "| import of 10,000 notes | s | 7.06 | 1.75 | <= 2 |"


def test_figures_survive_a_file_and_keep_what_was_not_measured_again(tmp_path: Path) -> None:
    first, second = Figures(), Figures()
    first.add("a", 1)
    first.add("b", 2)
    first.save(tmp_path / "figures.json")
    second.add("b", 3)
    second.save(tmp_path / "figures.json")
    kept = Figures.load(tmp_path / "figures.json")
    assert (kept.median("a"), kept.median("b"), kept.median("c")) == (1, 3, None)


def test_only_the_generated_part_of_the_page_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"above\n{report.BEGIN}\nold\n{report.END}\nbelow\n")
    report.replace_generated(page, "new")
    assert page.read_text() == f"above\n{report.BEGIN}\n\nnew\n\n{report.END}\nbelow\n"


def test_an_axis_runs_from_one_power_of_ten_to_another() -> None:
    axis = Axis.fit([150, 5000], 0, 200)
    assert (axis.low, axis.high, axis.at(1000), axis.ticks()) == (100, 10_000, 100, [100, 1000, 10_000])


def test_a_plot_is_well_formed_and_names_its_curves(tmp_path: Path) -> None:
    draw(tmp_path / "plot.svg", "Cost", "items", "ms", {"a & b": [(100, 1), (1000, 4)], "nothing": [(1, 0)]})
    texts = [one.text for one in ElementTree.parse(tmp_path / "plot.svg").iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["Cost", "ms", "items", "100", "1,000", "1", "10", "a & b"]


@pytest.mark.parametrize(("html", "elements"), [("", 0), ("<p>a<br>b</p><img src='x'/>", 3)])
def test_elements_are_counted(html: str, elements: int) -> None:
    assert count_elements(html) == elements
