"""The reading of articles held against what a reader marked in them: quotations, pronouns, actors."""
