"""Randomness that can be asked for any time: one seed and time give one value, in any order, on any machine."""

import math

WORD = 2**64 - 1


def chance(seed: int, number: int) -> float:
    """Evenly spread over 0 to 1: SplitMix64's finaliser (Steele, Lea, Flood 2014) over both numbers."""
    word = (seed * 0x9E3779B97F4A7C15 + number * 0xD1B54A32D192ED03 + 0x632BE59BD9B4E019) & WORD
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & WORD
    return (word ^ (word >> 31)) / (WORD + 1)


def between(low: float, high: float, seed: int, number: int = 0) -> float:
    return low + (high - low) * chance(seed, number)


def swell(seed: int, at: float, period: float) -> float:
    """Value noise, -1 to 1: a new level every `period` seconds, and a smooth way from one to the next."""
    place = at / period + chance(seed, -1)
    step = math.floor(place)
    part = place - step
    blend = part * part * (3 - 2 * part)
    return 2 * ((1 - blend) * chance(seed, step) + blend * chance(seed, step + 1)) - 1


def wander(seed: int, at: float, slow: float, fast: float) -> float:
    """Pink noise (equal power in each octave) between two periods in seconds; its deviation is about 1."""
    octaves = max(1, round(math.log(slow / fast, 4)) + 1)
    total = sum(swell(seed + octave, at, slow / 4**octave) for octave in range(octaves))
    return total / (0.5 * math.sqrt(octaves))


def white(seed: int, at: float) -> float:
    """Nearly normal, deviation 1, new every millisecond."""
    moment = round(at * 1000) * 3
    return 2 * sum(chance(seed, moment + part) - 0.5 for part in range(3))
