"""What a source sent last, by its boots and numbers: they tell it even while its clock is set back."""

from collections import deque
from uuid import UUID

SET_BACK_S = 2.0  # what a clock may go back without anybody noticing: it is caught up with soon
BOOTS = 8  # how many earlier ones are remembered


class Newest:
    """The newest message of one source, whose numbers count up within each boot."""

    def __init__(self) -> None:
        self._boot: UUID | None = None
        self._seq = 0
        self._over: deque[UUID] = deque(maxlen=BOOTS)

    def takes(self, boot: UUID, seq: int) -> bool:
        """Whether a message was sent after all before it; what an earlier boot left behind was not."""
        if boot in self._over or (boot == self._boot and seq <= self._seq):
            return False
        if self._boot and boot != self._boot:
            self._over.append(self._boot)
        self._boot, self._seq = boot, seq
        return True
