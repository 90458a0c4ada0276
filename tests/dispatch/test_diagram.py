from pathlib import Path

from dispatch.diagram import mermaid, page
from dispatch.transitions import TRANSITIONS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_in_the_docs_is_that_of_the_table():
    assert (DOCS / "life.md").read_text(encoding="utf-8") == page(), "run `make diagram`"


def test_every_move_is_drawn():
    drawn = mermaid()
    for (state, action), move in TRANSITIONS.items():
        assert (f"    {state} --> {move.to} : {action} (" in drawn) == (state != move.to)
