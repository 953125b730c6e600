import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from mentions import texts

from newstance.models.errors import InputError
from newstance.service import Actor, Article, Topic
from newstance.service.article import SAMPLES
from newstance.service.reading.actors import match_actor
from newstance.service.reading.entries import Entry

pytestmark = pytest.mark.embedded


# One entry for each actor


def test_full_name_and_surname_are_one(actors_in):
    (actor,) = actors_in("Caroline Lucas spoke. Lucas said the plan was wrong. Ms Lucas voted.").values()
    assert actor == Actor("Caroline Lucas", "person", ("Lucas",), actor.mentions, 1.0)
    assert texts(actor) == ["Caroline Lucas", "Lucas", "Lucas"]


def test_trump_and_president_trump_are_one(actors_in):
    found = actors_in("President Donald Trump met the senators. Trump praised them. President Trump left.")
    assert list(found) == ["Donald Trump"]


@pytest.mark.parametrize("title", ["Sir", "Mr", "Dr", "Prof.", "Senator", "General", "Chancellor"])
def test_titles_are_no_part_of_a_name(actors_in, title):
    assert list(actors_in(f"{title} Peter Miller spoke. Peter Miller left.")) == ["Peter Miller"]


def test_two_of_one_name_have_their_titles(actors_in):
    text = "Mr Solberg praised the plan. Mrs Solberg attacked it. Mr Solberg left."
    found = actors_in(text)
    assert {name: actor.aliases for name, actor in found.items()} == {
        "Mr Solberg": ("Solberg",),
        "Mrs Solberg": ("Solberg",),
    }
    actors = list(found.values())
    assert [match_actor(name, actors) for name in ("Mr Solberg", "Mrs Solberg", "Solberg")] == [*actors, None]


def test_two_of_one_name_without_titles_have_a_number(actors, monkeypatch):
    text = "Mr Kim praised the plan. His wife Kim rejected it. Mr Kim left."
    assert [actor.name for actor in actors(text)] == ["Mr Kim", "Kim"]
    monkeypatch.setattr("newstance.service.reading.actors.TITLES", frozenset())
    assert [actor.name for actor in actors(text)] == ["Kim", "Kim (2)"]


def test_family_name_first(actors_in):
    found = actors_in("Kim Jong Un spoke. Then Kim left.")
    assert list(found) == ["Kim Jong Un"]
    assert found["Kim Jong Un"].aliases == ("Kim",)


def test_name_that_two_share_goes_to_whom_was_named_last(actors_in):
    found = actors_in("Anna Miller spoke. Peter Miller answered. Then Miller left.")
    assert set(found) == {"Anna Miller", "Peter Miller"}
    assert texts(found["Peter Miller"]) == ["Peter Miller", "Miller"]


@pytest.mark.parametrize(
    ("text", "name", "acronym"),
    [
        ("Jarosław Kaczyński leads Law and Justice (PiS). PiS opposed it.", "Law and Justice", "PiS"),
        ("The European Central Bank (ECB) met. The ECB said no.", "European Central Bank", "ECB"),
        ("The Christian Democratic Union (CDU) won. The CDU's head left.", "Christian Democratic Union", "CDU"),
        ("UN members met. The United Nations said no.", "United Nations", "UN"),
        ("The US said no. The United States sent ships.", "United States", "US"),
    ],
)  # fmt: skip
def test_acronym_and_full_name_are_one(actors_in, text, name, acronym):
    found = actors_in(text)
    assert found[name].aliases == (acronym,)
    assert acronym not in found
    assert len(found[name].mentions) == text.count(name) + text.count(acronym)


def test_an_acronym_behind_another_hides_nobody(actors_in):
    text = "Law and Justice (PiS) rejected it. PiS left. The UN condemned it. He blamed PiS (UN) for it."
    assert texts(actors_in(text)["Law and Justice"]) == ["Law and Justice", "PiS", "PiS", "UN", "PiS", "UN"]


def test_the_name_of_a_topic_file_goes_with_an_acronym(actors_in):
    text = "Law and Justice (PiS) rejected the plan. PiS said it was wrong."
    (party,) = actors_in(text, **{"PiS party": ["PiS"]}).values()
    assert (party.name, party.aliases) == ("PiS party", ("Law and Justice", "PiS"))


def test_what_is_known_of_an_acronym_is_known_of_the_name():
    one, other = Entry("Law and Justice", is_male=False), Entry("PiS", "Poland", is_male=True, is_titled=True)
    other.located = True
    one.absorb(other)
    assert (one.name, one.country, one.is_male, one.is_titled, one.located) == (
        "Law and Justice",
        "Poland",
        False,
        True,
        True,
    )


def test_party_and_its_members_are_one(actors_in):
    found = actors_in("The Conservatives won. The Conservative Party had promised cuts. Conservatives cheered.")
    assert list(found) == ["Conservative Party"]
    assert len(found["Conservative Party"].mentions) == 3


