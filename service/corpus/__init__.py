"""Many articles: what goes in as a stream, what comes out as tables, and questions to these."""
