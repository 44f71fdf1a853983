"""Signing in with a token, signing out, and the first page."""

from __future__ import annotations

import msgspec
from litestar import get, post
from litestar.datastructures import Cookie
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template

from coordination.errors import Refused, Wrong
from coordination.gate import COOKIE
from coordination.parts import AnyRequest, Who, With
from coordination.web.pages import home, page, see

OWN_PAGES = frozenset({"same-origin", "none"})


class SignIn(msgspec.Struct, frozen=True):
    """What the form sends."""

    token: str = ""


@get("/", sync_to_thread=False)
def first(actor: Who, request: AnyRequest) -> Redirect | Template:
    """Sends one on to where one's work is."""
    where = home(actor.role)
    return see(where) if where else page("nothing", request)


@get("/signin", sync_to_thread=False)
def signin(request: AnyRequest) -> Template:
    """The form. A page that refreshed itself after the session ended comes here as a whole."""
    answer = page("signin", request, problem=None)
    if "hx-request" in request.headers:
        answer.headers["HX-Redirect"] = "/signin"
    return answer


@post("/signin", status_code=200, sync_to_thread=False)
def sign_in(data: URLEncodedBody[SignIn], request: AnyRequest, parts: With) -> Redirect | Template:
    """Keeps a good token in a cookie that scripts and other sites can't use."""
    if request.headers.get("sec-fetch-site", "same-origin") not in OWN_PAGES:
        raise Refused(Wrong.FORBIDDEN, "Sign in from our own page.")
    token = "".join(data.token.strip().removeprefix("Bearer ").split())
    try:
        actor = parts.tokens.read(token, parts.now())
    except Refused:
        text = "Deze code klopt niet of is verlopen. Plak de hele code opnieuw."
        return page("signin", request, status=422, problem=text)
    answer = see(home(actor.role) or "/")
    answer.set_cookie(
        Cookie(
            COOKIE,
            value=token,
            path="/",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https" or parts.settings.public_url.startswith("https:"),
        )
    )
    return answer


@post("/signout", sync_to_thread=False)
def sign_out() -> Redirect:
    """Forgets the session in this browser."""
    answer = see("/signin", "signed-out")
    answer.delete_cookie(COOKIE, path="/")
    return answer
