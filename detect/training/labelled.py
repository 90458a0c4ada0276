"""A folder of real labelled pictures (YOLO format), checked and split for training. Nothing is written into it."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import yaml

from detect.model.catalogue import ModelError
from detect.training.dataset import Part, describe

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
    parts = _split(pictures, source)
    if problems := problems or _lacks(parts, source):
        raise LabelledDataError(source, problems)
    shutil.rmtree(folder, ignore_errors=True)
    for part, chosen in parts.items():
        _lay(chosen, source, folder, part)
    return describe(folder, names)


def _names(source: Path) -> list[str]:
    file = source / "data.yaml"
    if not file.is_file():
        return []
    try:
        return _listed(yaml.safe_load(file.read_text())["names"])
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        why = " ".join(str(error).split())
        problem = f"data.yaml: `names` must list the classes in order, such as `names: [car, bus]` ({why})"
        raise LabelledDataError(source, [problem]) from error


def _listed(names: Any) -> list[str]:
    """The classes of `[car, bus]` or of `{0: car, 1: bus}`; raise KeyError or ValueError for anything else."""
    listed = [names[number] for number in range(len(names))] if isinstance(names, dict) else names
    if not isinstance(listed, list) or not listed or not all(isinstance(name, str | int) for name in listed):
        raise ValueError(f"not {names!r}")
    return [str(name) for name in listed]


def _label_file(picture: Path, source: Path) -> Path:
    return (source / "labels" / picture.relative_to(source / "images")).with_suffix(".txt")


def _label(picture: Path, source: Path) -> str:
    """The text of a picture's label file, without the mark that some editors begin it with."""
    file = _label_file(picture, source)
    return file.read_text(encoding="utf-8-sig", errors="replace") if file.exists() else ""


def _check(picture: Path, source: Path, classes: int) -> list[str]:
    problems = []
    if cv2.imread(str(picture)) is None:
        problems.append(f"{picture.relative_to(source)}: no picture that can be read")
    file = _label_file(picture, source).relative_to(source)
    for number, line in enumerate(_label(picture, source).splitlines(), 1):
        if wrong := line.strip() and _wrong(line.split(), classes):
            problems.append(f"{file}:{number}: {wrong}")
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


def _split(pictures: Sequence[Path], source: Path) -> dict[Part, list[Path]]:
    held_out = _held_out(pictures, source)
    return {"train": [p for p in pictures if p not in held_out], "val": [p for p in pictures if p in held_out]}


def _held_out(pictures: Sequence[Path], source: Path) -> set[Path]:
    """The pictures to measure by: those in `images/val`, else some by the hash of their names."""
    if given := {picture for picture in pictures if picture.relative_to(source / "images").parts[0] == "val"}:
        return given
    by_hash = sorted(pictures, key=lambda picture: hashlib.sha256(picture.name.encode()).digest())
    return set(by_hash[: max(1, round(len(pictures) * HELD_OUT_SHARE))])


def _lacks(parts: dict[Part, list[Path]], source: Path) -> list[str]:
    """What there is nothing of: pictures to train on, or labels to learn or to measure by."""
    if not parts["train"]:
        return ["images/: all pictures are in images/val: those to train on belong in images/train"]
    bare = [part for part, chosen in parts.items() if not any(_label(picture, source).strip() for picture in chosen)]
    if len(bare) == len(parts):
        first = parts["train"][0]
        looked = (
            f"that of {first.relative_to(source)} was looked for in {_label_file(first, source).relative_to(source)}"
        )
        return [f"labels/: no picture has a label; {looked}"]
    purposes = {"train": "to train on", "val": "to measure by"}
    mend = "put some that have one into images/val and some into images/train"
    return [f"images/: none of the {len(parts[part])} pictures {purposes[part]} has a label: {mend}" for part in bare]


def _lay(pictures: Sequence[Path], source: Path, folder: Path, part: Part) -> None:
    """Link the pictures under numbers, since those of different folders may have one name."""
    images, labels = (folder / kind / part for kind in ("images", "labels"))
    images.mkdir(parents=True, exist_ok=True)
    labels.mkdir(parents=True, exist_ok=True)
    for number, picture in enumerate(pictures):
        (images / f"{number:06}{picture.suffix}").symlink_to(picture.absolute())
        (labels / f"{number:06}.txt").write_text(_label(picture, source))
