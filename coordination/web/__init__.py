"""Pages for people: Dutch at B1 level, whole without JavaScript, livelier with it."""

from __future__ import annotations

from litestar import Router
from litestar.exceptions import HTTPException

from coordination.errors import Refused
from coordination.web import events, files, offers, referral, session, worklist
from coordination.web.pages import refused, templates, unread

__all__ = ["ROUTES", "templates"]

_PAGES = Router(
    "/",
    route_handlers=[
        session.first,
        session.signin,
        session.sign_in,
        session.sign_out,
        worklist.worklist,
        referral.read,
        referral.offer,
        referral.withdraw,
        referral.cancel,
        offers.read,
        offers.accept,
        offers.decline,
        offers.start,
    ],
    exception_handlers={Refused: refused, HTTPException: unread},
    include_in_schema=False,
)
_REST = Router(
    "/",
    route_handlers=[events.events, files.static, files.favicon],
    include_in_schema=False,
)
ROUTES = (_PAGES, _REST)