def test_possessive_is_no_part_of_a_name(actors_in):
    (actor,) = actors_in("Boris Johnson's plan failed. Johnson’s friends left. Boris Johnson won.").values()
    assert (actor.name, actor.aliases) == ("Boris Johnson", ("Johnson",))


def test_what_the_recognizer_names_once_is_found_again(actors_in):
    text = "Norrland Cruises accused the council. ship owners like Norrland Cruises and norrland cruises left"
    assert texts(actors_in(text)["Norrland Cruises"]) == ["Norrland Cruises"] * 2


def test_names_of_other_words_are_no_mentions(actors_in):
    found = actors_in("Sun Li praised the sunny plan of Sunderland. Sun left.")
    assert all(text in ("Sun Li", "Sun") for text in texts(found["Sun Li"]))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Smith & Sons [London] attacked it. Smith & Sons [London] won.", "Smith & Sons"),
        ("AC/DC (Australia) criticised it. Then AC/DC won.", "AC/DC"),
        ("Peter O'Brien* praised it. O'Brien* won.", "Peter O'Brien"),
        ("José García-Müller praised it. García-Müller won.", "José García-Müller"),
    ],
)
def test_regex_characters_in_and_around_names(actors_in, text, name):
    assert len(actors_in(text)[name].mentions) == 2


@pytest.mark.parametrize("name", ["summit", "harbour", "bridge"])
def test_no_two_entries_for_one_actor_in_the_samples(actors_in, name):
    topic = Topic.load("ukraine-war")
    aliases = {actor.name: actor.aliases for actor in topic.actors} if name == "summit" else {}
    found = actors_in(Article.from_file(SAMPLES / f"{name}.md").text, **aliases)
    forms = [form.lower() for actor in found.values() for form in (actor.name, *actor.aliases)]
    assert len(forms) == len(set(forms))
    people = [actor.name.split()[-1] for actor in found.values() if actor.kind == "person"]
    assert len(people) == len(set(people))


# Who is an actor


def test_demonym_that_only_describes_is_no_actor(actors_in):
    text = "Turkish troops entered the town. French farmers blocked the road, and the German minister left."
    assert actors_in(text) == {}


def test_people_of_a_country_are_a_group(actors_in):
    found = actors_in("The Palestinians rejected the offer. Palestinians marched in Gaza.")
    assert {name: actor.kind for name, actor in found.items()} == {"Palestinians": "group"}


def test_place_that_only_locates_is_no_actor(actors_in):
    assert actors_in("The crash happened in Paris on Monday. A man in Lyon was hurt.") == {}
    assert actors_in("Rebels besieged Zorvan. Soldiers fought near Zorvan, in the town of Zorvan and in Zorvan.") == {}
    assert list(actors_in("The talks in Geneva ended. Germany rejected the plan.")) == ["Germany"]


def test_ms_before_a_name_makes_a_person(actors_in):
    found = actors_in("Ms Park rejected the offer. Park said it came too late.")
    assert {name: actor.kind for name, actor in found.items()} == {"Park": "person"}


@pytest.mark.parametrize("text", ["It rained all day.", "شرح الرئيس الخطة.", "😀 😀", "no names here\n\n" * 50])
def test_text_that_names_nobody_has_no_actors(actors_in, text):
    assert actors_in(text) == {}


def test_heaviest_first_and_acting_counts_double(actors_in):
    found = actors_in("Anna Schmidt praised Peter Miller. Anna Schmidt left with Li Wei.")
    assert next(iter(found)) == "Anna Schmidt"
    assert sum(actor.weight for actor in found.values()) == pytest.approx(1, abs=0.001)
    assert found["Anna Schmidt"].weight == pytest.approx(4 / 6, abs=0.001)


# Countries and their governments


@pytest.mark.parametrize(
    ("text", "aliases"),
    [
        ("Russia held drills. Moscow rejected the claim.", ("Moscow",)),
        ("Russia held drills. The Kremlin rejected the claim.", ("The Kremlin",)),
        ("Russia held drills. Russian officials rejected the claim.", ("Russian officials",)),
        ("Russia held drills. China sent shells to Moscow.", ("Moscow",)),
        ("Russia held drills. The embargo was condemned by Moscow.", ("Moscow",)),
    ],
)
def test_government_is_its_country(actors_in, text, aliases):
    assert actors_in(text)["Russia"].aliases == aliases
    assert "Moscow" not in actors_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Russia held drills. Reporters met in Moscow.",
        "Russia held drills. The delegation flew to Moscow.",
        "Russia held drills. Russian troops were seen. A Russian film won.",
        "Russia held drills. Tourists visited the Kremlin.",
    ],
)
def test_capital_that_is_only_a_place_is_not_the_government(actors_in, text):
    assert texts(actors_in(text)["Russia"]) == ["Russia"]


