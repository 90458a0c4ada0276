"""Trains a detector: pictures, Ultralytics' training, the export for this machine, and what that export scores.

Everything lies under one folder: `data/`, `fit/` (checkpoints), `model/` (what is shipped or added). The same arguments
on the same processor give the same weights and, exported to OpenVINO, the same hash.
"""

import importlib.util
import json
import math
import os
import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import msgspec
import torch

from detect.model.offline import THREADS_ASKED  # before Ultralytics

# isort: split
from detect.model.acquire import Sample, card_of, export
from detect.model.catalogue import SHIPPED, Accuracy, Card, ModelError, Training, digest, read_card, shipped, write_card
from detect.model.yolo import load_names
from detect.training.dataset import places, plan, render, renderer
from detect.training.labelled import gather

# isort: split
import ultralytics.data.utils
import ultralytics.utils.torch_utils
from ultralytics import YOLO, settings
from ultralytics.models.yolo.detect import DetectionTrainer

# all cores, unless told otherwise: where others compute too, threads that wait for each other crawl;
# Ultralytics leaves one idle, half of a small machine, and says so anew before each validation
THREADS = int(THREADS_ASKED or os.cpu_count() or 1)
ultralytics.utils.torch_utils.NUM_THREADS = THREADS
ultralytics.data.utils.check_font = lambda _font: None  # asks the network for a font, offline or not; we plot nothing

FROM_SCRATCH = "yolo26n.yaml"
STRIDE = 32
SAMPLE = 400  # of the pictures trained on, by which the export gets its shape and is fitted into eight bits
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What is trained on what. Seeds are of simulated places; `labelled` is a folder of real pictures instead."""

    out: Path
    name: str
    train_seeds: range
    held_out_seeds: range
    pictures: int
    held_out_pictures: int
    epochs: int
    size: int
    batch: int
    base: str
    labelled: Path | None
    command: str

    @property
    def identity(self) -> dict[str, Any]:
        """What must be the same for an interrupted training to go on."""
        given = {key: str(value) for key, value in asdict(self).items() if key not in {"out", "command"}}
        return given | ({} if self.labelled else {"renderer": renderer()})

    @property
    def seeds(self) -> dict[str, str]:
        """Of the places that the pictures show, A:B: no more than so many pictures need."""
        shown = {
            "train": places(self.train_seeds, self.pictures),
            "val": places(self.held_out_seeds, self.held_out_pictures),
        }
        return {part: f"{seeds.start}:{seeds.stop}" for part, seeds in shown.items()}


class Trainer(DetectionTrainer):  # type: ignore[misc]  # untyped
    """Ultralytics' trainer, three times as fast on a CPU that multiplies bfloat16 in hardware (AMX, AVX-512)."""

    model: torch.nn.Module

    def _setup_train(self) -> None:
        super()._setup_train()
        if self.device.type == "cpu":
            self.amp = torch.ops.mkldnn._is_mkldnn_bf16_supported()  # noqa: SLF001 - torch names no other way
            self.model = self.model.to(memory_format=torch.channels_last)
            # a tenth of the time, and only for finding bugs in torch
            torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # a property

    def preprocess_batch(self, batch: dict[str, Any]) -> dict[str, Any]:
        batch = super().preprocess_batch(batch)
        batch["img"] = batch["img"].contiguous(memory_format=torch.channels_last)
        return batch


def train(job: Plan, resume: bool, say: Say) -> Path:
    """The finished model's folder. Raise ModelError."""
    _check(job, resume)
    labelled = _labelled(job, job.labelled) if job.labelled else None  # wrong labels are told before a plan is left
    _remember(job)
    data = labelled or _rendered(job, say)
    return finish(job, data, _fit(job, data, say), say)


def finish(job: Plan, data: Path, best: Path, say: Say) -> Path:
    """Export the best checkpoint, measure the export and write its card; give the model's folder."""
    say("exporting")
    folder = job.out / "model"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    file = folder / f"{job.name}.pt"
    slim(best, file)
    pictures = sorted((data.parent / "images" / "train").iterdir())
    weights = export(file, export_size(job.size, aspect(pictures)), Sample(data, min(1.0, SAMPLE / len(pictures))))
    say("measuring the exported model on the held-out pictures")
    overall, classes = measure(weights, data)
    card = msgspec.structs.replace(
        card_of(job.name, weights, "yihu train"), training=_training(job, data, overall, classes)
    )
    write_card(folder, card)
    (folder / "CARD.md").write_text(describe(card))
    return folder


def beginning(base: Path | None, labelled: Path | None) -> str:
    """What training starts from: the weights given, the shipped ones for real pictures, else nothing learnt."""
    if base is None and labelled is None:
        return FROM_SCRATCH
    file = base or shipped().parent / f"{read_card(SHIPPED).name}.pt"
    if not file.is_file():
        raise ModelError(f"{file} is not there: give --base weights to begin from (.pt)")
    return str(file.absolute())


