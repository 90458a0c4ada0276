"""A device as the screens show it: `models.Device`, of which a wall has thousands, without the checks of a model."""

from datetime import datetime
from typing import Self

import msgspec

Place = tuple[float, float]
"""Longitude and latitude, in degrees."""


class ShownDevice(msgspec.Struct, frozen=True, gc=False):
    site: str
    id: str
    kind: str
    name: str
    position: Place | None
    state: str
    state_at: datetime | None
    seen_at: datetime | None
    agent: str | None
    detail: msgspec.Raw
    picture: str | None
    picture_at: datetime | None
    blind: str | None
    blind_since: datetime | None

    @classmethod
    def of_row(
        cls,
        site: str,
        device: str,
        kind: str,
        name: str,
        longitude: float | None,
        latitude: float | None,
        state: str,
        state_at: datetime | None,
        seen_at: datetime | None,
        agent: str | None,
        detail: str,
        picture_at: datetime | None,
        blind: str | None,
        blind_since: datetime | None,
    ) -> Self:
        """From the columns of the query `devices`; `detail` is JSON."""
        return cls(
            site,
            device,
            kind,
            name,
            None if longitude is None or latitude is None else (longitude, latitude),
            state,
            state_at,
            seen_at,
            agent,
            msgspec.Raw(detail),
            None if picture_at is None else f"/api/devices/{site}/{device}/picture.jpg",
            picture_at,
            blind,
            blind_since,
        )

    @property
    def path(self) -> str:
        return f"{self.site}/{self.id}"

    @property
    def json(self) -> str:
        return msgspec.json.encode(self).decode()
