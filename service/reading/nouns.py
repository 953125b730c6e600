"""English words that tell who acts: what people and bodies are called beside their names, and verbs that are no acts.

What each list is for stands beside it in ``lang/en``.
"""

from __future__ import annotations

from .lexicon import words

MALE_TITLES = words("people", "male_titles")
FEMALE_TITLES = words("people", "female_titles")
TITLES = MALE_TITLES | FEMALE_TITLES | words("people", "titles")
ROLES = words("people", "roles")
OTHER_HOLDERS = words("people", "other_holders")
MALE_KIN = words("people", "male_kin")
FEMALE_KIN = words("people", "female_kin")

KINDS = words("bodies", "kinds")
BODIES = words("bodies", "bodies")
LAWS = words("bodies", "laws")
GOVERNMENTS = words("bodies", "governments")
MINISTRIES = GOVERNMENTS | words("bodies", "ministries")
SETTLEMENTS = words("bodies", "settlements")
NO_SURNAMES = BODIES | GOVERNMENTS | KINDS | LAWS | SETTLEMENTS | words("bodies", "last_words")

STATES = words("deeds", "states")
HAPPENINGS = words("deeds", "happenings")
STANCES = words("deeds", "stances")
GIVING = words("deeds", "giving")
GOVERNING = words("deeds", "governing")
PUBLICATIONS = words("deeds", "publications")
PUBLISHING = words("deeds", "publishing")
