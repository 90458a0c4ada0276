"""What followers share for which only the stays count that they keep themselves."""

from detect.rhythm import Rhythm
from detect.stays.stay import Stay


class Alone:
    """A follower to which nothing matters beside its stays."""

    stays: list[Stay]
    rhythm: Rhythm

    @property
    def beside(self) -> list[Stay]:
        return []

    def resume(self, rhythm: Rhythm, stays: list[Stay], _beside: list[Stay]) -> None:
        """Go on from there."""
        self.rhythm, self.stays = rhythm, stays
