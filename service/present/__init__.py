"""An analysis shown: Markdown, HTML, CSV, tables, boards and graphs."""
