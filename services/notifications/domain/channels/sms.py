"""The length of an SMS, and how a text is cut to fit into one (3GPP TS 23.038)."""

from __future__ import annotations

GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENDED = frozenset("^{}\\[~]|€\f")
WRITABLE = GSM7 | GSM7_EXTENDED
SEPTETS, UCS2_UNITS = 160, 70
TYPOGRAPHY = {
    "\u2013": "-",
    "\u2014": "-",
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2026": "...",
    "\u00a0": " ",
    "\u202f": " ",
}
PLAIN = str.maketrans(TYPOGRAPHY)
CUT = "..."
LONGEST_WORD = 20  # Chinese has no spaces: a longer piece is not a word


def is_gsm7(text: str) -> bool:
    """Whether the 7-bit alphabet has all its characters."""
    return set(text) <= WRITABLE


def length(text: str) -> int:
    """Septets in the 7-bit alphabet, UTF-16 units otherwise."""
    if is_gsm7(text):
        return len(text) + sum(map(text.count, GSM7_EXTENDED))
    return len(text.encode("utf-16-le")) // 2


def fits(text: str) -> bool:
    """Whether it fits into one message."""
    return length(text) <= (SEPTETS if is_gsm7(text) else UCS2_UNITS)


def one_message(text: str) -> str:
    """The text with plain punctuation, cut after a whole word where it is too long for one message."""
    plain = " ".join(text.translate(PLAIN).split())
    if fits(plain):
        return plain
    most = SEPTETS if is_gsm7(plain) else UCS2_UNITS
    kept = plain[:most]
    while length(kept + CUT) > most:
        kept = kept[:-1]
    words, _, rest = kept.rpartition(" ")
    whole = words if words and len(rest) <= LONGEST_WORD else kept
    return whole.rstrip(" ,.;:") + CUT
