"""An article read: sentences, who and what is named, who is quoted, what it is about."""
