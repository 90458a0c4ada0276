from pathlib import Path

import pytest

from detect.model.detector import Detector
from detect.model.yolo import load_detector
from tests.detect.fakes import Remembering


@pytest.fixture(scope="session")
def detector(weights: Path) -> Detector:
    return load_detector(str(weights))


@pytest.fixture(scope="session")
def remembering(detector: Detector) -> Detector:
    return Remembering(detector)
