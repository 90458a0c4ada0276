"""YOLO in OpenVINO's own hands: a picture on each core at once, without what Ultralytics does around each.

Shrinking, padding and non-maximum suppression are as Ultralytics' predictor has them, so that both see the same.
"""

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import openvino as ov
import yaml
from numpy.typing import NDArray
from openvino.preprocess import ColorFormat, PrePostProcessor

from detect.model.catalogue import digest
from detect.model.detector import Detection, Image
from detect.model.refit import Size, refit

GREY = (114, 114, 114)  # what stands around a picture that has another shape than the model
OVERLAP = 0.7  # intersection over union from which two boxes of a class are one
MOST = 300  # things in a picture
METADATA = "metadata.yaml"  # beside the model, as Ultralytics exports it
WORTH = 0.7  # of its own size that a picture may take up to be worth another
SIZES = 5  # of one model in memory, its own among them: districts have cameras of a few shapes
STRIDE = 32  # pixels that a side is a multiple of, where a model takes any

Rows = NDArray[np.float32]  # one thing each: left, top, right, bottom in the model's pixels, score, class


class OpenVinoDetector:
    """An export of YOLO to OpenVINO that finds boxes, of one size or any; several threads at once may call it.

    Where it is of one size, it is fitted to the shapes of the pictures that come.

    `size` is what the longer side of a picture is brought to where the model takes any. Its errors are OpenVINO's own.
    """

    def __init__(self, folder: Path, size: int, floor: float) -> None:
        self._names: dict[int, str] = yaml.safe_load((folder / METADATA).read_text(encoding="utf-8"))["names"]
        self._longer, self._floor = size, floor
        self.model = {"name": folder.name, "hash": digest(folder)}
        self._model = ov.Core().read_model(next(folder.glob("*.xml")))
        self.size = _static_size(self._model)
        self._compiled = {self.size: _compile(self._model)}
        self._unfit: set[Size] = set()
        self._fitting, self._own = threading.Lock(), threading.local()
        self.detect([np.zeros((size, size, 3), np.uint8)])  # whatever is wrong with it shows now

    @property
    def classes(self) -> list[str]:
        return list(self._names.values())

    def detect(self, images: Sequence[Image]) -> list[list[Detection]]:
        return [self._detect(image) for image in images]

    def _detect(self, image: Image) -> list[Detection]:
        fitted, scale, left, top = fit(image, self._size_for(image), self._longer)
        rows = things(self.infer(fitted), self._floor)
        height, width = image.shape[:2]
        boxes = (rows[:, :4] - (left, top, left, top)) / (scale * np.array((width, height, width, height)))
        parts = np.clip(boxes, 0.0, 1.0).tolist(), rows[:, 4].tolist(), rows[:, 5].tolist()
        return [Detection(self._names[int(label)], tuple(box), score) for box, score, label in zip(*parts, strict=True)]

    def _size_for(self, image: Image) -> Size | None:
        """The least that holds the picture as large as the model would see it; its own where it cannot be refitted."""
        if self.size is None:
            return None
        width, height = _inner(image, _scale(image, self.size))
        snug = height + -height % STRIDE, width + -width % STRIDE
        spares = snug[0] * snug[1] <= WORTH * self.size[0] * self.size[1]
        return snug if spares and (snug in self._compiled or self._refit(snug)) else self.size

    def _refit(self, size: Size) -> bool:
        """Whether there is a model of that size now."""
        with self._fitting:
            if size not in self._compiled and size not in self._unfit and len(self._compiled) < SIZES:
                model = refit(self._model, size)
                if model:
                    self._compiled[size] = _compile(model)
                else:
                    self._unfit.add(size)
            return size in self._compiled

    def infer(self, fitted: Image) -> NDArray[np.float32]:
        """What the model says of a picture that fits it; good until the same thread asks again."""
        request = self._request(None if self.size is None else (fitted.shape[0], fitted.shape[1]))
        (output,) = request.infer([fitted[None]], share_inputs=True, share_outputs=True).values()
        found: NDArray[np.float32] = output[0]
        return found

    def _request(self, size: Size | None) -> ov.InferRequest:
        """This thread's own."""
        requests = self._own.__dict__.setdefault("requests", {})
        if size not in requests:
            requests[size] = self._compiled[size].create_infer_request()
        request: ov.InferRequest = requests[size]
        return request


