"""What stood here before the service had wings, for those who import it from here."""

from .reading.actors import ActorNames, bare_name, find_actors, match_actor, named_in

__all__ = ["ActorNames", "bare_name", "find_actors", "match_actor", "named_in"]
