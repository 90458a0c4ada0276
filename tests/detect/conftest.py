from pathlib import Path

import pytest

from detect.detector import Detector
from detect.yolo import load_detector


@pytest.fixture(scope="session")
def detector(weights: Path) -> Detector:
    return load_detector(str(weights))
