"""What tests say of actors."""


def texts(actor):
    """The words of each of an actor's mentions."""
    return [mention.text for mention in actor.mentions]
