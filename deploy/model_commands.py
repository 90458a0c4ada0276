"""`yihu train` and `yihu model …`: detectors made, fetched, imported and listed."""

import contextlib
import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from deploy.options import AsJson, Data
from deploy.settings import UsageError, load_settings
from detect.model.catalogue import SHIPPED, Card, ModelError, Models, checked_name, read_card, shipped, size_of

model = typer.Typer(help="检测模型。Models that detectors run.", no_args_is_help=True)

TRAIN, VAL = "0:10000", "10000:11000"
FEW = 9  # classes are named, of more only these


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What is wrong with a model or with pictures is for the person at the keyboard to mend."""
    try:
        yield
    except ModelError as error:
        raise UsageError(str(error)) from error


def _added(data: Path | None) -> Models:
    return Models(load_settings(data=data).folder / "models")


@model.command("add")
def add(
    source: Annotated[str, typer.Argument(help="A published model's name, such as yolo26n, or a model's file.")],
    name: Annotated[str | None, typer.Option(help="What to call it here; else as its file.")] = None,
    replace: Annotated[bool, typer.Option(help="Take the place of the model of that name.")] = False,
    release: Annotated[str | None, typer.Option("--from", help="Address of a mirror that has NAME.pt.")] = None,
    data: Data = None,
) -> None:
    """Fetch or import an Ultralytics model, and export it for this machine. Trust its maker: a .pt can run code."""
    from detect.model import acquire  # noqa: PLC0415 - torch

    path = Path(source)
    with _told():
        called = checked_name(name or path.stem.removesuffix("_openvino_model"))
        if path.exists() or path.suffix or "/" in source:
            make = acquire.from_file(path, called)
        else:
            make = acquire.by_name(source, called, release or acquire.RELEASE)
        card = _added(data).put(called, make, replace)
    print(
        f"{card.name}: {len(card.classes)} classes, hash {card.hash}; in a site file: detector: {{model: {card.name}}}"
    )


@model.command("list")
def list_models(data: Data = None, as_json: AsJson = False) -> None:
    """What models there are: the shipped one and those added."""
    with _told():
        models = _added(data)
        found = [(models.folder / card.name / card.weights, card) for card in models.all()]
    with contextlib.suppress(ModelError):  # a checkout may be without the shipped one
        found.insert(0, (shipped(), read_card(SHIPPED)))
    if as_json:
        print(msgspec.json.encode([card for _, card in found]).decode())
        return
    print("\n".join(_row(weights, card) for weights, card in found) or "no models: `yihu model add yolo26n`")


def _row(weights: Path, card: Card) -> str:
    size = f"{card.size[1]}×{card.size[0]}" if card.size else "any size"
    classes = ", ".join(card.classes[:FEW]) + (f", … ({len(card.classes)})" if len(card.classes) > FEW else "")
    return f"{card.name:<16} {size_of(weights) / 1e6:5.1f} MB  {size:<9} {card.hash}  {classes}; from {card.source}"


def train(
    out: Annotated[Path, typer.Option(help="Folder for pictures, checkpoints and the finished model.")] = Path(
        "runs/street"
    ),
    seeds: Annotated[str, typer.Option(help="Seeds of the simulated places to train on, A:B.")] = TRAIN,
    held_out: Annotated[str, typer.Option(help="Seeds of the places to measure by, A:B.")] = VAL,
    pictures: Annotated[int, typer.Option(min=16, help="To train on, eight of each place.")] = 5000,
    held_out_pictures: Annotated[int, typer.Option(min=16, help="To measure by.")] = 300,
    epochs: Annotated[int, typer.Option(min=1)] = 12,
    size: Annotated[int, typer.Option(min=64, help="Longer side, in pixels, of what the model looks at.")] = 640,
    batch: Annotated[int, typer.Option(min=1)] = 16,
    data: Annotated[Path | None, typer.Option(help="Folder of real labelled pictures: images/, labels/.")] = None,
    base: Annotated[Path | None, typer.Option(help="Weights (.pt) to begin from.")] = None,
    name: Annotated[str, typer.Option(help="What to call the model.")] = "street",
    resume: Annotated[bool, typer.Option(help="Go on where an interrupted training stopped.")] = False,
) -> None:
    """训练检测模型。Train a detector on simulated streets, or fine-tune one on real labelled pictures."""
    from detect.training import dataset  # noqa: PLC0415 - OpenCV
    from detect.training import train as training  # noqa: PLC0415 - torch

    with _told():
        job = training.Plan(
            out=out,
            name=checked_name(name),
            train_seeds=_seeds("--seeds", seeds, dataset.TRAINING),
            held_out_seeds=_seeds("--held-out", held_out, dataset.HELD_OUT),
            pictures=pictures,
            held_out_pictures=held_out_pictures,
            epochs=epochs,
            size=size,
            batch=batch,
            base=training.beginning(base, data),
            labelled=data,
            command=shlex.join(["yihu", *_lasting(sys.argv[1:])]),
        )
        began = time.monotonic()
        folder = training.train(
            job, resume, lambda text: print(f"{_clock(time.monotonic() - began)} {text}", flush=True)
        )
    print(f"{folder / 'CARD.md'} says what it is worth; to use it: yihu model add {folder} --name {name}")


def _lasting(words: list[str]) -> Iterator[str]:
    """What must be said again to make the same model: not where it lay, nor that it was interrupted."""
    given = iter(words)
    for word in given:
        if word == "--out":
            next(given, None)
        elif word != "--resume" and not word.startswith("--out="):
            yield word


def _seeds(option: str, text: str, within: range) -> range:
    begin, _, end = text.partition(":")
    if not (begin.isdigit() and end.isdigit() and within.start <= int(begin) < int(end) <= within.stop):
        raise UsageError(
            f"{option} {text}: expected A:B from {within.start} to {within.stop}; others measure by the rest"
        )
    return range(int(begin), int(end))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes:3}:{rest:02}"
