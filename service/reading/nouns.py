"""English words that tell who acts: offices, bodies, kin, and verbs that are no acts.

They are common nouns of the news, not names; names come from the article, and countries from ``places``.
"""

from __future__ import annotations

MALE_TITLES = frozenset({"mr", "mr.", "sir", "lord", "king", "prince"})
FEMALE_TITLES = frozenset({"ms", "ms.", "mrs", "mrs.", "miss", "lady", "dame", "queen", "princess"})

# Offices and trades, by the noun that ends them: "deputy prime minister" is a minister.
ROLES = frozenset(
    """
    activist actor actress adviser analyst archbishop artist attorney author baker bishop boss businessman
    campaigner candidate captain ceo chair chairman chairperson chairwoman chancellor chef chief co-founder coach
    colonel commander commissioner correspondent councillor councilman deputy diplomat director doctor economist
    editor emperor envoy executive farmer fisherman founder general governor head historian inspector journalist
    judge king lawmaker lawyer leader lieutenant manager marshal mayor mep minister mp
    musician nurse officer organiser organizer owner pilot pm pope president premier priest prince
    princess principal producer professor prosecutor queen researcher scientist secretary senator sergeant
    shopkeeper singer speaker spokesman spokesperson spokeswoman star taoiseach teacher treasurer tsar
    vice-president writer ecologist biologist
    """.split()  # noqa: SIM905 (a list of one word a line hides what it says)
)
# Titles that people are addressed by, also before a surname alone; they are no part of the name.
TITLES = MALE_TITLES | FEMALE_TITLES | {
    "dr", "dr.", "prof", "prof.", "professor", "president", "minister", "chancellor", "senator", "judge", "mayor",
    "gen", "gen.", "general", "maj", "maj-gen", "lt", "lt.", "col", "colonel", "capt", "sgt", "marshal", "councillor",
    "pope", "rev", "rev.", "sen.", "rep.", "gov", "gov.", "mp", "pm", "outgoing", "former", "deputy", "vice",
}  # fmt: skip
# "The former president" is another one than the president.
OTHER_HOLDERS = frozenset(
    {"former", "ex", "then", "late", "deputy", "vice", "acting", "next", "future", "designate", "outgoing"}
)

# Nouns that tell of what kind a body is; the name stands beside them: "the airline Skylark", "Reuters news agency".
KINDS = frozenset(
    """
    agency airline alliance association bank broadcaster brand business campaign carmaker charity club coalition
    company firm foundation fund group institute line magazine manufacturer maker movement network newspaper
    operator organisation organization party publisher retailer supermarket tabloid think-tank union website
    """.split()  # noqa: SIM905
)
# Nouns for bodies that act without a name of their own, too: "the harbour authority", "police".
BODIES = frozenset(
    """
    academy administration agency army assembly association authority authorities board cabinet chamber charity
    church club coalition commission committee confederation congress council court department directorate
    executive federation foundation government inspectorate institute judiciary junta league
    legislature military ministry navy office opposition panel parliament party police regime regulator
    senate society tribunal union university watchdog
    """.split()  # noqa: SIM905
)
# What is made law or agreed upon, and does nothing itself: "the Bill", "the Paris Agreement".
LAWS = frozenset("accord act agreement amendment bill convention directive pact protocol treaty".split())  # noqa: SIM905
# Bodies and people that speak for a state: "Russian officials" are Russia.
GOVERNMENTS = frozenset(
    "administration authorities diplomats government leaders leadership officials regime state".split()  # noqa: SIM905
)
# Parts of a state whose words are the state's, where they belong to one: "Ukraine's foreign ministry".
MINISTRIES = GOVERNMENTS | {"ministry", "department", "spokesman", "spokeswoman", "spokesperson", "embassy"}
# "The town of Beersheba" is a place; "the city of Brunnfeld will close" acts.
SETTLEMENTS = frozenset({"city", "town", "village", "county", "state", "province", "region", "district", "borough"})

MALE_KIN = frozenset("father son husband brother uncle grandfather grandson nephew stepfather widower".split())  # noqa: SIM905
FEMALE_KIN = frozenset("mother daughter wife sister aunt grandmother niece widow stepmother".split())  # noqa: SIM905

# Verbs whose subject does nothing: "the bridge stays closed".
STATES = frozenset(
    """
    appear be become carry comprise consist contain cost cover date decline drop exist fall feature grow happen have
    hold host include increase last lie look lose measure occur remain rest rise seem show shrink sit span stand
    stay stretch suffer
    """.split()  # noqa: SIM905
)
# Verbs that are acts only with an object: "the city closes its centre", but "the shop closes".
HAPPENINGS = frozenset({"begin", "close", "end", "move", "open", "reopen", "start", "stop", "take"})
# Verbs, nouns and adjectives whose object is what somebody is for or against.
STANCES = frozenset(
    """
    accept accuse admire aid allegiance anger appeal applaud approve arrest assault attack back backing ban
    blame block boycott campaign celebrate charge close condemn condemnation confront criticise criticism
    criticize decry defence defend defense demand denounce deplore dismiss embargo endorse endorsement favor
    favour fear fight fine fury hail hatred hostile hostility invade invasion loyal mock oppose opposed
    opposition outrage praise pressure promote protest punish reject rejection resist resistance sanction
    sanctions slam solidarity sue support suspend sympathetic sympathy target thank threat threaten urge war
    warn weaken welcome
    """.split()  # noqa: SIM905
)
# Verbs that hand something over: "sent shells to Moscow" reaches a government, "flew to Moscow" a place.
GIVING = frozenset(
    """
    deliver export give grant hand lend offer pledge promise provide sell send ship supply transfer
    """.split()  # noqa: SIM905
)
# What is done by those who govern alone: a capital that does it is no place.
GOVERNING = frozenset("annex ban cede deport expel impose levy legalise legalize ratify repeal veto".split())  # noqa: SIM905
# What is published, and by whom: "a poll by the Harwick Echo".
PUBLICATIONS = frozenset("article interview investigation letter poll report research statement study survey".split())  # noqa: SIM905
# Where somebody's words appear.
PUBLISHING = frozenset("appear carry print publish report reveal run write".split())  # noqa: SIM905
