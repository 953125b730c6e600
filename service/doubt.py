"""What takes the certainty from a statement: hedges, conditions, questions, denials, negation, positions given up.

The stance model reads "may support" as "supports", and "denied backing" as "is against". These rules on the parse
find what it gets wrong, and nothing else: "does not support" is left to the model, which reads it well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import Any

from .analysis import Doubt

_MODALS = frozenset({"may", "might", "could"})
_HEDGING_ADVERBS = frozenset(
    {"allegedly", "apparently", "maybe", "perhaps", "possibly", "presumably", "reportedly", "supposedly"}
)
# Who does this has not decided.
_PONDERING = frozenset({"consider", "contemplate", "debate", "mull", "ponder", "weigh", "wonder"})
_UNDECIDED = frozenset({"likely", "uncertain", "unclear", "undecided", "unlikely", "unsure"})
_CONDITIONS = frozenset({"if", "unless"})
_REFUTING = frozenset(
    {"contest", "contradict", "disavow", "dismiss", "dispute", "rebut", "refute", "reject", "repudiate"}
)
_CLAIMS = frozenset(
    {"account", "accusation", "allegation", "assertion", "charge", "claim", "idea", "impression", "notion", "report",
     "rumor", "rumour", "suggestion"}
)  # fmt: skip
_UNTRUE = frozenset({"baseless", "false", "fiction", "invention", "lie", "myth", "nonsense", "unfounded", "untrue"})
# Not to do this is not to be in favor.
_OPPOSING = frozenset(
    {"against", "attack", "ban", "block", "boycott", "condemn", "criticise", "criticism", "criticize", "denounce",
     "fight", "object", "objection", "oppose", "opposed", "opposition", "protest", "reject", "veto"}
)  # fmt: skip
_GIVING_UP = frozenset({"abandon", "drop", "end", "lift", "withdraw"})
_FORMERLY = frozenset({"formerly", "once", "previously"})
_CLAUSES = frozenset({"ccomp", "xcomp", "acl", "relcl", "csubj", "pcomp"})


def doubt_of(nodes: Sequence[Any], own: Set[int], is_asked: bool) -> Doubt | None:
    """Why a sentence does not show the stance that its words name, if it does not.

    Args:
        nodes: The tokens from the target up to the root of the sentence, each with its head after it.
        own: Which tokens mean the actor.
        is_asked: Whether the sentence is a question that the actor does not ask.
    """
    if is_asked:
        return "question"
    checks: Sequence[tuple[Doubt, Callable[[Any, Any, Sequence[Any], Set[int]], bool]]] = (
        ("denial", _is_denied),
        ("negation", _is_negated_opposition),
        ("condition", _is_conditional),
        ("hedge", _is_hedged),
        ("given up", _is_given_up),
    )
    for doubt, holds in checks:
        for i, node in enumerate(nodes):
            if holds(node, nodes[i - 1] if i else None, nodes[:i], own):
                return doubt
    return None


def _is_denied(node: Any, step: Any, below: Sequence[Any], own: Set[int]) -> bool:
    """ "A denied backing T", "A rejected claims that it backs T", "it is untrue that A backs T"."""
    if step is None or _is_negated(node) or not _is_about(own, below):
        return False
    if node.lemma_ == "deny":
        is_noun = step.dep_ == "dobj" and len(below) > 1 and below[-2].dep_ == "prep" and below[-2].lower_ != "to"
        return step.dep_ in ("xcomp", "ccomp") or is_noun or (step.dep_ == "dobj" and step.lemma_ in _CLAIMS)
    if node.lemma_ in _REFUTING:
        return step.dep_ == "dobj" and step.lemma_ in _CLAIMS and len(below) > 1
    if node.lemma_.lower() in _UNTRUE:
        return step.dep_ in _CLAUSES
    is_untrue = any(c.lemma_.lower() in _UNTRUE for c in node.children if c.dep_ in ("acomp", "attr", "oprd"))
    return is_untrue and step.dep_ in ("ccomp", "csubj")


def _is_negated_opposition(node: Any, step: Any, below: Sequence[Any], own: Set[int]) -> bool:
    """ "did not condemn T", "raised no objections to T"; what the actor has not done shows nothing."""
    if any(c.lower_ == "no" for noun in _objects(node) if noun.lemma_.lower() in _OPPOSING for c in noun.children):
        return True
    opposes = node.lemma_.lower() in _OPPOSING or (step is not None and step.lower_ in _OPPOSING)
    # "has never opposed T, and looks forward to it": what comes after tells more.
    goes_on = any(c.dep_ == "conj" and c.pos_ == "VERB" for c in node.children)
    return opposes and _is_negated(node) and not goes_on


def _is_conditional(node: Any, step: Any, below: Sequence[Any], own: Set[int]) -> bool:
    """The condition itself, or what holds only under one."""
    if node.dep_ == "advcl" and _condition(node):
        return True
    # "Should A reject T, ..."
    subjects = [c.i for c in node.children if c.dep_ in ("nsubj", "nsubjpass")]
    if any(c.dep_ == "aux" and c.lower_ == "should" and subjects and c.i < subjects[0] for c in node.children):
        return True
    marks = {mark for c in node.children if c.dep_ == "advcl" and (mark := _condition(c))}
    is_modal = any(c.dep_ == "aux" and c.lower_ in _MODALS | {"would"} for c in node.children)
    return "unless" in marks or (bool(marks) and is_modal)


def _condition(clause: Any) -> str:
    marks = [mark for mark in _marks(clause) if mark.lower_ in _CONDITIONS]
    if not marks or (marks[0].i and marks[0].nbor(-1).lower_ in ("even", "as")):
        return ""
    return str(marks[0].lower_)


def _marks(clause: Any) -> list[Any]:
    """What opens a clause; in "if it were gone", the parser hangs "if" on "were"."""
    verbs = [clause, *(c for c in clause.children if c.dep_ in ("aux", "auxpass"))]
    return [c for verb in verbs for c in verb.children if c.dep_ == "mark"]


def _is_hedged(node: Any, step: Any, below: Sequence[Any], own: Set[int]) -> bool:
    """ "may back T", "is considering T", "is unclear whether A backs T", "has yet to back T"."""
    if not _is_about(own, [node]):
        return False
    words = {c.lower_ for c in node.children if c.dep_ in ("aux", "advmod")}
    if words & _HEDGING_ADVERBS or (words & _MODALS and not _is_negated(node)):
        return True
    marks = {mark.lower_ for mark in _marks(node)}
    if "whether" in marks or (node.dep_ == "ccomp" and "if" in marks):
        return True
    if any(c.dep_ in ("acomp", "attr") and c.lower_ in _UNDECIDED for c in node.children):
        return not _is_negated(node)
    if step is None:
        return False
    if node.lemma_ == "expect" and any(c.dep_ in ("nsubjpass", "auxpass") for c in node.children):
        return bool(step.dep_ == "xcomp")
    if node.lemma_ == "have" and step.dep_ == "xcomp":
        return "yet" in words
    # "considers T a threat" is no hesitation; "is considering T" and "considered backing T" are.
    is_open = node.tag_ == "VBG" or (step.dep_ == "xcomp" and step.tag_ == "VBG")
    return node.lemma_ in _PONDERING and node.pos_ == "VERB" and is_open


def _is_given_up(node: Any, step: Any, below: Sequence[Any], own: Set[int]) -> bool:
    """ "used to back T", "once a friend of T", "dropped its opposition to T"; unless it goes on with "now"."""
    if any(t.lower_ in ("now", "still") for t in node.sent):
        return False
    if step is not None and step.dep_ == "xcomp" and node.lemma_ == "use" and node.tag_ == "VBD":
        return True
    if node.lemma_ in _GIVING_UP and any(noun.lemma_ in _OPPOSING for noun in _objects(node) if noun != node):
        return not _is_negated(node)
    if node.dep_ == "ROOT" and step is not None and step.dep_ in ("ccomp", "xcomp"):
        return False  # "once said that": said it is
    adverbs = [c for c in node.children if c.dep_ == "advmod" and c.lower_ in _FORMERLY]
    return any(not c.i or c.nbor(-1).lower_ not in ("than", "at", "not", "all", "even") for c in adverbs)


def _objects(node: Any) -> list[Any]:
    """A noun itself, or a verb's objects."""
    return [node] if node.pos_ == "NOUN" else [c for c in node.children if c.dep_ == "dobj"]


def _is_negated(node: Any) -> bool:
    for child in [*node.children, *(c for a in node.children if a.dep_ == "advmod" for c in a.children)]:
        if child.dep_ == "neg" or (child.dep_ == "advmod" and child.lower_ in ("never", "hardly", "scarcely")):
            following = child.nbor().lower_ if child.i + 1 < len(child.doc) else ""
            return following not in ("only", "just", "merely")
    return False


def _is_about(own: Set[int], nodes: Sequence[Any]) -> bool:
    """Whether the verbs among some tokens have the actor as their subject, or nobody else by name."""
    for node in nodes:
        for child in node.children:
            if child.dep_ in ("nsubj", "nsubjpass") and child.i not in own and child.pos_ == "PROPN":
                return False
    return True
