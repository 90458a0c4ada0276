"""What puts an agent on a small box: the extra, the installer, the unit, the broker's access list."""

import contextlib
import importlib.metadata
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from deploy.embedded import LOOPBACK, _mosquitto_hash, free_port, wait_for_port
from edge.messages import Status, encode_json
from edge.topics import Topic
from tests.conftest import PASSWORD, ROOT, need
from tests.edge.links import linked, listening
from tests.waiting import wait_for

FOLDER = ROOT / "deploy" / "edge"
HEAVY = {"torch", "ultralytics", "ultralytics-opencv-headless", "openvino", "psycopg", "psycopg-binary", "fastapi"}
NAME = re.compile(r"[A-Za-z0-9._-]+")
INTO = re.compile(r"extra\s*==")
# in place of a Python with pip: its environments have our own, and what pip would fetch is here already
PYTHON = f"""#!/bin/sh
case "$1 $2" in
"-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
"-m pip")
    echo "$@" >>"$(dirname "$0")/pip.log"
    printf '#!/bin/sh\\ncd {ROOT} && exec {sys.executable} -m deploy.cli "$@"\\n' >"$(dirname "$0")/yihu"
    chmod +x "$(dirname "$0")/yihu"
    ;;
*) exec {sys.executable} "$@" ;;
esac
"""


def required(extra: str) -> set[str]:
    """The distributions that `pip install 'yihu[EXTRA]'` brings on a machine such as this one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    waiting, found = [*project["dependencies"], *project["optional-dependencies"][extra]], set[str]()
    while waiting:
        name = NAME.match(waiting.pop())
        assert name
        if name[0].lower() not in found:
            found.add(name[0].lower())
            with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # it is for another system
                needs = importlib.metadata.requires(name[0]) or []
                waiting += [need for need in needs if not INTO.search(need)]
    return found


def test_an_agent_needs_neither_torch_nor_a_database() -> None:
    assert "opencv-python-headless" in required("edge")
    assert not HEAVY & required("edge")
    assert HEAVY & required("detect")  # the walk finds what is there


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """The installer below a folder of this test's own; it returns what was said."""
    python = tmp_path / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        given = ["--root", str(tmp_path / "root"), "--python", str(python), *words]
        command = ["sh", str(FOLDER / "install.sh"), *given]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    return run


def files(root: Path) -> set[str]:
    return {str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()}


def test_it_is_installed_again_and_taken_away_but_for_what_is_the_box_s_own(install, tmp_path: Path) -> None:
    root = tmp_path / "root"
    for _ in range(2):
        assert "yihu edge enrol URL TOKEN" in install("--package", "yihu==0.1.0", "--index", "http://index").stdout
    pip = (root / "opt/yihu/bin/pip.log").read_text().splitlines()
    assert (
        pip
        == ["-m pip install --disable-pip-version-check --quiet --index-url http://index --upgrade yihu==0.1.0[edge]"]
        * 2
    )
    assert {"etc/systemd/system/yihu-edge.service", "usr/local/bin/yihu"} <= files(root)
    assert stat.S_IMODE((root / "var/lib/yihu").stat().st_mode) == 0o700
    (root / "var/lib/yihu/edge.toml").write_text("")
    assert install("--uninstall").returncode == 0
    assert files(root) == {"var/lib/yihu/edge.toml"}
    assert install("--uninstall", "--purge").returncode == 0
    assert not (root / "var/lib/yihu").exists()


def test_a_wheel_is_put_in_place_of_one_of_the_same_version(install, tmp_path: Path) -> None:
    wheel = tmp_path / "yihu-0.1.0-py3-none-any.whl"
    wheel.touch()
    assert install("--package", str(wheel)).returncode == 0
    first, second = (tmp_path / "root/opt/yihu/bin/pip.log").read_text().splitlines()
    assert first.endswith(f"--upgrade {wheel}[edge]")
    assert second.endswith(f"--force-reinstall --no-deps {wheel}")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("https://centre.example",), "a token is needed: make one at https://centre.example/install"),
        (("--fast",), "there is no option --fast"),
        (("--package",), "--package wants a value"),
        (("a", "b", "c"), "c is one too many"),
        (("https://127.0.0.1:1", "token"), "cannot be reached"),
    ],
)
def test_what_is_wrong_is_told(install, words: tuple[str, ...], told: str) -> None:
    refused = install(*words)
    assert refused.returncode != 0
    assert told in refused.stderr


def test_the_scripts_are_clean() -> None:
    checker = Path(sys.executable).with_name("shellcheck")
    subprocess.run([str(checker), str(FOLDER / "install.sh"), str(FOLDER / "yihu")], check=True)


def test_the_unit_is_one(tmp_path: Path) -> None:
    need(shutil.which("systemd-analyze"), "systemd")
    text = (FOLDER / "yihu-edge.service").read_text().replace("/opt/yihu/bin/yihu", "/bin/true")
    unit = tmp_path / "yihu-edge.service"
    unit.write_text(text)
    said = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """The address, for a user, of a broker with the access list that we ship."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    need(program, "mosquitto")
    port, users, rights = free_port(), tmp_path / "users", tmp_path / "rights"
    users.write_text("".join(f"{user}:{_mosquitto_hash(PASSWORD)}\n" for user in ("centre", "street")))
    rights.write_text((FOLDER / "mosquitto.acl").read_text())
    for file in (users, rights):
        file.chmod(0o600)
    config = tmp_path / "mosquitto.conf"
    config.write_text(
        f"listener {port} {LOOPBACK}\nuser root\nallow_anonymous false\npassword_file {users}\nacl_file {rights}\n"
    )
    with subprocess.Popen([str(program), "-c", str(config)]) as process:
        assert wait_for_port(port, within_s=15)
        yield lambda user: f"mqtt://{user}:{PASSWORD}@{LOOPBACK}:{port}"
        process.kill()


def test_the_street_says_how_it_is_and_never_what_a_camera_is(guarded: Callable[[str], str]) -> None:
    config, status = (str(Topic("tooley", "cam-1", stream)) for stream in ("config", "status"))
    with (
        listening(guarded("centre"), "yihu/v1/#", name="centre") as heard,
        listening(guarded("street"), config, name="box") as told,
        linked(guarded("street"), "thief") as thief,
        linked(guarded("centre"), "ingest") as ingest,
    ):
        thief.publish(config, b"{}", retain=True)
        thief.publish(status, encode_json(Status("online", UUID(int=1), 1.0)))
        wait_for(lambda: [one.topic for one in heard] == [status])
        ingest.publish(config, b'{"camera": "0"}', retain=True)
        wait_for(lambda: [one.payload for one in told] == [b'{"camera": "0"}'])
