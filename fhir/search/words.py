"""How texts become search terms: without capitals and accents, by the beginnings of their words.

Beginnings are stored, hashed, because a hash can't be searched by its beginning.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

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


def starts(text: str) -> tuple[str, ...]:
    """Every beginning, of 1 to ``LONGEST_START`` letters, of each of the first words."""
    return _starts(text[:_LONGEST_TEXT])


@lru_cache(maxsize=4096)
def _starts(text: str) -> tuple[str, ...]:
    return tuple(
        word[:end]
        for word in words(text)[:MOST_WORDS]
        for end in range(1, min(len(word), LONGEST_START) + 1)
    )


def words(text: str) -> list[str]:
    """The words of a text, folded."""
    return _WORD.findall(folded(text))


def sought(text: str) -> list[str]:
    """The beginnings that must all be there for a text to be found."""
    return [word[:LONGEST_START] for word in words(text)]


def squeezed(text: str) -> str:
    """Without white space: a postcode is one word, however it is written."""
    return "".join(text.split())
