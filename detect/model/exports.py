"""A model as this machine runs it fastest: a `.pt` is exported at its first use, and the export kept by its hash."""

import importlib.util
import logging
import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import torch

from detect.model.catalogue import CARD, Card, Models, digest

log = logging.getLogger(__name__)


class Backend(NamedTuple):
    """What runs models here; an export of it is good for what `name` names, and its file or folder ends in `suffix`."""

    name: str
    suffix: str


def backend() -> Backend:
    """TensorRT where there is an NVIDIA GPU with it, whose engines fit its version and that GPU only; else OpenVINO."""
    if torch.cuda.is_available() and importlib.util.find_spec("tensorrt"):
        made_for = f"{version('tensorrt')}-{torch.cuda.get_device_name()}"
        return Backend(f"trt-{re.sub('[^a-z0-9]+', '-', made_for.lower())[:18]}", ".engine")
    return Backend("openvino", "_openvino_model")


class Exports:
    """Keeps exports in `folder`, which may be emptied at any time."""

    def __init__(self, folder: Path, runs_on: Backend | None = None) -> None:
        self._kept = Models(folder)
        self._backend = runs_on or backend()

    def fit(self, weights: Path) -> Path:
        """The weights themselves, or an export for this machine of the `.pt` that they are or were made from."""
        source = self._source(weights)
        if source is None:
            return weights
        name = f"{digest(source)}-{self._backend.name}".strip("-")
        try:
            if not (self._kept.folder / name).is_dir():
                log.info("exporting %s for this machine, once", source)
                self._kept.put(name, lambda folder: _export(source, name, folder))
            return self._kept.named(name)
        except (RuntimeError, OSError) as error:  # what cannot be exported may run all the same
            log.warning("%s: %s runs as it is, and slower", error, weights)
            return weights

    def _source(self, weights: Path) -> Path | None:
        if weights.suffix == ".pt":
            return weights if weights.is_file() else None
        if weights.name.endswith(self._backend.suffix) or not (weights.parent / CARD).is_file():
            return None  # fits, or somebody chose this very export
        return next(iter(weights.parent.glob("*.pt")), None)


def _export(source: Path, name: str, folder: Path) -> Card:
    """In a process of its own: what it takes of memory goes with it."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(_make, source, name, folder).result()


def _make(source: Path, name: str, folder: Path) -> Card:
    from detect.model.acquire import from_file  # noqa: PLC0415 - all of Ultralytics, where something is exported

    return from_file(source, name)(folder)
