"""Pages for people: Dutch at B1 level, whole without JavaScript, livelier with it."""

from __future__ import annotations

from pathlib import Path

from litestar.handlers import HTTPRouteHandler
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig

FOLDER = Path(__file__).parent
ROUTES: tuple[HTTPRouteHandler, ...] = ()


def templates() -> TemplateConfig[JinjaTemplateEngine]:
    """The templates of the pages."""
    return TemplateConfig(directory=FOLDER / "templates", engine=JinjaTemplateEngine)
