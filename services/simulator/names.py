"""Names that people of the town, and guests of it, could have."""

from __future__ import annotations

from random import Random

MEN = (
    "Slamet", "Suyitno", "Bambang", "Hariyanto", "Mulyono", "Sugeng", "Agus", "Budi", "Eko", "Dwi", "Joko", "Wahyu",
    "Rizal", "Fauzi", "Hasan", "Imam", "Yusuf", "Made", "Ketut", "Nyoman", "Sutrisno", "Supriyadi", "Untung", "Yanto",
    "Samsul", "Ridwan", "Taufik", "Arif", "Gatot", "Teguh", "Wawan", "Zainal", "Ponidi", "Misnadi", "Katiman", "Sarto",
)  # fmt: skip
WOMEN = (
    "Ayu", "Siti", "Dewi", "Sri", "Wulan", "Nur", "Rina", "Fitri", "Lestari", "Endang", "Kartika", "Putri", "Indah",
    "Maya", "Ratna", "Yuni", "Wati", "Luh", "Komang", "Aisyah", "Temu", "Supinah", "Mesti", "Poniti",
)  # fmt: skip
GUESTS = (
    "Emma", "Lukas", "Chloé", "Hannah", "Tom", "Mei", "Yuki", "Anna", "Pieter", "Sofia", "James", "Olivia", "Kenji",
    "Marie", "Jan", "Priya", "Liam", "Noor",
)  # fmt: skip


def driver_name(random: Random) -> str:
    """As passengers call him, or her."""
    if random.random() < 1 / 8:
        return f"Bu {random.choice(WOMEN)}"
    return f"Pak {random.choice(MEN)}"


def resident_name(random: Random) -> str:
    """Somebody who lives here."""
    return random.choice(WOMEN + MEN)


def guest_name(random: Random) -> str:
    """Somebody who came to see the blue fire."""
    return random.choice(GUESTS)