def _compile(model: ov.Model) -> ov.CompiledModel:
    cores = len(os.sched_getaffinity(0))
    config = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_NUM_THREADS": cores, "NUM_STREAMS": cores}
    return ov.Core().compile_model(_taking_pictures(model.clone()), "CPU", config)


def is_ours(path: Path) -> bool:
    """Whether a model is one for this module.

    What takes pictures of any size in eight bits is left to Ultralytics, which knows the processors that it crashes.
    """
    if not (path / METADATA).is_file() or len(files := [*path.glob("*.xml")]) != 1:
        return False
    model = ov.Core().read_model(files[0])
    quantised = any(operation.get_type_name() == "FakeQuantize" for operation in model.get_ops())
    return len(model.outputs) == 1 and not (model.input().partial_shape.is_dynamic and quantised)


def _static_size(model: ov.Model) -> Size | None:
    """Height and width that every picture is fitted to; None where it takes any."""
    shape = model.input().partial_shape
    return None if shape.is_dynamic else (shape[2].get_length(), shape[3].get_length())


def _taking_pictures(model: ov.Model) -> ov.Model:
    """The model, which it changes, with pictures as OpenCV has them for its input: bytes, row by row, blue first."""
    prepared = PrePostProcessor(model)
    given = prepared.input()
    given.tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC")).set_color_format(ColorFormat.BGR)
    given.preprocess().convert_element_type(ov.Type.f32).convert_color(ColorFormat.RGB).scale(255.0)
    given.model().set_layout(ov.Layout("NCHW"))
    return prepared.build()


def fit(image: Image, shape: Size | None, size: int) -> tuple[Image, float, int, int]:
    """The picture, scaled and padded to (height, width), or to as little as the stride allows where that is None.

    Also by what scale, and how far from the left and the top it lies.
    """
    height, width = image.shape[:2]
    scale = _scale(image, shape) if shape else size / max(height, width)
    inner = _inner(image, scale)
    free_x, free_y = (shape[1] - inner[0], shape[0] - inner[1]) if shape else (-inner[0] % STRIDE, -inner[1] % STRIDE)
    left, top = round(free_x / 2 - 0.1), round(free_y / 2 - 0.1)
    if inner != (width, height):
        image = cv2.resize(image, inner, interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment]  # uint8 stays uint8
    padded = cv2.copyMakeBorder(image, top, free_y - top, left, free_x - left, cv2.BORDER_CONSTANT, value=GREY)
    return padded, scale, left, top  # type: ignore[return-value]  # as above


def _scale(image: Image, size: Size) -> float:
    height, width = image.shape[:2]
    return float(min(size[0] / height, size[1] / width))


def _inner(image: Image, scale: float) -> tuple[int, int]:
    """Width and height of the scaled picture, of which a strip a pixel high leaves something, too."""
    return max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))


def things(output: NDArray[np.float32], floor: float) -> Rows:
    """What a model says of a picture, one row for each thing: of rows (YOLO26), or of a column for each place."""
    if output.shape[1] == 6:  # noqa: PLR2004 - box, score, class: suppressed already
        return output[output[:, 4] > floor]
    boxes, scores = output[:4], output[4:]
    best = scores.max(axis=0)
    likely = np.flatnonzero(best > floor)
    labels = scores[:, likely].argmax(axis=0)
    x, y, width, height = boxes[:, likely]
    corners = np.stack([x - width / 2, y - height / 2, width, height], axis=1)
    kept = cv2.dnn.NMSBoxesBatched(corners, best[likely], labels, floor, OVERLAP)[:MOST]  # type: ignore[arg-type]  # arrays do as well
    rows: Rows = np.column_stack([corners, best[likely], labels])[np.asarray(kept, int).ravel()]
    rows[:, 2:4] += rows[:, :2]
    return rows
