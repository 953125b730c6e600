"""An article in which somebody praises a plan, somebody attacks it, and somebody reports on it."""

from newstance.service import Article

TEXT = """Ingrid Solberg praised the harbour plan on Monday. It rained all day.

"The harbour plan is a disaster," Peter Miller said. "It costs too much."

Reuters reported on the harbour plan. Anna Schmidt attacked Ingrid Solberg in a speech."""
ARTICLE = Article.from_text(TEXT, title="A plan")
