"""From a reading to stances and checked summaries: what a model is asked, and what of its answers may stand."""