def test_government_gives_the_country_where_the_country_is_not_named(actors_in):
    found = actors_in("Pyongyang rejected the offer. Downing Street condemned the launch.")
    assert {name: (a.kind, a.aliases) for name, a in found.items()} == {
        "North Korea": ("country", ("Pyongyang",)),
        "United Kingdom": ("country", ("Downing Street",)),
    }


def test_brussels_is_the_union_where_the_article_is_about_it(actors_in):
    found = actors_in("The European Union met. Brussels rejected the plan of the EU.")
    assert "Brussels" in found["European Union"].aliases
    assert list(actors_in("Brussels rejected the plan.")) == ["Belgium"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Sudan praised the plan. South Sudan rejected it.", {"Sudan", "South Sudan"}),
        ("Britain rejected it. The UK said so. The United Kingdom voted.", {"United Kingdom"}),
        ("Israel rejected it. Palestinians and Israelis met.", {"Israel", "Palestinians", "Israelis"}),
    ],
)  # fmt: skip
def test_countries_with_like_names_are_kept_apart(actors_in, text, names):
    assert set(actors_in(text)) == names


def test_countries_given_as_examples_are_countries_and_no_places(actors_in):
    found = actors_in("It was signed by countries including Spain and Italy. The rain fell in Norway.")
    assert set(found) == {"Spain", "Italy"}


# Names that the recognizer misses or gets wrong


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Green Coast, an environmental group, welcomed the plan.", "Green Coast"),
        ("The march was organised by the Right2Water group.", "Right2Water"),
        ("Prices rose, according to the Reuters news agency.", "Reuters"),
        ("The Turkish military insisted that nobody was hurt.", "Turkish military"),
        ("The UN committee said all children should learn.", "UN committee"),
        ("Save the Children said the plan was wrong.", "Save the Children"),
        ("The letter was published in the Guardian.", "Guardian"),
        ("The agrarian Polish People's Party opposed the plan.", "Polish People's Party"),
        ("Outgoing PM Ewa Kopacz, of Civic Platform, has already accepted defeat.", "Ewa Kopacz"),
        ("Leaders of the National Front, which organised the march, spoke.", "National Front"),
        ("The harbour authority said 212 ships called.", "harbour authority"),
        ("The dockworkers' union opposes the ban.", "dockworkers' union"),
        ("The chamber of commerce had voted against the closure.", "chamber of commerce"),
        ("It rained, but police said the roads were open.", "police"),
    ],
)
def test_actor_is_found_by_what_it_does(actors_in, text, name):
    assert name in actors_in(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Farmer Colin Tait signed the lease.", "Colin Tait"),
        ("Baker Irma Stolz disagrees.", "Irma Stolz"),
        ("Peter Baker disagrees. Baker left.", "Peter Baker"),
        ("The plan was praised by Councillor Amina Yusuf.", "Amina Yusuf"),
    ],
)
def test_trades_are_no_part_of_a_name(actors_in, text, name):
    assert list(actors_in(text)) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "The Linden Bridge stays closed. It carries cars.",
        "Pedestrians can still cross the river.",
        "Voters were told of Brexit talks. The result of Brexit talks and the success of Brexit were unclear.",
        "My neighbour is a GP, and I am a Catholic.",
    ],
)
def test_things_and_common_nouns_are_no_actors(actors_in, text):
    assert actors_in(text) == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The Liberal Democrats won. The Lib Dems cheered.", {"Liberal Democrats"}),
        ("The Justice Department sued. The US Department of Justice won.", {"US Department of Justice"}),
        ("Ms Park spoke. She thanked Ms Park's father, Park Chung-hee.", {"Park", "Park Chung-hee"}),
        ("Chester United 2 met. Peter Miller spoke. Miller left.", {"Peter Miller"}),
    ],
)
def test_forms_of_a_name_are_merged_and_relatives_are_not(actors_in, text, names):
    assert set(actors_in(text)) >= names
    assert len([name for name in actors_in(text) if name.split()[-1] in {n.split()[-1] for n in names}]) == len(names)


# Definite phrases


