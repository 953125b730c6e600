from newstance.eval.marks.marked import Marked
from newstance.eval.marks.pronouns import count_pronouns
from newstance.service import Actor, Mention

TEXT = "Anna met Peter. She left. He left. They left. Her left."
PLACES = {word: (TEXT.index(word), TEXT.index(word) + len(word)) for word in ("Anna", "She", "He", "They", "Her left")}


def actor(name, *pronouns):
    mentions = tuple(Mention(*PLACES[word], word, is_pronoun=word != "Anna") for word in pronouns)
    return Actor(name, "person", (), mentions)


def counted(marks, actors):
    rows = [{"start": PLACES[w][0], "end": PLACES[w][1], "referents": names} for w, names in marks.items()]
    return count_pronouns(Marked("one", TEXT, {"pronouns": rows}), actors)


def shares(right, wrong, alone, taken):
    return {
        "right": right,
        "wrong": wrong,
        "left alone": alone,
        "taken for somebody, of those that mean nobody named": taken,
    }


def test_right_wrong_and_left_alone():
    marks = {"She": ["Anna"], "He": ["Peter"], "They": ["Anna", "Peter"]}
    one = counted(marks, [actor("Anna", "She", "He"), actor("Peter")])
    assert one.shares == shares((1, 3), (1, 3), (1, 3), (0, 0))
    assert one.errors == [
        f"wrong, Anna for Peter: …{TEXT}…",
        f"left alone, nobody for Anna and Peter: …{TEXT}…",
    ]


def test_one_of_two_is_right_and_somebody_else_beside_them_is_not():
    marks = {"They": ["Anna", "Peter"]}
    anna, peter, carl = actor("Anna", "They"), actor("Peter", "They"), actor("Carl", "They")
    assert counted(marks, [anna, peter]).shares["right"] == (1, 1)
    assert counted(marks, [anna]).shares["right"] == (1, 1)
    assert counted(marks, [anna, carl]).shares["wrong"] == (1, 1)


def test_who_means_nobody_named_is_best_left_alone():
    assert counted({"They": []}, [actor("Anna")]).shares == shares((0, 0), (0, 0), (0, 0), (0, 1))
    one = counted({"They": []}, [actor("Anna", "They")])
    assert one.shares == shares((0, 0), (0, 0), (0, 0), (1, 1))
    assert one.errors == [f"wrong, Anna for nobody named: …{TEXT}…"]


def test_only_a_pronoun_at_the_very_place_counts():
    assert counted({"Anna": ["Anna"]}, [actor("Anna", "Anna")]).shares["left alone"] == (1, 1)
    assert counted({"She": ["Anna"]}, [actor("Anna", "He")]).shares["left alone"] == (1, 1)
