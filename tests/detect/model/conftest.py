from pathlib import Path

import pytest

import detect.model.offline  # noqa: F401 - before Ultralytics

# isort: split
from ultralytics import YOLO


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that have learnt nothing, under the name of published ones."""
    file = tmp_path_factory.mktemp("weights") / "yolo26n.pt"
    YOLO("yolo26n.yaml").save(file)
    return file
