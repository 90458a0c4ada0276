"""An incident as detect tells of it."""

from uuid import UUID

from detect.incident import Explanation, Incident, IncidentObject, Picture, Spell

INCIDENT = Incident(
    id=UUID("01932d6c-0000-7000-8000-000000000001"),
    kind="illegal_parking",
    phase="open",
    site="tooley",
    device="cam-1",
    zone="kerb",
    position=(104.395, 31.125),
    began_at=1_750_046_400,
    at=1_750_046_405,
    severity="major",
    score=0.8,
    objects=[IncidentObject("car", (0.1, 0.2, 0.3, 0.4), 0.8, 3)],
    explanation=Explanation(
        rule={"kind": "illegal_parking", "version": "1"},
        threshold={"dwell_s": 5},
        observed={"dwell_s": 5.2},
        model={"name": "m", "hash": "0123456789abcdef"},
        zone={"id": "kerb", "polygon": [(0, 0), (1, 0), (1, 1)]},
        dwell=[Spell(1_750_046_400, 1_750_046_405, "seen")],
        scores=[0.8],
        track=3,
    ),
    pictures=[Picture("first", 1_750_046_400, b"\xff\xd8\xff\xd9", (0.1, 0.2, 0.3, 0.4))],
)
