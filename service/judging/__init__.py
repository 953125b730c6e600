"""From a reading to stances: which sentences concern an actor and a target, and what a model makes of them."""
