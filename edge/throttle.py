"""How much of what has waited may be on its way at once: as much as the centre confirms promptly."""

from dataclasses import dataclass

PROMPT_S = 1.0  # a new message that comes behind all of it is confirmed within about as long
LEAST, FIRST, MOST = 16 << 10, 64 << 10, 4 << 20  # bytes
MESSAGES = 200  # however small they are: the link's own queue must have room for new ones


@dataclass(slots=True)
class Throttle:
    """Twice as much after each prompt round, half as much after a slow one (as TCP begins, RFC 5681)."""

    room: int = FIRST
    under_way: int = 0
    messages: int = 0
    _slow_at: float = float("-inf")

    @property
    def is_open(self) -> bool:
        return self.under_way < self.room and self.messages < MESSAGES

    def send(self, size: int) -> None:
        self.under_way, self.messages = self.under_way + size, self.messages + 1

    def confirm(self, size: int, sent_at: float, now: float) -> None:
        """Something that was sent is confirmed; times in seconds of any one clock."""
        self.lose(size)
        if now - sent_at <= PROMPT_S:
            self.room = min(MOST, self.room + size)
        elif sent_at > self._slow_at:  # of what was on its way together, one is enough
            self.room, self._slow_at = max(LEAST, self.room // 2), now

    def lose(self, size: int) -> None:
        """What was sent is not on its way any more."""
        self.under_way, self.messages = self.under_way - size, self.messages - 1