@pytest.mark.parametrize(
    ("text", "name", "phrase"),
    [
        ("North Korea's leader Kim Jong Un spoke. The North Korean leader left.", "Kim Jong Un",
         "The North Korean leader"),
        ("Russian President Vladimir Putin spoke. The Russian president left.", "Vladimir Putin",
         "The Russian president"),
        ("Mayor Ingrid Solberg spoke. The vote pleased the mayor.", "Ingrid Solberg", "the mayor"),
        ("Ingrid Solberg became mayor. The mayor left.", "Ingrid Solberg", "The mayor"),
        ("The airline Skylark cut jobs. The airline lost money.", "Skylark", "The airline"),
        ("Green Coast, an environmental group, welcomed it. The group praised her.", "Green Coast", "The group"),
        ("The Department of Justice spoke. The department said no.", "Department of Justice", "The department"),
    ],
)  # fmt: skip
def test_phrase_that_the_text_binds_to_one_actor_means_it(actors_in, text, name, phrase):
    assert phrase in texts(actors_in(text)[name])


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("President Emil Strauss met President Anna Roth. The president smiled.", "The president"),
        ("The former president, Emil Strauss, spoke. The president smiled.", "The president"),
        ("Russian President Vladimir Putin spoke. The Turkish president smiled.", "The Turkish president"),
        ("The Green Party spoke. Labour answered. The party said no.", "The party"),
        ("The union Verdano met the union Altona. The union said no.", "The union"),
    ],
)
def test_phrase_that_may_mean_two_is_left_alone(actors_in, text, phrase):
    assert phrase not in [t for actor in actors_in(text).values() if len(actor.aliases) for t in texts(actor)]


def test_pair_means_both_and_only_where_there_are_two(actors_in):
    found = actors_in("Kim Jong Un met Vladimir Putin. The two men smiled.")
    assert all("The two men" in texts(found[name]) for name in ("Kim Jong Un", "Vladimir Putin"))
    found = actors_in("Kim Jong Un met Vladimir Putin and Peter Miller. The two men smiled.")
    assert not any("The two men" in texts(actor) for actor in found.values())


# Aliases of a topic


def test_topic_aliases_mean_one_actor(actors_in):
    text = "Washington condemned it. The United States sent ships. The White House and US officials agreed."
    aliases = {"United States": ["US", "Washington", "the White House"]}
    found = actors_in(text, **aliases)
    assert list(found) == ["United States"]
    assert found["United States"].aliases == ("The White House", "US", "Washington")


def test_topic_aliases_match_whole_words_and_case(actors_in):
    found = actors_in("Moscow praised it. It gave us a moscow mule and Moscowites.", Russia=["Moscow"])
    assert texts(found["Russia"])[:1] == ["Moscow"]
    assert "moscow" not in texts(found["Russia"])


def test_longest_alias_wins(actors_in):
    found = actors_in(
        "The North Korean leader arrived. North Korea cheered.",
        **{"North Korea": ["the North"], "Kim Jong Un": ["The North Korean leader"]},
    )
    assert texts(found["Kim Jong Un"]) == ["The North Korean leader"]
    assert texts(found["North Korea"]) == ["North Korea"]


def test_a_phrase_that_ends_in_a_name_is_not_that_actor(actors_in):
    actors = list(actors_in("Ukraine thanked Poland. Poland praised Ukraine.").values())
    assert match_actor("Ukraine", actors).name == "Ukraine"
    assert match_actor("Russia's war in Ukraine", actors) is None


def test_an_alias_has_the_kind_that_the_recognizer_sees(actors_in):
    found = actors_in(
        "Washington condemned the plan. The United States rejected it.", **{"United States": ("Washington",)}
    )
    assert found["United States"].kind == "country"


# Offsets

ODD = "\u200f\u200b\u00ad\u0301\u2028\x85\t\n\r\0\x1b😀🇩🇪“”«»„\"'’`()[]{}*+?\\|.^$-–—…،الرئيسÅß"
WORDS = ["Kim Jong Un", "Putin", "Ms Park", "She", "he", "said", "praised", "the plan", "US", "(US)", "\n\n", '"', "."]
odd_texts = st.lists(st.one_of(st.sampled_from(WORDS), st.text(ODD, max_size=4)), max_size=25).map(" ".join)


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd_texts)
@example('"Kim Jong Un“ said «Putin’s plan» (US) — “She said \n\n“the plan')
@example("“ \n\n Kim Jong Un")
@example("Kim\u0301 Jong Un\u200b praised Putin🇩🇪. He\u00ad said it.")
def test_all_offsets_point_into_the_text(analyzer, raw):
    try:
        article = Article.from_text(raw)
    except InputError:
        return
    text = article.text
    reading = analyzer.read(article, "ukraine-war")
    for found in reading.actors:
        assert found.mentions
        assert all(text[m.start : m.end] == m.text != "" for m in found.mentions)
        starts = [m.start for m in found.mentions]
        assert starts == sorted(set(starts))
    for quotation in reading.quotations:
        assert 0 <= quotation.start < quotation.end <= len(text)
    analysis = analyzer.analyze(article, targets=["the plan", "Putin"])
    for stance in analysis.stances:
        assert all(text[e.start : e.end] == e.text != "" for e in stance.evidence)
    for sentence in analysis.summary.sentences:
        assert all(text[s.start : s.end] == s.text != "" for s in sentence.sources)
