"""An article read: who and what is named, who is quoted, what it is about."""
