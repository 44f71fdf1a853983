"""How texts become search terms: without capitals and accents, by the beginnings of their words.

Beginnings are stored, hashed, because a hash can't be searched by its beginning.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LOOKED_UP = 4
"""Letters of a word by which an index finds it; others are judged after that."""
LONGEST_START = 12
"""Letters of a word by which it is found at most: who writes more finds those with that start."""

MOST_WORDS = 24
"""Of one text by which it is found, the first ones: a text can be as long as a book."""
_LONGEST_TEXT = 600

_WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """In small letters, without accents."""
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(one for one in apart if not unicodedata.combining(one))
    return text.casefold()


def starts(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every beginning, to ``LOOKED_UP`` letters and to ``LONGEST_START``, of the first words."""
    return _starts(text[:_LONGEST_TEXT])


@lru_cache(maxsize=4096)
def _starts(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    first = [word[:LONGEST_START] for word in words(text)[:MOST_WORDS]]
    return (
        tuple(word[:end] for word in first for end in range(1, min(len(word), LOOKED_UP) + 1)),
        tuple(word[:end] for word in first for end in range(LOOKED_UP + 1, len(word) + 1)),
    )


def words(text: str) -> list[str]:
    """The words of a text, folded."""
    return _WORD.findall(folded(text))


def sought(text: str) -> list[str]:
    """The beginnings that must all be there for a text to be found."""
    return [word[:LONGEST_START] for word in words(text)]


def beginning(text: str) -> str:
    """Of the first word as much as an index finds; nothing where no word stands early enough."""
    return next(iter(words(text[:_LONGEST_TEXT])), "")[:LOOKED_UP]


def squeezed(text: str) -> str:
    """Without white space: a postcode is one word, however it is written."""
    return "".join(text.split())
