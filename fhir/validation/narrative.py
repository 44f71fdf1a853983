"""Whether the XHTML of a narrative is safe and well-formed: an allow-list, nothing else passes.

https://hl7.org/fhir/R4/narrative.html (txt-1, txt-2). Stricter than FHIR in one thing: links
only to http, https, mailto, tel or a place in the text, and no style that loads or runs.
"""

from __future__ import annotations

import re
from xml.parsers import expat

_XHTML = "http://www.w3.org/1999/xhtml"

_ELEMENTS_TEXT = """
    a abbr acronym address area b bdo big blockquote br caption center cite code col colgroup
    dd del dfn div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li map ol p pre q s samp small
    span strike strong sub sup table tbody td tfoot th thead tr tt u ul var"""
_ELEMENTS = frozenset(_ELEMENTS_TEXT.split())
_ATTRIBUTES_TEXT = """
    abbr accesskey align alt axis bgcolor border cellpadding cellspacing char charoff cite class
    color colspan coords datetime dir face frame headers height href hspace id lang longdesc name
    nohref noshade nowrap rel rev rowspan rules scope shape size span src start style summary
    tabindex target title type usemap valign value vspace width xml:lang xml:space xmlns"""
_ATTRIBUTES = frozenset(_ATTRIBUTES_TEXT.split())
_LINKS = frozenset({"href", "src", "cite", "longdesc", "usemap"})
# A relative link has no scheme; of data inside the text only bitmaps and downloads, for HTML and
# SVG can run scripts.
_SAFE_LINK = re.compile(
    r"(?i)\s*(?:https?:|mailto:|tel:|#|data:(?:image/(?:png|jpe?g|gif|webp)"
    r"|application/(?:octet-stream|pdf))[;,]|[^:]*(?:[/?#]|\Z))"
)
_MARKUP = re.compile(r"[a-zA-Z:-]{1,20}\Z")
_BAD_STYLE = re.compile(r"(?i)expression|javascript|behavio|url\s*\(|@import|-moz-binding|\\|&|<")

NOTHING_SAID = "a narrative must say something"
"""The fault of txt-2; every other one is of txt-1."""


class _Found(Exception):  # noqa: N818 - stops the parser at the first fault
    """What is wrong in the narrative."""


def narrative_fault(div: str) -> str | None:
    """What is wrong with a narrative's div, or None when it may be kept."""
    if "<!" in div.replace("<!--", "") or "<?" in div:
        return "a narrative may not hold declarations, CDATA or processing instructions"
    content: list[str] = []
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        if depth == 0 and (name != "div" or attributes.get("xmlns") != _XHTML):
            raise _Found(f'a narrative must be one <div xmlns="{_XHTML}">')
        depth += 1
        if name not in _ELEMENTS:
            raise _Found(f"a narrative may not hold {_told(name)}")
        if name == "img":
            content.append(name)
        for attribute, value in attributes.items():
            _check_attribute(attribute, value)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.CharacterDataHandler = content.append
    try:
        parser.Parse(div, True)  # noqa: FBT003 - expat's own positional flag
    except _Found as fault:
        return str(fault)
    except (expat.ExpatError, UnicodeEncodeError) as fault:
        return f"a narrative must be well-formed XHTML: {fault}"
    if not any(text and not text.isspace() for text in content):
        return NOTHING_SAID
    return None


def _told(name: str) -> str:
    """A name of markup; nothing else that may stand there is repeated."""
    return name if _MARKUP.match(name) else "of that name"


def _check_attribute(name: str, value: str) -> None:
    if name not in _ATTRIBUTES:
        raise _Found(f"a narrative may not have the attribute {_told(name)}")
    if name in _LINKS and not _SAFE_LINK.match(value):
        raise _Found(f"a narrative's {name} may only be http, https, mailto, tel or relative")
    if name == "style" and _BAD_STYLE.search(value):
        raise _Found("a narrative's style may not load or run anything")
    if name == "xmlns" and value != _XHTML:
        raise _Found("a narrative may not change the namespace")
