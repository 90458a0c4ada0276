"""SQL by name: a `.sql` file of blocks, each under a line `-- name: …`."""

import re
from pathlib import Path


def load_queries(path: Path) -> dict[str, str]:
    """Map each block's name to its text, without the closing semicolon."""
    _, *blocks = re.split(r"^-- name: (\w+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    names, texts = blocks[::2], blocks[1::2]
    return {name: text.strip().rstrip(";") for name, text in zip(names, texts, strict=True)}
