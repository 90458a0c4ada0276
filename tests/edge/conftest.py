"""What tests of the edge share."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import need


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 that vouches for itself, and its key, in one file."""
    program = shutil.which("openssl")
    need(program, "openssl")
    file = tmp_path_factory.mktemp("certificate") / "both.pem"
    about = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "-", "-out", "-"]
    made = subprocess.run([str(program), "req", *kind, *about], capture_output=True, check=True)
    file.write_bytes(made.stdout)
    return file
