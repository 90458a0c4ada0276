"""SQL by name: a `.sql` file of blocks, each under a line `-- name: …`."""

import re
from pathlib import Path
from typing import LiteralString, cast


def load_queries(path: Path) -> dict[str, LiteralString]:
    """Map each block's name to its text. The files ship with the package, so their text counts as literal."""
    _, *blocks = re.split(r"^-- name: (\w+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    names, texts = blocks[::2], blocks[1::2]
    return {name: cast(LiteralString, text.strip().rstrip(";")) for name, text in zip(names, texts, strict=True)}
