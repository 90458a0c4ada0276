"""One module a view: a street, a junction, a compound's gate. Each builds its `Place` from dice."""

from edge.sim.address import View
from edge.sim.place import Build
from edge.sim.places import door, fire_lane, junction, kerb, slope, square, underpass, yard

BUILDERS: dict[View, Build] = {
    "kerb": kerb.build,
    "junction": junction.build,
    "fire-lane": fire_lane.build,
    "door": door.build,
    "square": square.build,
    "underpass": underpass.build,
    "yard": yard.build,
    "slope": slope.build,
}
