from dashboard.openapi import document
from tests.conftest import ROOT


def test_the_front_end_is_built_from_the_api_as_it_is() -> None:
    committed = (ROOT / "dashboard" / "web" / "openapi.json").read_text(encoding="utf-8")
    assert committed == document(), "run `make openapi` and mend what the front end no longer fits"
