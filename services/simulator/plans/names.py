"""Names for people of the town and its guests."""

from __future__ import annotations

from random import Random

MEN = (
    "Slamet", "Suyitno", "Bambang", "Hariyanto", "Mulyono", "Sugeng", "Agus", "Budi", "Eko", "Dwi", "Joko",
    "Wahyu", "Rizal", "Fauzi", "Hasan", "Imam", "Yusuf", "Made", "Ketut", "Nyoman", "Sutrisno", "Supriyadi",
    "Untung", "Yanto", "Samsul", "Ridwan", "Taufik", "Arif", "Gatot", "Teguh", "Wawan", "Zainal", "Ponidi",
    "Misnadi", "Katiman", "Sarto",
)  # fmt: skip
WOMEN = (
    "Ayu", "Siti", "Dewi", "Sri", "Wulan", "Nur", "Rina", "Fitri", "Lestari", "Endang", "Kartika", "Putri",
    "Indah", "Maya", "Ratna", "Yuni", "Wati", "Luh", "Komang", "Aisyah", "Temu", "Supinah", "Mesti",
    "Poniti",
)  # fmt: skip
GUESTS = (
    "Emma", "Lukas", "Chloé", "Hannah", "Tom", "Mei", "Yuki", "Anna", "Pieter", "Sofia", "James", "Olivia",
    "Kenji", "Marie", "Jan", "Priya", "Liam", "Noor",
)  # fmt: skip


def driver_names(random: Random) -> list[str]:
    """All names of drivers, as passengers call them, in random order."""
    names = [f"Pak {name}" for name in MEN] + [f"Bu {name}" for name in WOMEN[:5]]
    return random.sample(names, len(names))


def resident_names(random: Random) -> list[str]:
    """All names of residents, in random order."""
    return random.sample(WOMEN + MEN, len(WOMEN + MEN))


def guest_names(random: Random) -> list[str]:
    """All names of guests, in random order."""
    return random.sample(GUESTS, len(GUESTS))


def turn(names: list[str], number: int) -> str:
    """A different name for each number, until the numbers exceed the names."""
    return names[number % len(names)]
