"""Where models are kept: the shipped one in `detect/weights`, added ones in a folder of the data. Light to import.

A model is a folder of its name with the weights that run, the `.pt` that they were made from, and `card.json`.
"""

import hashlib
import re
import shlex
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

SHIPPED = Path(__file__).parents[1] / "weights" / "street"
COCO = "yolo26n"
CARD = "card.json"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class ModelError(RuntimeError):
    """A model cannot be found, fetched or loaded; the text says what to do."""


class Accuracy(Struct, frozen=True):
    """Average precision at IoU 0.5, and its mean over IoU 0.5 to 0.95 as COCO defines it; `things` were looked for."""

    map50: float
    map50_95: float
    things: int


class Training(Struct, frozen=True):
    """How the weights came about, and what the exported model then scored on pictures that it was not trained on."""

    command: str
    base: str
    epochs: int
    pictures: dict[str, int]
    data: dict[str, Any]
    overall: Accuracy
    classes: dict[str, Accuracy]


class Card(Struct, frozen=True):
    """`weights` names the file or folder beside the card that runs; `size` is (height, width), None for any."""

    name: str
    weights: str
    hash: str
    classes: list[str]
    size: tuple[int, int] | None
    source: str
    made_at: str
    versions: dict[str, str]
    training: Training | None = None


def digest(path: Path) -> str:
    """SHA-256 of a file, or of a folder's files in order, the first 16 hex digits."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    found = hashlib.sha256()
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()[:16]


def code_digest(*places: Path) -> str:
    """SHA-256 of Python files, and of all those in folders, the first 16 hex digits."""
    files = sorted(file for place in places for file in ([place] if place.is_file() else place.rglob("*.py")))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def read_card(folder: Path) -> Card:
    """Raise ModelError when there is none, it cannot be read, or its weights do not lie beside it."""
    try:
        card = msgspec.json.decode((folder / CARD).read_bytes(), type=Card)
    except (OSError, msgspec.DecodeError) as error:
        raise ModelError(f"{folder} holds no model that can be used: {CARD}: {error}") from error
    beside = card.weights not in {"", ".."} and Path(card.weights).name == card.weights
    if beside and (folder / card.weights).exists():
        return card
    raise ModelError(f"{folder} holds no model that can be used: {CARD}: weights {card.weights!r} are not beside it")


def write_card(folder: Path, card: Card) -> None:
    (folder / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")


def shipped() -> Path:
    """The weights of the model that comes with this package, trained on simulated streets; raise ModelError."""
    if not (SHIPPED / CARD).is_file():
        raise ModelError("this package was built without its street model: make it with `yihu train`")
    return SHIPPED / read_card(SHIPPED).weights


def checked_name(name: str) -> str:
    """Raise ModelError for what cannot be a model's name."""
    if not NAME.fullmatch(name):
        raise ModelError(f"{name!r} cannot be a model's name: small letters, digits, - and _, at most 40; give --name")
    return name


def is_name(text: str) -> bool:
    """Whether a site file's `detector: model:` names an added model; anything else is a path."""
    return NAME.fullmatch(text) is not None


class Models:
    """The added models, each in a folder of its name under `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[Card]:
        """Every model's card; raise ModelError for one that cannot be read."""
        folders = sorted(self.folder.glob("[!.]*")) if self.folder.is_dir() else []
        return [read_card(folder) for folder in folders]

    def named(self, model: str) -> Path:
        """The weights of an added model, or the path that is given instead; raise ModelError."""
        if not is_name(model):
            return Path(model)
        if (self.folder / model).is_dir():
            return self.folder / model / read_card(self.folder / model).weights
        if Path(model).exists():
            return Path(model)
        data = f"--data {shlex.quote(str(self.folder.parent))}"
        raise ModelError(
            f"no model {model} in {self.folder}: run `yihu model add {model} {data}`; without a network download"
            f" {model}.pt elsewhere, bring the file to this machine and run `yihu model add {model}.pt {data}`"
        )

    def coco(self) -> Path:
        """The weights for real cameras whose site names no model: COCO's classes; raise ModelError."""
        return self.named(COCO)

    def put(self, name: str, make: Callable[[Path], Card], replace: bool = False) -> Card:
        """Let `make` fill a folder, then give it its name: there is no half-made model under a name."""
        place = self.folder / checked_name(name)
        if place.exists() and not replace:
            raise ModelError(f"there is a model {name} in {self.folder} already: --replace it, or give another --name")
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=f".{name}-") as scratch:
            new, old = Path(scratch) / "new", Path(scratch) / "old"
            new.mkdir()
            card = make(new)
            write_card(new, card)
            if place.exists():
                place.rename(old)
            new.rename(place)
        return card


def copy_in(source: Path, folder: Path) -> Path:
    """Copy a model's file or folder into `folder`; give the copy's path."""
    copy = folder / source.name
    if source.is_dir():
        shutil.copytree(source, copy)
    else:
        shutil.copyfile(source, copy)
    return copy


def size_of(path: Path) -> int:
    """Bytes of a file, or of a folder's files."""
    return sum(file.stat().st_size for file in [path, *path.rglob("*")] if file.is_file())
