"""How the page looks: theme and style sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from newstance.service.present.exports import STYLE

_FOLDER = Path(__file__).parent
# The style sheet of reports is the page's, too.
STYLES = [*sorted(_FOLDER.glob("*.css")), STYLE]
SCRIPTS = sorted(_FOLDER.glob("*.js"))  # base.js first


def script() -> str:
    """The page's own script, which Gradio adds to the page while it runs."""
    return "\n".join(file.read_text(encoding="utf-8") for file in SCRIPTS)


def look() -> dict[str, Any]:
    """Theme, style sheet and script, as ``launch`` and ``mount_gradio_app`` take them; no font is fetched."""
    sans = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif")
    theme = gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.stone,
        font=sans,
        font_mono=("ui-monospace", "Menlo", "Consolas", "Liberation Mono", "monospace"),
        radius_size=gr.themes.sizes.radius_sm,
    ).set(
        body_background_fill="#faf8f3",
        body_background_fill_dark="#17181a",
        body_text_color="#1f1d1a",
        body_text_color_dark="#e9e6df",
        body_text_color_subdued="#66615a",
        body_text_color_subdued_dark="#aaa59b",
        input_placeholder_color="#66615a",
        input_placeholder_color_dark="#aaa59b",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        block_title_text_color="#1f1d1a",
        block_title_text_color_dark="#e9e6df",
        block_title_text_weight="600",
        block_info_text_color="#66615a",
        block_info_text_color_dark="#aaa59b",
        input_background_fill="#ffffff",
        input_background_fill_dark="#212326",
        input_border_width="1px",
        input_border_color="#cfc9bd",
        input_border_color_dark="#46494e",
        button_primary_background_fill="#1f1d1a",
        button_primary_background_fill_dark="#e9e6df",
        button_primary_background_fill_hover="#45413a",
        button_primary_background_fill_hover_dark="#ffffff",
        button_secondary_background_fill="#ece7dc",
        button_secondary_background_fill_dark="#2c2f33",
        button_secondary_background_fill_hover="#ded7c8",
        button_secondary_background_fill_hover_dark="#3b3e43",
        button_primary_border_color="transparent",
        button_primary_border_color_dark="transparent",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#17181a",
    )
    return {"theme": theme, "css_paths": STYLES, "head": f"<script>{script()}</script>"}
