"""`yihu bench`: how fast, always as a ratio to something plain that runs beside it on the same machine."""

ROUNDS = 5
