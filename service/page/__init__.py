"""The page: an article in, its summary and the board of who stands where out."""

from typing import TYPE_CHECKING, Any

from newstance.configs.extras import lacking

if TYPE_CHECKING:
    from .app import build
    from .theme import look

__all__ = ["build", "look"]


def __getattr__(name: str) -> Any:
    """``build`` and ``look`` need Gradio; whoever imports them without it is told how to get it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        import gradio  # noqa: F401
    except ImportError as error:
        raise lacking("the page needs Gradio", "serve") from error
    from . import app, theme

    return app.build if name == "build" else theme.look