def _check(job: Plan, resume: bool) -> None:
    """Raise ModelError when the folder holds another or an interrupted training."""
    if not importlib.util.find_spec("nncf"):  # Ultralytics asks for it at the end, after hours
        raise ModelError("training needs nncf: install it with `pip install 'yihu[train]'`")
    note = _note(job)
    if note.exists():
        if not resume:
            raise ModelError(f"{job.out} holds a training already: --resume it, or choose another --out")
        if json.loads(note.read_text()) != job.identity:
            raise ModelError(
                f"{job.out} holds a training with other arguments, or of another renderer: --resume it with those"
            )


def _remember(job: Plan) -> None:
    """What is trained, so that it can go on after an interruption."""
    job.out.mkdir(parents=True, exist_ok=True)
    _note(job).write_text(json.dumps(job.identity, indent=1))


def _note(job: Plan) -> Path:
    return job.out / "plan.json"


def _labelled(job: Plan, source: Path) -> Path:
    return gather(source, job.out / "data", load_names(job.base) if job.base != FROM_SCRATCH else [])


def _rendered(job: Plan, say: Say) -> Path:
    reels = plan("train", job.train_seeds, job.pictures) + plan("val", job.held_out_seeds, job.held_out_pictures)
    progress = _Paced(say)
    return render(reels, job.out / "data", THREADS, lambda done, of: progress(f"rendered {done} of {of} pictures"))


def _fit(job: Plan, data: Path, say: Say) -> Path:
    """Train, or go on where an earlier call stopped; give the best checkpoint."""
    settings.update({"sync": False})
    last = job.out / "fit" / "weights" / "last.pt"
    if last.exists() and finished(last):
        return last.with_name("best.pt")
    again = {"resume": str(last), "data": str(data), "save_dir": str(job.out.absolute() / "fit")}
    trainer = Trainer(overrides=again if last.exists() else _arguments(job, data))
    _report(trainer, say)
    trainer.train()
    return Path(trainer.best)


