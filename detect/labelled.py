"""A folder of real labelled pictures (YOLO format), checked and split for training. Nothing is written into it."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import cv2
import yaml

from detect.dataset import Part, describe
from detect.models import ModelError

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}
HELD_OUT_SHARE = 0.15  # of pictures that no one has split
MOST_PROBLEMS = 20


class LabelledDataError(ModelError):
    """The folder cannot be used; `problems` name each wrong file and line."""

    def __init__(self, folder: Path, problems: list[str]) -> None:
        self.problems = problems
        more = [f"and {len(problems) - MOST_PROBLEMS} more"] if len(problems) > MOST_PROBLEMS else []
        super().__init__("\n  - ".join([f"{folder} cannot be trained on:", *problems[:MOST_PROBLEMS], *more]))


def gather(source: Path, folder: Path, classes: Sequence[str]) -> Path:
    """Lay out `source` in `folder` for training and give its `data.yaml`; raise LabelledDataError.

    `classes` are meant where the folder has no `data.yaml` that names its own.
    """
    ours, theirs = folder.resolve(), source.resolve()
    if ours == theirs or ours in theirs.parents or theirs in ours.parents:
        raise LabelledDataError(source, [f"training would lay its pictures out in {folder}: choose another --out"])
    names = _names(source) or list(classes)
    pictures = sorted(p for p in (source / "images").rglob("*") if p.suffix.lower() in SUFFIXES)
    if len(pictures) < 2:  # noqa: PLR2004 - one to train on, one to measure by
        raise LabelledDataError(source, [f"{source / 'images'}: at least two pictures are needed"])
    problems = [problem for picture in pictures for problem in _check(picture, source, len(names))]
    problems += _strays(source, pictures)
    if problems:
        raise LabelledDataError(source, problems)
    shutil.rmtree(folder, ignore_errors=True)
    held_out = _held_out(pictures, source)
    for picture in pictures:
        _lay(picture, source, folder, "val" if picture in held_out else "train")
    return describe(folder, names)


def _names(source: Path) -> list[str]:
    file = source / "data.yaml"
    if not file.is_file():
        return []
    try:
        names = yaml.safe_load(file.read_text())["names"]
        return [str(name) for name in (names if isinstance(names, list) else [names[n] for n in range(len(names))])]
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise LabelledDataError(source, [f"data.yaml: `names` must list the classes in order ({error!r})"]) from error


def _label_file(picture: Path, source: Path) -> Path:
    return (source / "labels" / picture.relative_to(source / "images")).with_suffix(".txt")


def _check(picture: Path, source: Path, classes: int) -> list[str]:
    problems = []
    if cv2.imread(str(picture)) is None:
        problems.append(f"{picture.relative_to(source)}: no picture that can be read")
    file = _label_file(picture, source)
    lines = file.read_text(errors="replace").splitlines() if file.exists() else []
    for number, line in enumerate(lines, 1):
        if wrong := line.strip() and _wrong(line.split(), classes):
            problems.append(f"{file.relative_to(source)}:{number}: {wrong}")
    return problems


def _wrong(words: list[str], classes: int) -> str | None:
    """What is wrong with a label's line, if anything."""
    try:
        label, x, y, width, height = (float(word) for word in words)
    except ValueError:
        return "expected `class x y width height`, five numbers"
    if label not in range(classes):
        return f"class {words[0]}: there are classes 0 to {classes - 1}"
    inside = 0 <= x <= 1 and 0 <= y <= 1 and 0 < width <= 1 and 0 < height <= 1
    return None if inside else "x, y, width and height must be fractions of the picture, 0 to 1"


def _strays(source: Path, pictures: Sequence[Path]) -> list[str]:
    """Labels whose picture is missing: most likely a name is misspelt."""
    known = {_label_file(picture, source) for picture in pictures}
    found = sorted(p for p in (source / "labels").rglob("*.txt") if p.name != "classes.txt")
    return [f"{file.relative_to(source)}: there is no such picture in images/" for file in found if file not in known]


def _held_out(pictures: Sequence[Path], source: Path) -> set[Path]:
    """The pictures to measure by: those in `images/val`, else some by the hash of their names."""
    if given := {picture for picture in pictures if picture.relative_to(source / "images").parts[0] == "val"}:
        return given
    by_hash = sorted(pictures, key=lambda picture: hashlib.sha256(picture.name.encode()).digest())
    return set(by_hash[: max(1, round(len(pictures) * HELD_OUT_SHARE))])


def _lay(picture: Path, source: Path, folder: Path, part: Part) -> None:
    flat = "-".join(picture.relative_to(source / "images").parts)
    image, label = folder / "images" / part / flat, (folder / "labels" / part / flat).with_suffix(".txt")
    image.parent.mkdir(parents=True, exist_ok=True)
    label.parent.mkdir(parents=True, exist_ok=True)
    image.symlink_to(picture.absolute())
    file = _label_file(picture, source)
    label.write_text(file.read_text() if file.exists() else "")
