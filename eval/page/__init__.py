"""The page's tab that evaluates."""
