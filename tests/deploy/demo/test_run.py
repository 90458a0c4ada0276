from pathlib import Path

import psycopg
import pytest

from deploy.demo.run import Wish, run
from deploy.launch import only_one
from deploy.settings import Settings, UsageError
from tests.deploy.test_cli import yihu

WISH = Wish(7, 1, "day", "clear", headless=True, lasting=1, as_json=True)


def test_the_cast_is_kept_off_the_folder_of_a_real_site(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(UsageError, match="another site's data"):
        run(Settings(data=tmp_path), WISH)
    assert not (tmp_path / "site.yaml").exists()


def test_the_cast_is_kept_off_the_database_of_a_real_site(
    database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', '', '', 'null')")
    with pytest.raises(UsageError, match="holds tooley"):
        run(Settings(data=tmp_path, database_url=database), WISH)


def test_a_second_demo_is_refused_before_it_writes_over_the_first(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(UsageError, match="another yihu runs"):
        run(Settings(data=tmp_path), WISH)
    assert [file.name for file in tmp_path.iterdir()] == ["up.lock"]


@pytest.mark.parametrize(
    "wrong", [["--cameras", "0"], ["--light", "noon"], ["--for", "0"], ["--for", "inf"], ["--seed", "-1"]]
)
def test_what_cannot_be_is_refused_by_name(wrong: list[str]) -> None:
    refused = yihu("demo", *wrong)
    assert refused.returncode == 2
    assert wrong[0] in refused.stderr