def _arguments(job: Plan, data: Path) -> dict[str, Any]:
    simulated = job.labelled is None
    return {
        "model": job.base,
        "data": str(data),
        "epochs": job.epochs,
        "imgsz": job.size,
        "batch": job.batch,
        "nbs": job.batch,  # a step for every batch: there are few pictures, and no need to hold back
        "rect": simulated,  # all pictures have one shape: nothing is spent on grey borders, at the price of mosaic
        "scale": 0.25 if simulated else 0.5,  # the renderer varies what mosaic and scaling would
        "hsv_h": 0.01,
        "hsv_s": 0.4,
        "hsv_v": 0.3,
        "optimizer": "AdamW",
        "lr0": 0.002 if job.base == FROM_SCRATCH else 0.0005,
        "cos_lr": True,
        "warmup_epochs": 2,
        "close_mosaic": max(1, job.epochs // 6),
        "patience": job.epochs,
        "seed": 0,
        "deterministic": True,
        "device": "0" if torch.cuda.is_available() else "cpu",
        "workers": min(8, os.cpu_count() or 1),
        "amp": "bf16" if torch.cuda.is_available() and torch.cuda.is_bf16_supported() else False,
        "plots": False,
        "verbose": False,
        "project": str(job.out.absolute()),
        "name": "fit",
        "exist_ok": True,
    }


def finished(checkpoint: Path) -> bool:
    """Whether a training ended by itself: Ultralytics then takes the optimizer out. Raise ModelError."""
    try:
        return torch.load(checkpoint, map_location="cpu", weights_only=False).get("optimizer") is None
    except Exception as error:  # it was being written when the power went
        raise ModelError(f"{checkpoint} cannot be read: remove {checkpoint.parents[1]} and --resume anew") from error


class _Paced:
    """Says the newest of many things, at most one in five seconds."""

    def __init__(self, say: Say) -> None:
        self._say, self._last = say, 0.0

    def __call__(self, text: str) -> None:
        if time.monotonic() - self._last > 5:  # noqa: PLR2004 - as it says
            self._last = time.monotonic()
            self._say(text)


def _report(trainer: Trainer, say: Say) -> None:
    """Tell of every epoch, and of batches now and then."""
    progress, count = _Paced(say), {"batches": 0}

    def on_batch(now: Trainer) -> None:
        count["batches"] += 1
        progress(f"epoch {now.epoch + 1}/{now.epochs}: {count['batches']} of {len(now.train_loader)} batches")

    def on_epoch(now: Trainer) -> None:
        count["batches"] = 0
        score = f"mAP50 {now.metrics['metrics/mAP50(B)']:.3f}, mAP50-95 {now.metrics['metrics/mAP50-95(B)']:.3f}"
        an_epoch = (time.time() - now.train_time_start) / (now.epoch + 1 - now.start_epoch)
        left = an_epoch * (now.epochs - now.epoch - 1) / 60
        say(f"epoch {now.epoch + 1}/{now.epochs}: {score}; about {left:.0f} min left")

    trainer.add_callback("on_train_batch_end", on_batch)
    trainer.add_callback("on_model_save", on_epoch)


def slim(checkpoint: Path, file: Path) -> None:
    """What fine-tuning needs of a checkpoint, and nothing of the machine that it was made on."""
    whole = torch.load(checkpoint, map_location="cpu", weights_only=False)
    model = (whole.get("ema") or whole["model"]).half()
    torch.save({"model": model, "train_args": {"task": "detect"}, "version": whole["version"]}, file)


def aspect(pictures: Sequence[Path]) -> float:
    """Width by height of the middle one of a sample of them."""
    images = [cv2.imread(str(file)) for file in pictures[:: math.ceil(len(pictures) / SAMPLE)]]
    ratios: list[float] = [image.shape[1] / image.shape[0] for image in images if image is not None]
    return statistics.median_low(ratios)


def export_size(size: int, aspect: float) -> tuple[int, int]:
    """(height, width) with `size` as the longer side, in whole strides: the nearest, since grey borders cost too."""
    shorter = max(1, round(size * min(aspect, 1 / aspect) / STRIDE)) * STRIDE
    return (shorter, size) if aspect >= 1 else (size, shorter)


def measure(weights: Path, data: Path) -> tuple[Accuracy, dict[str, Accuracy]]:
    """Average precision of weights that run, over the held-out pictures: of all classes, and of each that is there."""
    found = YOLO(str(weights), task="detect").val(
        data=str(data),
        split="val",
        plots=False,
        verbose=False,
        workers=0,
        project=str(data.parent.absolute()),  # it makes a folder, wherever it is called
        name="measured",
        exist_ok=True,
    )
    box, counts = found.box, found.nt_per_class
    classes = {
        found.names[label]: Accuracy(round(float(box.ap50[row]), 4), round(float(box.ap[row]), 4), int(counts[label]))
        for row, label in enumerate(found.ap_class_index)
    }
    return Accuracy(round(float(box.map50), 4), round(float(box.map), 4), int(sum(counts))), classes


def _training(job: Plan, data: Path, overall: Accuracy, classes: dict[str, Accuracy]) -> Training:
    pictures = {part: len(list((data.parent / "images" / part).iterdir())) for part in ("train", "val")}
    where = {"folder": job.labelled.name} if job.labelled else {"seeds": job.seeds, "renderer": renderer()}
    base = job.base if job.base == FROM_SCRATCH else f"{Path(job.base).name} ({digest(Path(job.base))})"
    return Training(job.command, base, job.epochs, pictures, where, overall, classes)


RENDERED = """
`renderer` is a hash of the code that renders: other code makes other pictures of the same seeds.
It has seen rendered streets only, and is not meant for real cameras."""
OTHER_SINCE = """
Today's code renders other pictures of these seeds, so that a model remade now is another one, whose figures
`docs/performance.md` gives."""


def _streets(data: dict[str, Any]) -> str:
    """What is to be said of pictures that were rendered; nothing of others."""
    if "renderer" not in data:
        return ""
    told = data["renderer"]  # by part, where the code had changed between the two
    hashes = set(told.values()) if isinstance(told, dict) else {told}
    return RENDERED + ("" if hashes == {renderer()} else OTHER_SINCE)


def describe(card: Card) -> str:
    """The card in Markdown, for people."""
    training = card.training
    if training is None:
        raise ValueError("the model was not trained here")
    rows = [("**all**", training.overall), *training.classes.items()]
    table = "\n".join(f"| {name} | {row.things} | {row.map50:.3f} | {row.map50_95:.3f} |" for name, row in rows)
    height, width = card.size or (0, 0)
    return f"""# {card.name}
An Ultralytics YOLO that finds {", ".join(card.classes)}.
It looks at pictures of {width} × {height}, to which others are fitted.
Made at {card.made_at}; the hash of `{card.weights}` is `{card.hash}`.

Trained for {training.epochs} epochs from {training.base} on {training.pictures["train"]} pictures and measured on
{training.pictures["val"]} others: `{json.dumps(training.data)}`.{_streets(training.data)}
Remade with:

```sh
{training.command}
```

What the exported model scores on the pictures that it was not trained on:

| class | things | mAP50 | mAP50-95 |
|---|---|---|---|
{table}

With {", ".join(f"{library} {version}" for library, version in card.versions.items())}. AGPL-3.0-or-later.
"""
