"""New models: fetched by name or taken from a file, exported for this machine, checked by running once."""

import importlib.util
import re
import shutil
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import torch
import yaml

import detect.model.offline  # noqa: F401 - before Ultralytics
from detect.model.catalogue import CARD, Card, ModelError, copy_in, digest, read_card
from detect.model.yolo import BATCH, SIZE, open_detector, reason

# isort: split
from ultralytics import YOLO
from ultralytics.utils.downloads import GITHUB_ASSETS_STEMS, safe_download

RELEASE = "https://github.com/ultralytics/assets/releases/download/v8.4.0"
SMALLEST = 100_000  # bytes: what is less is an error page
OTHER_TASKS = re.compile(r"-(seg|sem|pose|cls|obb|depth|reid)\b|sam|clip", re.IGNORECASE)  # in published names
LIBRARIES = ("ultralytics-opencv-headless", "torch", "openvino")

Maker = Callable[[Path], Card]


class Sample(NamedTuple):
    """Pictures like those to come: the share of a `data.yaml`'s training pictures that the export looks at."""

    data: Path
    share: float


def from_file(source: Path, name: str) -> Maker:
    """What makes the model from a `.pt`, from a folder that `yihu train` wrote, or from any export that runs here."""
    if not source.exists():
        raise ModelError(f"{source} is not there")
    return lambda folder: _make(source, name, folder, str(source.absolute()))


def by_name(published: str, name: str, release: str = RELEASE) -> Maker:
    """What makes the model from weights that Ultralytics publishes; `release` is the address where they lie."""
    if published not in GITHUB_ASSETS_STEMS:
        raise ModelError(f"{published}: neither a file here nor a model that Ultralytics publishes, such as yolo26n")
    if OTHER_TASKS.search(published):
        raise ModelError(f"{published} is a model for something else: one that detects is needed, such as yolo26n")
    return lambda folder: _make(_fetch(published, release, folder), name, folder, f"{release}/{published}.pt")


def _fetch(name: str, release: str, folder: Path) -> Path:
    try:
        return Path(safe_download(f"{release}/{name}.pt", dir=folder, min_bytes=SMALLEST, retry=1, unzip=False))
    except OSError as error:
        answer = getattr(error.__cause__, "response", None)
        why = f"the server says {answer.status_code}" if answer is not None else "there is no connection"
        raise ModelError(
            f"{release}/{name}.pt cannot be fetched: {why}. Download it elsewhere, bring the file to this machine"
            f" and run `yihu model add {name}.pt` with the same options"
        ) from error


def _make(source: Path, name: str, folder: Path, whence: str) -> Card:
    if (source / CARD).is_file():
        return _copy(source, name, folder)
    if source.suffix != ".pt":
        card = card_of(name, source, whence)
        copy_in(source, folder)
        return card
    file = folder / f"{name}.pt"
    shutil.move(source, file) if source.parent == folder else shutil.copyfile(source, file)
    return card_of(name, export(file, called=whence), whence)


def _copy(source: Path, name: str, folder: Path) -> Card:
    """A model that has a card already; raise ModelError when its weights are not those of the card."""
    card = read_card(source)
    if digest(source / card.weights) != card.hash:
        raise ModelError(f"{source} is damaged: its weights are not those of its {CARD}; copy it anew")
    shutil.copytree(source, folder, dirs_exist_ok=True)
    return msgspec.structs.replace(card, name=name)


def card_of(name: str, weights: Path, whence: str) -> Card:
    """The card of weights that run on this machine; raise ModelError for those that do not."""
    detector = open_detector(weights)
    return Card(
        name=name,
        weights=weights.name,
        hash=digest(weights),
        classes=detector.classes,
        size=detector.size,
        source=whence,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions={library: version(library) for library in LIBRARIES},
    )


def export(
    file: Path, size: tuple[int, int] | None = None, sample: Sample | None = None, called: str | None = None
) -> Path:
    """Export a `.pt` beside itself; without a size it takes pictures of any shape at their own.

    To TensorRT in half precision where there is an NVIDIA GPU with it, else to OpenVINO: in eight bits when there is a
    `sample` to see from how large each layer's values get, else in half precision. Raise ModelError, by the name
    that the file is `called`, if it has another.
    """
    try:
        model = YOLO(str(file))
        if model.task == "detect":
            return _settled(Path(_export(model, size, sample)))
    except Exception as error:  # whatever is no model fails in its own way
        raise ModelError(f"{called or file} cannot be exported: {reason(error, file)}") from error
    raise ModelError(f"{called or file} is a model to {model.task}: one that detects is needed")


def _export(model: Any, size: tuple[int, int] | None, sample: Sample | None) -> Any:
    precision: dict[str, Any] = {"quantize": 16}
    if sample:
        precision = {"quantize": 8, "data": str(sample.data), "split": "train", "fraction": sample.share}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's tracing is deprecated, and Ultralytics' way
        if torch.cuda.is_available() and importlib.util.find_spec("tensorrt"):
            shapes: dict[str, Any] = {"imgsz": size or SIZE, "dynamic": size is None, "batch": 1 if size else BATCH}
            return model.export(format="engine", quantize=16, verbose=False, **shapes)
        return model.export(
            format="openvino", imgsz=size or SIZE, dynamic=size is None, device="cpu", verbose=False, **precision
        )


def _settled(weights: Path) -> Path:
    """Take out of an export when it was made and where its pictures lay: the same weights are to have the same hash."""
    file = weights / "metadata.yaml"
    if file.is_file():  # TensorRT's is within, and no two engines are alike anyway
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
        told.pop("date")
        told["args"].pop("data", None)
        file.write_text(yaml.safe_dump(told, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return weights
